"""The planted stories, played and counted: `python benchmarks/scenarios.py play|detect|quiet`.

Run by hand: every build of a company takes half a minute or more. `play` builds Kelvinmark as of
each Monday of the story quarter and prints what a sales leader would have read that morning.
`detect` builds twenty seeds of it and prints when the breach of the planted leak opened. `quiet`
builds the same company without a leak and counts the breaches that opened all the same, per KPI,
segment and quarter.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import duckdb

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "python"))

from sales_metrics.demo.company import (  # noqa: E402
    HORIZON,
    STORY_END,
    STORY_START,
    named_company,
)
from sales_metrics.demo.export import write_company  # noqa: E402

MONDAYS = tuple(STORY_START + dt.timedelta(days=7 * week) for week in range(13))
WEEK_FIVE = MONDAYS[4]
# The five whole quarters before the last: none of them holds anything to find in a quiet company.
QUIET_QUARTERS = (
    dt.date(2024, 9, 1),
    dt.date(2024, 12, 1),
    dt.date(2025, 3, 1),
    dt.date(2025, 6, 1),
    dt.date(2025, 9, 1),
)


@dataclass(frozen=True)
class Breach:
    """One breach episode, as far as the counts need it."""

    trigger: str
    metric: str
    scope: str
    segment: str
    team: str
    slice_id: str
    opened_on: dt.date
    closed_on: dt.date | None

    @property
    def is_the_leak(self) -> bool:
        return (
            self.metric == "stage_conversion_rate"
            and self.scope == "segment"
            and self.segment == "enterprise"
            and self.slice_id == "proposal"
        )


def build(raw: Path, as_of: dt.date, database: Path) -> None:
    """Builds the models of a raw folder, without tests; raises when dbt fails."""
    environment = {
        **os.environ,
        "SALES_METRICS_RAW": str(raw),
        "SALES_METRICS_DUCKDB": str(database),
        "SALES_METRICS_AS_OF_DATE": str(as_of),
        "DBT_TARGET_PATH": str(database.with_suffix(".target")),
        "DBT_LOG_PATH": str(database.with_suffix(".logs")),
        "DO_NOT_TRACK": "1",
    }
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run(
        [
            *(str(dbt), "build", "--quiet", "--profiles-dir", "profiles"),
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        ],
        cwd=REPO,
        env=environment,
        check=True,
    )


@contextmanager
def reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def breaches(database: Path) -> list[Breach]:
    """Every breach of a build."""
    with reading(database) as connection:
        found = connection.execute(
            "select trigger_id, metric_id, scope, segment, team_id, slice_id, opened_on, closed_on"
            " from marts.kpi_breaches"
        ).fetchall()
    return [Breach(*row) for row in found]


_MORNING = """
with conversion as (
    select segment, metric_value, baseline, status
    from marts.kpi_status
    where metric_id = 'stage_conversion_rate' and slice_id = 'proposal' and period_type = 'week'
        and scope in ('company', 'segment')
        and period_start = (
            select max(period_start) from marts.kpi_status
            where metric_id = 'stage_conversion_rate' and period_type = 'week'
        )
)
select
    (select metric_value from conversion where segment = 'enterprise'),
    (select baseline from conversion where segment = 'enterprise'),
    (select metric_value from conversion where segment = 'all'),
    (select baseline from conversion where segment = 'all'),
    (select max(opened_on) from marts.kpi_breaches where metric_id = 'stage_conversion_rate'
        and scope = 'segment' and segment = 'enterprise' and slice_id = 'proposal'
        and closed_on is null),
    (select count(*) from marts.kpi_breaches where metric_id = 'stage_conversion_rate'
        and scope in ('company', 'segment') and segment in ('all', 'mid_market')
        and closed_on is null),
    (select bool_or(hidden_leak) from marts.rate_decomposition
        where metric_id = 'stage_conversion_rate' and slice_id = 'proposal'
            and segment = 'enterprise'
            and period_start = (select max(period_start) from marts.rate_decomposition)),
    (select diagnosis || ' ' || coalesce(slice_id, '') from marts.layer_diagnosis
        where scope = 'segment' and segment = 'enterprise'),
    (select remaining_coverage_ratio from marts.pipeline_metrics
        where scope = 'company' and period_type = 'week' order by period_start desc limit 1),
    (select closed_vs_target from marts.outcome_metrics
        where scope = 'company' and period_type = 'quarter' order by period_start desc limit 1)
"""


def morning(database: Path) -> tuple[Any, ...]:
    """What the build of a Monday says of the leak and of everything that looked fine."""
    with reading(database) as connection:
        (row,) = connection.execute(_MORNING).fetchall()
    return tuple(row)


def _share(value: float | None) -> str:
    return "   -" if value is None else f"{value:4.0%}"


@click.group()
def cli() -> None:
    """The planted stories."""


@cli.command()
@click.option("--seed", type=int, default=None, help="Another company than the committed one.")
def play(seed: int | None) -> None:
    """Kelvinmark on each Monday of the story quarter."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        raw = work / "raw"
        write_company(named_company("kelvinmark", seed=seed), raw, HORIZON)
        click.echo(
            "Monday      week  enterprise Proposal   company Proposal    breach since  others"
            "  hidden leak  diagnosis           left to cover  won + expected / target"
        )
        for week, monday in enumerate((*MONDAYS, STORY_END), start=1):
            database = work / "story.duckdb"
            database.unlink(missing_ok=True)
            build(raw, monday, database)
            now, before, company, company_before, since, others, hidden, layer, cover, won = (
                morning(database)
            )
            label = f"{week:4d}" if monday != STORY_END else " end"
            click.echo(
                f"{monday}  {label}  {_share(before)} -> {_share(now)}"
                f"         {_share(company_before)} -> {_share(company)}"
                f"        {since or '-':<12}  {others:6d}  {'yes' if hidden else 'no':11}"
                f"  {layer or '-':18}  {cover if cover is not None else float('nan'):13.2f}"
                f"  {_share(won)}"
            )


@cli.command()
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the databases in this folder.")
def detect(seeds: int, first: int, keep: Path | None) -> None:
    """When the breach of the planted leak opened, over seeds of the generator."""
    in_time = 0
    for seed, found in _companies("kelvinmark", seeds, first, keep):
        opened = sorted(b.opened_on for b in found if b.is_the_leak)
        # An episode that had begun before the push is no finding of the leak.
        opened = [day for day in opened if dt.date(2025, 7, 14) <= day <= STORY_END]
        is_in_time = bool(opened) and opened[0] <= WEEK_FIVE
        in_time += is_in_time
        week = (opened[0] - STORY_START).days // 7 + 1 if opened else None
        click.echo(
            f"seed {seed:3d}: {opened[0] if opened else 'not found'}"
            f"  week {week if week is not None else '-'}  {'in time' if is_in_time else 'LATE'}"
        )
    click.echo(f"open by the Monday of week 5 in {in_time} of {seeds}")


@cli.command()
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the databases in this folder.")
def quiet(seeds: int, first: int, keep: Path | None) -> None:
    """False alarms per KPI, segment and quarter in a company where nothing happens."""
    alarms: Counter[tuple[str, str, str]] = Counter()
    conversion: Counter[tuple[int, str, str]] = Counter()
    for seed, found in _companies("quiet", seeds, first, keep):
        for breach in found:
            if not QUIET_QUARTERS[0] <= breach.opened_on <= STORY_END:
                continue
            alarms[breach.metric, breach.scope, breach.segment] += 1
            if breach.metric == "stage_conversion_rate" and breach.scope == "segment":
                conversion[seed, breach.segment, breach.slice_id] += 1
    click.echo("KPI, scope, segment: false alarms per company and quarter")
    for (metric, scope, segment), count in sorted(alarms.items()):
        rate = count / seeds / len(QUIET_QUARTERS)
        click.echo(f"{metric:32} {scope:8} {segment:12} {count:5d}  {rate:6.3f}")
    worst = max(conversion.values(), default=0)
    click.echo(
        f"stage_conversion_rate: at most {worst} false alarms per company, segment and stage in"
        f" five quarters; {sum(conversion.values())} in all"
    )


def _companies(
    name: str, seeds: int, first: int, keep: Path | None
) -> Iterator[tuple[int, list[Breach]]]:
    """Each seed with the breaches of one build at the end of the last quarter.

    One build tells of every Monday before it, because a build as of a day uses nothing later.
    """
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + seeds):
            started = time.monotonic()
            raw = Path(folder) / "raw"
            write_company(named_company(name, seed=seed), raw, STORY_END)
            database = (keep or Path(folder)) / f"{name}_{seed}.duckdb"
            database.parent.mkdir(parents=True, exist_ok=True)
            database.unlink(missing_ok=True)
            build(raw, STORY_END, database)
            yield seed, breaches(database)
            click.echo(f"  seed {seed}: {time.monotonic() - started:.0f} s", err=True)


if __name__ == "__main__":
    cli()

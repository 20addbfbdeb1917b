"""Planted stories, played and counted: `benchmarks/scenarios.py play|detect|evidence|quiet|rep`.

Run by hand: every build of a company takes half a minute or more. `play` builds Kelvinmark as of
each Monday of the story quarter and prints what a sales leader would have read that morning (or,
with `--once`, reads it all off one build). `detect` prints when the breach of the planted leak
opened in twenty seeds of it, `evidence` what other settings of the rule would have cost and
brought: both count by themselves, see evidence.py. `quiet` builds the same company without a leak
and counts the breaches that opened all the same, per KPI, segment and quarter. `rep` builds
companies of which one rep stops qualifying, and says whom the scorecards of the reps point at.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "python"))

from demo_companies.company import (  # noqa: E402
    CARELESS_REP,
    HORIZON,
    STORY_END,
    STORY_START,
    named_company,
    people,
)
from demo_companies.export import write_company  # noqa: E402
from evidence import (  # noqa: E402
    CHOSEN,
    draw,
    finding,
    is_open,
    judge,
    settings,
    weeks_of,
)

MONDAYS = tuple(STORY_START + dt.timedelta(days=7 * week) for week in range(13))
# The five whole quarters before the last: none of them holds anything to find in a quiet company.
QUIET_QUARTERS = (
    dt.date(2024, 9, 1),
    dt.date(2024, 12, 1),
    dt.date(2025, 3, 1),
    dt.date(2025, 6, 1),
    dt.date(2025, 9, 1),
)
QUIET_FROM = QUIET_QUARTERS[0]


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


# Of the week that ended before the Monday, in a build of that morning or of any later day.
_MORNING = """
with conversion as (
    select segment, metric_value, baseline_value as baseline
    from marts.kpi_status
    where metric_id = 'stage_conversion_rate' and slice_id = 'proposal' and period_type = 'week'
        and scope in ('company', 'segment') and period_end = $week_end
),
open_breaches as (
    select *
    from marts.kpi_breaches
    where metric_id = 'stage_conversion_rate' and scope in ('company', 'segment')
        and opened_on <= $week_end and coalesce(closed_on > $week_end, true)
)
select
    (select baseline from conversion where segment = 'enterprise') as enterprise_before,
    (select metric_value from conversion where segment = 'enterprise') as enterprise,
    (select baseline from conversion where segment = 'mid_market') as mid_market_before,
    (select metric_value from conversion where segment = 'mid_market') as mid_market,
    (select baseline from conversion where segment = 'all') as company_before,
    (select metric_value from conversion where segment = 'all') as company,
    (select max(opened_on) from open_breaches
        where segment = 'enterprise' and slice_id = 'proposal') as open_since,
    (select string_agg(replace(segment, 'all', 'company') || ' ' || slice_id, ', '
            order by segment, slice_id)
        from open_breaches
        where not (segment = 'enterprise' and slice_id = 'proposal')) as others,
    (select bool_or(hidden_leak) from marts.rate_decomposition
        where metric_id = 'stage_conversion_rate' and slice_id = 'proposal'
            and segment = 'enterprise' and period_end = $week_end) as hidden_leak,
    (select any_value(metric_value) from marts.metric_values
        where metric_id = 'coverage_ratio' and scope = 'company' and period_type = 'week'
            and period_end = $week_end) as coverage,
    (select metric_value from marts.metric_values
        where metric_id = 'win_rate_t90' and scope = 'company' and period_type = 'week'
            and period_end = $week_end) as win_rate,
    (select metric_value from marts.metric_values
        where metric_id = 'calls_count' and scope = 'company' and period_type = 'week'
            and period_end = $week_end) as calls
"""
_DIAGNOSIS = """
select
    (select diagnosis || coalesce(' ' || slice_id, '') from marts.layer_diagnosis
        where scope = 'segment' and segment = 'enterprise'),
    (select metric_value from marts.metric_values
        where metric_id = 'closed_vs_target' and scope = 'company' and period_type = 'quarter'
        order by period_start desc limit 1)
"""
_COLUMNS = (
    "Monday",
    "week",
    "enterprise Proposal, before",
    "now",
    "mid-market, before",
    "now",
    "company, before",
    "now",
    "breach open since",
    "other conversion breaches",
    "hidden leak",
    "coverage",
    "win rate, 90 days",
    "calls a week",
)


def morning(database: Path, monday: dt.date) -> list[str]:
    """What the leak and everything that looked fine showed of the week before a Monday."""
    week_end = monday if monday == STORY_END else monday - dt.timedelta(days=1)
    with reading(database) as connection:
        (row,) = connection.execute(_MORNING, {"week_end": week_end}).fetchall()
    *rates, since, others, hidden, coverage, win_rate, calls = row
    number = "end" if monday == STORY_END else str(MONDAYS.index(monday) + 1)
    return [
        *(str(monday), number, *map(_share, rates), str(since or "-"), others or "-"),
        *("yes" if hidden else "no", _times(coverage), _share(win_rate)),
        f"{calls:,.0f}",
    ]


def diagnosis(database: Path) -> list[str]:
    """What only the build of the day itself can say."""
    with reading(database) as connection:
        (row,) = connection.execute(_DIAGNOSIS).fetchall()
    return [row[0] or "-", _share(row[1])]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}x"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


@click.group()
def cli() -> None:
    """The planted stories."""


@cli.command()
@click.option("--seed", type=int, default=None, help="Another company than the committed one.")
@click.option("--once", is_flag=True, help="One build at the end; its rows tell of every Monday.")
@click.option("--database", type=click.Path(path_type=Path), help="A build to read, with --once.")
def play(seed: int | None, once: bool, database: Path | None) -> None:
    """Kelvinmark on each Monday of the story quarter."""
    columns = _COLUMNS if once else (*_COLUMNS, "diagnosis", "won and expected / target")
    with tempfile.TemporaryDirectory() as folder:
        raw, built = Path(folder) / "raw", database or Path(folder) / "story.duckdb"
        if database is None:
            write_company(named_company("kelvinmark", seed=seed), raw, HORIZON)
            if once:
                build(raw, STORY_END, built)
        click.echo(_line(columns))
        click.echo(_line(["---"] * len(columns)))
        for monday in (*MONDAYS, STORY_END):
            if not once:
                built.unlink(missing_ok=True)
                build(raw, monday, built)
            click.echo(_line(morning(built, monday) + ([] if once else diagnosis(built))))


@cli.command()
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
def detect(seeds: int, first: int) -> None:
    """When the breach of the planted leak opened, over seeds of the generator."""
    in_time = 0
    for seed in range(first, first + seeds):
        company = weeks_of("kelvinmark", seed)
        opened, is_in_time = finding(company, CHOSEN), is_open(company, CHOSEN)
        in_time += is_in_time
        week = (opened - STORY_START).days // 7 + 2 if opened else None
        click.echo(
            f"seed {seed:3d}: opened {opened or 'never     '}, read on the Monday of week"
            f" {week if week is not None else '-':>2}  {'in time' if is_in_time else 'LATE'}"
        )
    click.echo(f"open on the Monday of week 5 in {in_time} of {seeds}")


@cli.command()
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the trade into this PNG.")
def evidence(seeds: int, first: int, plot: Path | None) -> None:
    """False alarms against weeks of warning, for every setting of the evidence rule tried."""
    numbers = range(first, first + seeds)
    leaking = [weeks_of("kelvinmark", seed) for seed in numbers]
    quiet_ones = [weeks_of("quiet", seed) for seed in numbers]
    outcomes = [judge(setting, leaking, quiet_ones) for setting in settings()]
    click.echo(
        _line(
            (
                *("z", "weeks", "n", "margin", "alarms per series", "of the worst stage"),
                *("most in one series", "series with two or more", "found by week 5", "warning"),
            )
        )
    )
    click.echo(_line(["---"] * 10))
    for found in outcomes:
        setting = found.setting
        click.echo(
            _line(
                (
                    *(f"{setting.z:.2f}", str(setting.weeks), str(setting.min_n)),
                    *(f"{setting.margin:.2f}", f"{found.mean:.2f}", f"{found.worst_mean:.2f}"),
                    *(str(found.worst), f"{found.more_than_one:.1%}"),
                    *(f"{found.found} of {seeds}", f"{found.weeks_of_warning:.1f} weeks"),
                )
            )
        )
    if plot is not None:
        draw(outcomes, plot)


@cli.command()
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the databases in this folder.")
def quiet(seeds: int, first: int, keep: Path | None) -> None:
    """False alarms per KPI, segment and quarter in a company where nothing happens."""
    alarms: Counter[tuple[str, str, str, dt.date]] = Counter()
    weeks_open: Counter[tuple[str, str, str]] = Counter()
    companies = 0
    for found in _quiet_companies(seeds, first, keep):
        companies += 1
        for breach in found:
            key = breach.trigger, breach.scope, breach.segment
            days = ((breach.closed_on or STORY_END) - max(breach.opened_on, QUIET_FROM)).days
            weeks_open[key] += max(0, days)
            if breach.opened_on >= QUIET_FROM:
                alarms[*key, max(q for q in QUIET_QUARTERS if q <= breach.opened_on)] += 1
    columns = ("trigger", "scope", "segment", *map(str, QUIET_QUARTERS), "weeks open in a quarter")
    click.echo(f"Breaches that opened, per company, by fiscal quarter; {companies} companies\n")
    click.echo(_line(columns))
    click.echo(_line(["---"] * len(columns)))
    for key, days in sorted(weeks_open.items()):
        opened = [f"{alarms[*key, quarter] / companies:.2f}" for quarter in QUIET_QUARTERS]
        weeks = f"{days / 7 / companies / len(QUIET_QUARTERS):.1f}"
        click.echo(_line((*key, *opened, weeks)))


def _quiet_companies(seeds: int, first: int, keep: Path | None) -> Iterator[list[Breach]]:
    """The breaches of each seed, of one build at the end of the last quarter.

    One build tells of every Monday before it, because a build as of a day uses nothing later. A
    build kept from before is read again.
    """
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + seeds):
            started = time.monotonic()
            database = (keep or Path(folder)) / f"quiet_{seed}.duckdb"
            if not database.exists():
                database.parent.mkdir(parents=True, exist_ok=True)
                raw, unfinished = Path(folder) / "raw", database.with_suffix(".part")
                write_company(named_company("quiet", seed=seed), raw, STORY_END)
                build(raw, STORY_END, unfinished)
                unfinished.rename(database)
            yield breaches(database)
            click.echo(f"  seed {seed}: {time.monotonic() - started:.0f} s", err=True)


# Twelve weeks after a rep stopped qualifying.
REP_DAY = STORY_START + dt.timedelta(days=84)


@cli.command()
@click.option("--seeds", type=int, default=20, show_default=True)
@click.option("--first", type=int, default=1, show_default=True)
def rep(seeds: int, first: int) -> None:
    """Whom the rep's scorecard calls busy without converting, twelve weeks after one became so."""
    told_right = told_of_others = 0
    for seed in range(first, first + seeds):
        company = named_company("careless_rep", seed=seed)
        careless = people(company).persons[CARELESS_REP].name
        with tempfile.TemporaryDirectory() as folder:
            raw, built = Path(folder) / "raw", Path(folder) / "built.duckdb"
            write_company(company, raw, REP_DAY)
            build(raw, REP_DAY, built)
            with reading(built) as connection:
                named = connection.execute(
                    "select distinct rep_name from marts.scorecard_rep inner join marts.dim_reps"
                    " using (rep_id) where busy_not_converting"
                ).fetchall()
                incidents = connection.execute(
                    "select scope, metric_id, slice_id, opened_on from marts.kpi_incidents"
                    " where opened_on >= $start order by all",
                    {"start": STORY_START},
                ).fetchall()
        names = {name for (name,) in named}
        others = len(names - {careless})
        told_right += careless in names
        told_of_others += others
        click.echo(
            f"seed {seed:3d}: {'named' if careless in names else 'MISSED'}, with"
            f" {others} others; incidents since:"
            f" {', '.join(' '.join(map(str, row)) for row in incidents) or 'none'}"
        )
    click.echo(f"named in {told_right} of {seeds}, beside {told_of_others / seeds:.1f} others each")


if __name__ == "__main__":
    cli()

"""How well quarter_forecast foretells a quarter, beside the simple ways, on companies made by seed.

    .venv/bin/python benchmarks/forecast.py --work /tmp/forecasts --picture docs/forecast.png

By hand: each company is built by dbt as far as the forecast's inputs, once (a database that lies in
the work folder is used again); the forecast's models then run as dbt compiled them, with the judged
days among the days a forecast stands on. What was settled by looking was settled on seeds 1 to 10.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

REPO = Path(__file__).resolve().parent.parent
AS_OF = "2025-12-14"
DAYS = (1, 15, 28, 45, 60, 75)
WEEKS = tuple(range(7, 91, 7))
# Quarters judged are over, and had four whole quarters of history when they began.
ENOUGH_QUARTERS = 4
UPSTREAM = (
    *("int_pipeline_spans", "int_closing_events", "int_closings", "int_stage_visits"),
    *("int_calendar_periods", "int_quarter_weeks", "int_targets_scoped", "int_forecast_commits"),
    *("int_pipeline_states", "int_stage_probabilities", "int_rep_assignments", "int_scopes"),
)
METHODS = {
    "expected": "quarter_forecast",
    "projection": "won + weighted pipeline closing in the quarter (the projection before)",
    "crm": "won + pipeline closing in the quarter by the CRM's probabilities",
    "run_rate": "won + the last 90 days' wins a day, for the days left",
    "coverage": "won + open qualified closing in the quarter x win rate of 90 days",
    "commits": "commits of the last week's end",
}

_SCORES = """
with judged as (
    select f.*, k.day_of_quarter
    from int_quarter_forecasts as f
    inner join int_calendar_days as k on f.forecast_on = k.calendar_day
    where f.quarters_ahead = 0 and f.scope in ('company', 'segment')
        and f.quarter_end <= date '{as_of}'
),
outcomes as (
    select quarter_start, scope, segment, cast(won_so_far as double) as outcome
    from judged where days_to_quarter_end = 0
),
histories as (
    select quarter_start, min(n_quarters) as n_at_start
    from judged where scope = 'company' group by quarter_start
),
states as (
    select d.forecast_on, s.segment,
        sum(s.amount * p.probability) filter (where s.close_bucket = 'this') as weighted,
        sum(s.amount * p.crm_probability) filter (where s.close_bucket = 'this') as by_crm,
        sum(s.qualified_amount) filter (where s.close_bucket = 'this') as qualified
    from (select distinct forecast_on from judged) as d
    inner join int_pipeline_states as s
        on d.forecast_on >= s.from_day and d.forecast_on < s.to_day
    left join int_stage_probabilities as p
        on p.month_start = date_trunc('month', d.forecast_on)
        and p.segment = s.segment and p.stage_id = s.stage_id
    group by all
),
rates as (
    select d.forecast_on, e.segment, sum(e.won_amount) as won_90,
        sum(e.won_standing_count) as wins, sum(e.decided_qualified_count) as decided
    from (select distinct forecast_on from judged) as d
    inner join int_closing_events as e
        on e.event_on <= d.forecast_on and e.event_on > d.forecast_on - 90
    group by all
),
commits as (
    select d.forecast_on, c.segment, sum(c.amount) as committed
    from (select distinct forecast_on, quarter_start from judged) as d
    inner join int_forecast_commits as c on d.quarter_start = c.quarter_start
        and c.week_of_quarter = (d.forecast_on - d.quarter_start + 1) // 7
    group by all
),
segments as (
    select s.forecast_on, s.segment, s.weighted, s.by_crm, s.qualified * r.wins
        / nullif(r.decided, 0) as covered, r.won_90, c.committed
    from states as s
    left join rates as r using (forecast_on, segment)
    left join commits as c using (forecast_on, segment)
),
simple as (
    select 'segment' as scope, * from segments
    union all
    select 'company', forecast_on, 'all', sum(weighted), sum(by_crm), sum(covered), sum(won_90),
        sum(committed)
    from segments group by forecast_on
)
select j.quarter_start, j.day_of_quarter, j.scope, j.segment, o.outcome, j.expected, j.low_80,
    j.high_80, j.p_target, cast(j.target_amount as double), sqrt(cast(j.variance as double)),
    j.won_so_far + coalesce(s.weighted, 0), j.won_so_far + coalesce(s.by_crm, 0),
    j.won_so_far + coalesce(s.won_90, 0) * j.days_to_quarter_end / 90,
    j.won_so_far + coalesce(s.covered, 0), s.committed
from judged as j
inner join outcomes as o using (quarter_start, scope, segment)
inner join histories as h using (quarter_start)
left join simple as s
    on j.forecast_on = s.forecast_on and j.scope = s.scope and j.segment = s.segment
where h.n_at_start >= {enough} and j.day_of_quarter in ({days})
"""


@dataclass(frozen=True)
class Judged:
    """One forecast of a quarter that is over."""

    company: str
    quarter: str
    day: int
    scope: str
    segment: str
    outcome: float
    low: float
    high: float
    p_target: float | None
    target: float | None
    # Standard deviation of the outcome if every rate were known: the chance of deals alone.
    chance: float
    forecasts: dict[str, float | None]

    @property
    def is_inside(self) -> bool:
        return self.low <= self.outcome <= self.high


def dbt(work: Path, company: str, *arguments: str) -> None:
    """Run dbt on one company's raw folder into its database."""
    environment = {
        **os.environ,
        "SALES_METRICS_RAW": str(work / "raw" / company),
        "SALES_METRICS_DUCKDB": str(work / f"{company}.duckdb"),
        "SALES_METRICS_AS_OF_DATE": AS_OF,
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
    }
    command = [str(Path(sys.executable).with_name("dbt")), *arguments]
    subprocess.run(
        [*command, "--quiet", "--profiles-dir", "profiles"],
        cwd=REPO,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def build(work: Path, kind: str, seed: int) -> str:
    """The company's database with all the forecast reads, unless it is there."""
    company = f"{kind}_{seed}"
    if not (work / f"{company}.duckdb").exists():
        subprocess.run(
            [
                *(sys.executable, "-m", "demo_companies", "--company", kind, "--seed", str(seed)),
                *("--activities", "4", "--out", str(work / "raw" / company)),
            ],
            cwd=REPO,
            env={**os.environ, "PYTHONPATH": str(REPO / "python")},
            check=True,
        )
        dbt(work, company, "seed")
        dbt(work, company, "run", "--select", *(f"+{model}" for model in UPSTREAM))
    return company


def forecast_models(work: Path, company: str) -> list[tuple[str, str]]:
    """Name and compiled text of the forecast's models, each after what it reads."""
    dbt(work, company, "compile", "--select", "path:models/intermediate/beyond_sums/forecast")
    manifest = json.loads((work / "target" / "manifest.json").read_text())
    catalog = f'"{company}".'
    texts = {}
    for name, node in manifest["nodes"].items():
        place = work / "target" / "compiled" / "sales_metrics" / node["original_file_path"]
        if node["resource_type"] == "model" and "/forecast/" in node["original_file_path"]:
            texts[name] = place.read_text().replace(catalog, "")
    ordered: list[str] = []
    while len(ordered) < len(texts):
        for name in sorted(set(texts) - set(ordered)):
            needed = set(manifest["nodes"][name]["depends_on"]["nodes"]) & set(texts)
            if needed <= set(ordered):
                ordered.append(name)
    return [(name.rsplit(".", 1)[1], texts[name]) for name in ordered]


def judge(work: Path, company: str, models: Sequence[tuple[str, str]]) -> Iterator[Judged]:
    """Forecasts of the company's quarters on the judged days, and what became of them."""
    days = ", ".join(str(day) for day in sorted({*DAYS, *WEEKS}))
    with duckdb.connect() as db:
        db.execute(f"attach '{work / company}.duckdb' as built (read_only)")
        db.execute("create schema intermediate")
        names = "select table_name from duckdb_tables() where database_name = 'built'"
        for (table,) in db.execute(f"{names} and schema_name = 'intermediate'").fetchall():
            if table not in dict(models):
                db.execute(
                    f"create view intermediate.{table} as from built.intermediate.{table}"
                    if table != "int_quarter_weeks"
                    else f"create table intermediate.{table} as from built.intermediate.{table}"
                )
        # A forecast stands on the ends of a quarter's weeks: the judged days are some more of them.
        db.execute(
            "insert into intermediate.int_quarter_weeks by name select distinct quarter_start,"
            " calendar_day as week_end from intermediate.int_calendar_days"
            f" where day_of_quarter in ({days}) and calendar_day <= date '{AS_OF}'"
        )
        db.execute("set schema = 'intermediate'")
        for name, text in models:
            db.execute(f"create table intermediate.{name} as {text}")
        sql = _SCORES.format(as_of=AS_OF, enough=ENOUGH_QUARTERS, days=days)
        for quarter, day, scope, segment, outcome, expected, *rest in db.execute(sql).fetchall():
            low, high, p_target, target, chance, *others = rest
            values = [None if value is None else float(value) for value in (expected, *others)]
            yield Judged(
                company,
                str(quarter),
                day,
                scope,
                segment,
                outcome,
                low,
                high,
                p_target,
                target,
                chance or 0.0,
                dict(zip(METHODS, values, strict=True)),
            )


def wape(rows: Sequence[Judged], method: str) -> float | None:
    """Sum of misses over sum of outcomes, where the method says something."""
    told = [(r.forecasts[method], r.outcome) for r in rows]
    known = [(f, outcome) for f, outcome in told if f is not None]
    whole = sum(outcome for _, outcome in known)
    return sum(abs(f - outcome) for f, outcome in known) / whole if whole else None


def percent(value: float | None) -> str:
    """A share as text."""
    return "-" if value is None else f"{100 * value:.1f}"


def tables(rows: Sequence[Judged]) -> Iterator[str]:
    """What was measured, as Markdown."""
    company = [r for r in rows if r.scope == "company"]
    for kind in ("kelvinmark", "quiet", ""):
        of_kind = [r for r in company if r.company.startswith(kind)]
        companies = len({r.company for r in of_kind})
        quarters = len({(r.company, r.quarter) for r in of_kind})
        yield f"\n{kind or 'all'}: {companies} companies, {quarters} quarters\n"
        header = " | ".join(f"day {day}" for day in DAYS)
        yield f"| WAPE, % | {header} |"
        yield "| --- |" + " --- |" * len(DAYS)
        by_day = {day: [r for r in of_kind if r.day == day] for day in DAYS}
        for method, label in METHODS.items():
            told = " | ".join(percent(wape(by_day[day], method)) for day in DAYS)
            yield f"| {label} | {told} |"
        lines = defaultdict(list)
        for day in DAYS:
            found = by_day[day]
            whole = sum(r.outcome for r in found)
            for method in ("expected", "projection"):
                off = sum((r.forecasts[method] or 0.0) - r.outcome for r in found)
                lines[f"bias of {METHODS[method].split(' (')[0]}"].append(percent(off / whole))
            # Of a normal variable the mean miss is this part of its standard deviation.
            alone = math.sqrt(2 / math.pi) * sum(r.chance for r in found) / whole
            lines["WAPE of one who knew every rate"].append(percent(alone))
            inside = sum(r.is_inside for r in found) / len(found)
            lines["outcomes inside the 80 % range"].append(percent(inside))
            scored = [
                (r.p_target - (r.outcome >= r.target)) ** 2
                for r in found
                if r.p_target is not None and r.target is not None
            ]
            lines["Brier score of p_target, x 100"].append(percent(sum(scored) / len(scored)))
        for label, values in lines.items():
            yield f"| {label} | {' | '.join(values)} |"
    yield "\nDay 28 by segment\n"
    yield "| WAPE, % | smb | mid_market | enterprise |"
    yield "| --- | --- | --- | --- |"
    for method, label in METHODS.items():
        errors = [
            percent(wape([r for r in rows if r.segment == s and r.day == 28], method))
            for s in ("smb", "mid_market", "enterprise")
        ]
        yield f"| {label} | {' | '.join(errors)} |"
    story = [r for r in company if r.company.startswith("kelvin") and r.quarter == "2025-09-01"]
    yield "\nKelvinmark's quarter of the leak\n"
    yield "| Monday of week | expected / target | outcome / target | range below the target |"
    yield "| --- | --- | --- | --- |"
    for day in WEEKS:
        found = [r for r in story if r.day == day and r.target]
        if found:
            expected = sum((r.forecasts["expected"] or 0) / (r.target or 1) for r in found)
            outcome = sum(r.outcome / (r.target or 1) for r in found)
            below = sum(r.high < (r.target or 0) for r in found)
            share = f"{expected / len(found):.3f} | {outcome / len(found):.3f}"
            yield f"| {day // 7 + 1} | {share} | {below} of {len(found)} |"


def draw(rows: Sequence[Judged], path: Path) -> None:
    """Fans of the forecast over each judged quarter of one company of each kind."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    kinds = ("kelvinmark", "quiet")
    figure, axes = pyplot.subplots(2, 1, figsize=(10, 6.4), sharex=True)
    for axis, kind in zip(axes, kinds, strict=True):
        of_kind = sorted({r.company for r in rows if r.company.startswith(kind)})
        company = [r for r in rows if r.scope == "company" and r.company == of_kind[0]]
        quarters = sorted({r.quarter for r in company})
        for place, quarter in enumerate(quarters):
            fan = sorted((r for r in company if r.quarter == quarter), key=lambda r: r.day)
            at = [place + r.day / 92 for r in fan]
            axis.fill_between(
                at, [r.low / 1e6 for r in fan], [r.high / 1e6 for r in fan], alpha=0.25, color="C0"
            )
            expected = [(r.forecasts["expected"] or 0) / 1e6 for r in fan]
            before = [(r.forecasts["projection"] or 0) / 1e6 for r in fan]
            axis.plot(at, expected, color="C0", label="forecast, 80 % range")
            axis.plot(at, before, color="C1", lw=1, ls="--", label="projection before")
            ends = [place, place + 1]
            axis.plot(ends, [fan[0].outcome / 1e6] * 2, color="black", label="outcome")
            if fan[0].target:
                target = [fan[0].target / 1e6] * 2
                axis.plot(ends, target, color="C3", lw=1, ls=":", label="target")
        axis.set_xticks([place + 0.5 for place in range(len(quarters))], quarters)
        axis.set_title(f"{of_kind[0].replace('_', ', seed ')}", fontsize=10)
        axis.set_ylabel("closed won, millions")
    handles, labels = axes[0].get_legend_handles_labels()
    shown = dict(zip(labels, handles, strict=True))
    axes[0].legend(shown.values(), shown.keys(), fontsize=8, ncols=4, loc="upper left")
    axes[0].margins(y=0.2)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


@click.command()
@click.option("--work", type=click.Path(path_type=Path), required=True, help="Folder to work in.")
@click.option("--seeds", type=(int, int), default=(101, 120), show_default=True)
@click.option("--picture", type=click.Path(path_type=Path), help="Where to draw the fans.")
@click.option("--built-alone", is_flag=True, help="Judge what is built in the folder, build none.")
def main(work: Path, seeds: tuple[int, int], picture: Path | None, built_alone: bool) -> None:
    """Judge the forecast on companies of these seeds."""
    work.mkdir(parents=True, exist_ok=True)
    rows: list[Judged] = []
    models: list[tuple[str, str]] = []
    for seed in range(seeds[0], seeds[1] + 1):
        for kind in ("kelvinmark", "quiet"):
            if built_alone and not (work / f"{kind}_{seed}.duckdb").exists():
                continue
            company = build(work, kind, seed)
            models = models or forecast_models(work, company)
            rows += judge(work, company, models)
    for line in tables(rows):
        click.echo(line)
    if picture is not None:
        draw(rows, picture)


if __name__ == "__main__":
    main()

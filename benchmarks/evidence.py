"""How much evidence a breach of stage conversion asks for: false alarms against weeks of warning.

The counts of each week come from the simulated logs by one statement per company, so that forty
companies take two minutes; that they are what dbt computes is asserted in test_scenarios.py. The
rule is the one of int_kpi_judgements and int_kpi_breach_openings, written a second time so that
hundreds of settings can be tried without a build.
"""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import duckdb

from demo_companies.company import (
    PUSH_START,
    SEGMENTS,
    STAGES,
    STORY_END,
    STORY_START,
    named_company,
)
from demo_companies.export import simulate

WEEK_FOUR_ENDS = STORY_START + dt.timedelta(days=27)
QUIET_FROM = dt.date(2024, 9, 1)
# The models' calendar begins with the quarter before the history does.
CALENDAR_START = dt.date(2023, 6, 1)

_WEEKS = """
with changes as (
    select number, second, stage,
        lag(stage) over (partition by number order by second) as came_from
    from read_parquet('{log}/version_*.parquet')
    where what = 0 and stage <> 7
),
visits as (
    select number, stage, lead(stage) over ordered as left_to, lead(second) over ordered as left_at
    from changes
    where stage is distinct from came_from
    window ordered as (partition by number order by second)
),
days as (
    select date '1970-01-01' + cast(v.left_at // 86400 as integer) as left_on, a.segment, v.stage,
        count(*) as exits, count_if(v.left_to > v.stage and v.left_to < 6) as onward
    from visits as v
    inner join read_parquet('{log}/opportunity_*.parquet') as o on v.number = o.number
    inner join read_parquet('{log}/account_*.parquet') as a on o.account = a.number
    where v.stage < 5 and v.left_at is not null
    group by grouping sets ((left_on, a.segment, v.stage), (left_on, v.stage))
),
weeks as (
    select cast(day as date) as week_end
    from generate_series(date '2023-12-03', date '{until}', interval 7 day) as _(day)
)
select coalesce(segment, 3), stage, week_end,
    coalesce(sum(onward) filter (left_on > week_end - 90), 0),
    coalesce(sum(exits) filter (left_on > week_end - 90), 0),
    coalesce(sum(onward) filter (left_on <= week_end - 90), 0),
    coalesce(sum(exits) filter (left_on <= week_end - 90), 0)
from weeks
inner join days on left_on <= week_end and left_on > week_end - 180
group by all
order by all
"""

Key = tuple[str, str]


@dataclass(frozen=True)
class Week:
    """What a stage let through in the 90 days to a week's end and in the 90 days before."""

    end: dt.date
    onward: int
    exits: int
    onward_before: int
    exits_before: int


@dataclass(frozen=True)
class Setting:
    """How much evidence is asked for, in the terms of kpi_triggers."""

    z: float
    weeks: int = 1
    min_n: int = 30
    margin: float = 0.0
    threshold: float = 0.05
    history_days: int = 270

    def __str__(self) -> str:
        interval = f"z {self.z:4.2f}" if self.z else "no interval"
        margin = f", margin {self.margin:.2f}" if self.margin else ""
        return f"{interval}, {self.weeks} week(s), n {self.min_n}{margin}"


CHOSEN = Setting(1.96, 1, 30, 0.02)
"""As in seeds/catalog/kpi_triggers.csv."""


@dataclass(frozen=True)
class Episode:
    """A breach from the end of the week that opened it to that of the first clean one."""

    opened_on: dt.date
    closed_on: dt.date | None


def weeks_of(name: str, seed: int | None) -> dict[Key, list[Week]]:
    """The weeks of a company by segment (`all` included) and stage."""
    found: dict[Key, list[Week]] = {}
    with tempfile.TemporaryDirectory() as folder:
        simulate(named_company(name, seed=seed), Path(folder), with_activities=False)
        with duckdb.connect() as db:
            rows = db.execute(_WEEKS.format(log=folder, until=STORY_END)).fetchall()
    for segment, stage, *counts in rows:
        key = (*SEGMENTS, "all")[segment], STAGES[stage].lower()
        found.setdefault(key, []).append(Week(*counts))
    return found


def _wilson(hits: int, n: int, z: float) -> tuple[float, float]:
    middle = hits + z * z / 2
    reach = z * math.sqrt(hits * (n - hits) / n + z * z / 4)
    return max(0.0, (middle - reach) / (n + z * z)), min(1.0, (middle + reach) / (n + z * z))


def _surely_worse_by(week: Week, z: float) -> float:
    """Newcombe's method 10, as in int_kpi_judgements."""
    now, before = week.onward / week.exits, week.onward_before / week.exits_before
    high = _wilson(week.onward, week.exits, z)[1]
    low_before = _wilson(week.onward_before, week.exits_before, z)[0]
    return before - now - math.hypot(before - low_before, high - now)


def episodes(weeks: Sequence[Week], setting: Setting) -> list[Episode]:
    """The breaches of one series."""
    judged = [
        week
        for week in weeks
        if week.exits >= setting.min_n
        and (week.end - CALENDAR_START).days + 1 >= setting.history_days
    ]
    found: list[Episode] = []
    run, reached = 0, -1
    for place, week in enumerate(judged):
        if week.exits_before < max(setting.min_n, 1):
            continue
        before = week.onward_before / week.exits_before
        is_breach = (
            before - week.onward / week.exits >= setting.threshold - 1e-9
            and _surely_worse_by(week, setting.z) > setting.margin
        )
        run = run + 1 if is_breach else 0
        if run < setting.weeks:
            continue
        clean = next(
            (
                later
                for later in range(place + 1, len(judged))
                if before - judged[later].onward / judged[later].exits < setting.threshold - 1e-9
            ),
            len(judged),
        )
        if place > reached:
            found.append(Episode(week.end, None))
        reached = max(reached, clean)
        closed_on = judged[reached].end if reached < len(judged) else None
        found[-1] = Episode(found[-1].opened_on, closed_on)
    return found


@dataclass(frozen=True)
class Outcome:
    """What a setting costs and what it brings."""

    setting: Setting
    worst: int
    """The most false breaches of one segment and stage in one company, in five quarters."""
    mean: float
    """False breaches per segment and stage, on average over companies."""
    worst_mean: float
    """The same for the segment and stage that has most."""
    more_than_one: float
    """The share of the series with two or more."""
    found: int
    """Companies whose leak is in breach on the Monday of week 5."""
    weeks_of_warning: float
    """Weeks from the opening to the end of the quarter; the mean, 0 where nothing opened."""


def judge(
    setting: Setting,
    leaking: Iterable[dict[Key, list[Week]]],
    quiet: Iterable[dict[Key, list[Week]]],
) -> Outcome:
    """Count a setting's false alarms in quiet companies and its warnings in leaking ones."""
    per_series: dict[Key, list[int]] = {}
    for company in quiet:
        for key, weeks in company.items():
            if key[0] == "all":
                continue
            opened = [e for e in episodes(weeks, setting) if e.opened_on >= QUIET_FROM]
            per_series.setdefault(key, []).append(len(opened))
    counts = [count for series in per_series.values() for count in series]
    in_time, warnings = 0, []
    for company in leaking:
        first = finding(company, setting)
        in_time += is_open(company, setting)
        warnings.append((STORY_END - first).days / 7 if first else 0.0)
    return Outcome(
        setting,
        max(counts),
        sum(counts) / len(counts),
        max(sum(series) / len(series) for series in per_series.values()),
        sum(count > 1 for count in counts) / len(counts),
        in_time,
        mean(warnings),
    )


def finding(company: dict[Key, list[Week]], setting: Setting) -> dt.date | None:
    """When the breach of the planted leak opened; one from before the push is no finding."""
    opened = [
        e.opened_on
        for e in episodes(company["enterprise", "proposal"], setting)
        if e.opened_on >= PUSH_START
    ]
    return min(opened, default=None)


def is_open(
    company: dict[Key, list[Week]],
    setting: Setting,
    key: Key = ("enterprise", "proposal"),
    day: dt.date = WEEK_FOUR_ENDS,
) -> bool:
    """Whether a breach that opened since the push is open on a day."""
    return any(
        PUSH_START <= e.opened_on <= day and (e.closed_on is None or e.closed_on > day)
        for e in episodes(company[key], setting)
    )


def settings() -> Iterator[Setting]:
    """Everything that was tried."""
    for min_n in (30, 50, 100):
        for weeks in (1, 2, 3):
            for z in (0.0, 1.0, 1.28, 1.64, 1.96, 2.33):
                yield Setting(z, weeks, min_n)
    for margin in (0.01, 0.02, 0.03):
        for z in (1.0, 1.28, 1.64, 1.96):
            yield Setting(z, 1, 30, margin)


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw a few of the settings: what they cost against what they bring."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    groups = {
        "no interval": [o for o in outcomes if o.setting.z == 0 and o.setting.min_n == 30],
        "interval, 1 week": _group(outcomes, weeks=1),
        "interval, 2 weeks in a row": _group(outcomes, weeks=2),
        "interval, 3 weeks in a row": _group(outcomes, weeks=3),
        "interval and 2 points": [
            o for o in outcomes if o.setting.margin == CHOSEN.margin and o.setting.z > 1
        ],
    }
    figure, axes = pyplot.subplots(figsize=(7.2, 4.4), dpi=110)
    for (label, group), marker in zip(groups.items(), "xo^sD", strict=True):
        line = "" if label == "no interval" else "-"
        alarms, warning = [o.mean for o in group], [o.weeks_of_warning for o in group]
        axes.plot(alarms, warning, marker + line, label=label, linewidth=1, markersize=5)
        for o in group:
            text = f"z {o.setting.z:g}" if o.setting.z else f"{o.setting.weeks} wk"
            axes.annotate(
                f"{text}: {o.found}",
                (o.mean, o.weeks_of_warning),
                xytext=(6, -3),
                textcoords="offset points",
                fontsize=6,
            )
    chosen = next(o for o in outcomes if o.setting == CHOSEN)
    place = chosen.mean, chosen.weeks_of_warning
    axes.plot(*place, "o", markersize=15, fillstyle="none", color="black")
    axes.axhline(9, color="grey", linewidth=0.8, linestyle=":")
    axes.set_xlim(0, None)
    axes.set_xlabel("false alarms per segment and stage in five quiet quarters")
    axes.set_ylabel("weeks from the breach to the quarter's end, mean")
    axes.set_title(
        "After the colon: leaks in breach on the Monday of week 5, of 20. Circled: ours. Dotted:"
        " nine weeks",
        fontsize=8,
    )
    axes.legend(fontsize=7, loc="lower right")
    figure.tight_layout()
    figure.savefig(path)


def _group(outcomes: Sequence[Outcome], *, weeks: int) -> list[Outcome]:
    return [
        o
        for o in outcomes
        if o.setting.z > 1
        and o.setting.margin == 0
        and o.setting.min_n == 30
        and o.setting.weeks == weeks
    ]

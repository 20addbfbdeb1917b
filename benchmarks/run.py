"""How long the project takes on companies of growing size, beside a floor of plain SQL.

    python benchmarks/run.py --folder /tmp/benchmarks
    python benchmarks/run.py --folder /tmp/benchmarks --opportunities 200000 --kinds floor project
    python benchmarks/run.py --folder /tmp/benchmarks --opportunities 200000 --kinds project \\
        --crms salesforce hubspot

Run by hand, never in CI: the largest of the default sizes takes most of an hour. Companies are
generated once per folder. What it measures and what came out: docs/performance.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from measuring import REPO, WORKS, Cost

SIZES = (10_000, 200_000, 2_000_000)
KINDS = ("reading", "floor", "project")
# The floor knows the tables of the first alone.
CRMS = ("salesforce", "hubspot")
ENGINE = ("int_measures_daily", "int_measure_keys", "int_window_sums", "int_metric_values_summed")
# The models whose work each script of the floor does, and a number both must give.
STEPS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "1_stage_visits": (
        (
            "int_accounts_resolved",
            "int_opportunity_changes_unioned",
            "int_opportunities_unioned",
            "int_stage_names_mapped",
            "int_opportunity_changes_mapped",
            "int_opportunity_beginnings",
            "int_crm_rows_beside_history",
            "int_opportunity_observations",
            "int_opportunity_spans",
            "int_opportunity_versions",
            "int_stage_visits_rolled_up",
            "int_stage_visits",
        ),
        "select count(*) from stage_visits",
        "select count(*) from intermediate.int_stage_visits",
    ),
    "2_pipeline_daily": (
        ("int_pipeline_spans", "int_pipeline_states", "pipeline_daily"),
        "select sum(deal_count) from pipeline_daily",
        "select sum(deal_count) from marts.pipeline_daily",
    ),
    "3_conversion_by_cohort": (
        ("int_stage_entries", "int_stage_conversion_by_day_run", "int_stage_conversion_counted"),
        "select sum(entered) from conversion_by_cohort",
        "select count(*) from intermediate.int_stage_entries",
    ),
    "4_coverage_daily": (
        ("int_coverage_daily",),
        "select sum(open_amount) from coverage_daily",
        "select sum(open_amount) from intermediate.int_coverage_daily",
    ),
    "5_win_rate_t90": (
        (
            "int_closings",
            "int_closing_corrections",
            "int_opportunities_summarised",
            "int_closing_events",
        ),
        # The company's: a team with one segment has no row of its own for it in the project.
        "select sum(denominator) from win_rate_t90"
        " where segment = 'all' and team_id = 'all' and rep_id = 'all'",
        "select sum(denominator) from marts.metric_values where metric_id = 'win_rate_t90'"
        " and period_type = 'week' and scope = 'company'",
    ),
    "6_activities": (
        (
            "int_activities_unioned",
            "int_activities_typed",
            "int_activities_credited",
            "int_activity_events",
        ),
        "select sum(activities) from activities_daily",
        "select count(*) from marts.fct_activities",
    ),
}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="Companies and databases.")
    parser.add_argument("--opportunities", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kinds", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--crms", choices=CRMS, nargs="+", default=CRMS[:1])
    parser.add_argument("--models", type=int, default=25, help="How many models to list.")
    chosen = parser.parse_args(arguments)
    totals: dict[str, dict[int, Cost]] = {crm: {} for crm in chosen.crms}
    for size, crm in itertools.product(chosen.opportunities, chosen.crms):
        work = chosen.folder / (str(size) if crm == CRMS[0] else f"{size}_{crm}")
        generate(size, work / "raw", crm)
        kinds = [kind for kind in chosen.kinds if crm == CRMS[0] or kind != "floor"]
        costs = {kind: measure(kind, work) for kind in kinds}
        print(f"\n# {size:,} opportunities in {crm}")
        for kind, steps in costs.items():
            listed = sorted(steps, key=lambda cost: -cost.processor_seconds)
            print_costs(kind, listed[: chosen.models], total(kind, steps))
        if {"floor", "project"} <= costs.keys():
            print_ratios(costs["floor"], costs["project"])
            print_agreement(work)
        if {"reading", "project"} <= costs.keys():
            project, reading = (total(kind, costs[kind]) for kind in ("project", "reading"))
            ratio = project.processor_seconds / reading.processor_seconds
            print(f"\nThe project takes {ratio:.0f} times what reading the raw columns once takes.")
        if "project" in costs:
            totals[crm][size] = total("project", costs["project"])
            if crm != chosen.crms[0]:
                first = totals[chosen.crms[0]][size]
                ratio = totals[crm][size].processor_seconds / first.processor_seconds
                print(f"\nThe road of {crm} takes {ratio:.2f} times that of {chosen.crms[0]}.")
    for of_crm in totals.values():
        print_growth(of_crm)


def generate(opportunities: int, raw: Path, crm: str) -> None:
    if (raw / "as_of.csv").exists():
        return
    print(f"Generating {opportunities:,} opportunities ...", flush=True)
    subprocess.run(
        [
            *[sys.executable, "-m", "demo_companies"],
            *["--opportunities", str(opportunities), "--history-rows", "12"],
            *["--activities", "30", "--crm", crm, "--out", str(raw)],
        ],
        env={**os.environ, "PYTHONPATH": str(REPO / "python")},
        check=True,
    )


def measure(kind: str, work: Path) -> list[Cost]:
    """In a process of its own, so that its memory is its own."""
    assert kind in WORKS
    costs = work / f"{kind}.json"
    database = work / "project.duckdb"
    if kind == "project":
        database.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, str(REPO / "benchmarks" / "measuring.py"), kind, str(work), str(costs)],
        env={
            **os.environ,
            "SALES_METRICS_RAW": str((work / "raw").resolve()),
            "SALES_METRICS_DUCKDB": str(database.resolve()),
            "DO_NOT_TRACK": "1",
        },
        check=True,
    )
    return [Cost(**cost) for cost in json.loads(costs.read_text())]


def total(step: str, costs: Iterable[Cost]) -> Cost:
    costs = list(costs)
    return Cost(
        step=step,
        seconds=sum(cost.seconds for cost in costs),
        processor_seconds=sum(cost.processor_seconds for cost in costs),
        peak_gigabytes=max((cost.peak_gigabytes for cost in costs), default=0.0),
    )


def print_costs(title: str, costs: Sequence[Cost], whole: Cost) -> None:
    print(f"\n{title:40} {'seconds':>9} {'processor':>9} {'share':>6} {'peak GB':>8}")
    for cost in [*costs, whole]:
        share = cost.processor_seconds / whole.processor_seconds
        print(
            f"{cost.step:40} {cost.seconds:9.2f} {cost.processor_seconds:9.2f}"
            f" {share:6.0%} {cost.peak_gigabytes:8.2f}"
        )


def print_ratios(floor: Sequence[Cost], project: Sequence[Cost]) -> None:
    """The floor's steps against the models that give the same outputs."""
    of_model = {cost.step: cost for cost in project}
    pairs = [
        (script, total(script.step, [of_model[name] for name in STEPS[script.step][0]]))
        for script in floor
    ]
    whole = (total("together", floor), total("together", [models for _, models in pairs]))
    engine = total("the metric engine", [of_model[name] for name in ENGINE])
    print(f"\n{'processor seconds':40} {'floor':>9} {'models':>9} {'ratio':>6} {'in time':>8}")
    for script, models in [*pairs, whole]:
        print(
            f"{script.step:40} {script.processor_seconds:9.2f} {models.processor_seconds:9.2f}"
            f" {models.processor_seconds / script.processor_seconds:6.2f}"
            f" {models.seconds / script.seconds:8.2f}"
        )
    together = whole[1].processor_seconds + engine.processor_seconds
    print(
        f"The metric engine, which sums the win rate along with every other metric, takes"
        f" {engine.processor_seconds:.2f} more: {together / whole[0].processor_seconds:.2f} times"
        f" the floor with all of it."
    )


def print_agreement(work: Path) -> None:
    """A floor that is fast because it is wrong would be none."""
    with duckdb.connect(str(work / "floor.duckdb"), read_only=True) as connection:
        floor = {step: _number(connection, sql) for step, (_, sql, _) in STEPS.items()}
    with duckdb.connect(str(work / "project.duckdb"), read_only=True) as connection:
        project = {step: _number(connection, sql) for step, (_, _, sql) in STEPS.items()}
    apart = {step: abs(floor[step] / project[step] - 1) for step in STEPS}
    listed = ", ".join(f"{step} {share:.3%}" for step, share in apart.items())
    print(f"Floor and project differ by: {listed}.")


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    ((value,),) = connection.execute(sql).fetchall()
    return float(value)


def print_growth(totals: dict[int, Cost]) -> None:
    sizes = sorted(totals)
    for small, large in itertools.pairwise(sizes):
        growth = math.log(large / small)
        seconds = math.log(totals[large].seconds / totals[small].seconds) / growth
        processor = (
            math.log(totals[large].processor_seconds / totals[small].processor_seconds) / growth
        )
        print(
            f"From {small:,} to {large:,} time grows with exponent {seconds:.2f},"
            f" processor time with {processor:.2f}."
        )


if __name__ == "__main__":
    main(sys.argv[1:])

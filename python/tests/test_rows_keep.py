"""The test rows_keep asks many rules at once, and says which of them is broken where."""

from __future__ import annotations

from pathlib import Path

import duckdb

from harness import DATABASE, GOLDEN, Project

METRICS = (
    "metric_id, label, formula, stack, layer, kind, timing, better, window_id,"
    " denominator_window_id, method"
)
EVIDENCE = "metric_id, measure_id, kind, reason"


def told(project: Project, folder: Path, metrics: list[str], evidence: list[str]) -> list[str]:
    """What is wrong with these rows, written as SQL, of the seeds metrics and metric_evidence."""
    tables = {"metrics": (METRICS, metrics), "metric_evidence": (EVIDENCE, evidence)}
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.execute("create schema seeds")
        for table, (columns, rows) in tables.items():
            values = f"from (values {', '.join(rows)}) as given ({columns})"
            connection.execute(f"create table seeds.{table} as {values}")
    return project.broken_rules(folder, GOLDEN, "rows_of_metrics rows_of_metric_evidence")


def metric(name: str, label: str = "'Wins'", stack: str = "'outcome'", layer: int = 3) -> str:
    rest = "'rate', 'lagging', 'up', 'whole', null, 'ratio'"
    return f"('{name}', {label}, 'won', {stack}, {layer}, {rest})"


def test_each_broken_rule_is_told_with_relation_column_and_value(
    project: Project, tmp_path: Path
) -> None:
    metrics = [
        metric("wins", label="null"),
        metric("wins", stack="'sales'"),
        # What holds nothing holds no other value.
        metric("losses", stack="null", layer=7),
    ]
    evidence = ["('wins', 'won', 'needs', 'r')", "('wins', 'won', 'needs', 's')"]
    assert sorted(told(project, tmp_path, metrics, evidence)) == [
        "metric_evidence.metric_id, measure_id, kind are 'wins, won, needs' more than once"
        " (values: 1).",
        "metrics.label is null (rows: 1);"
        " metrics.stack is 'sales', which is not one of activity, pipeline, outcome (rows: 1);"
        " metrics.layer is '7', which is not one of 1, 2, 3, 4 (rows: 1).",
        "metrics.metric_id is 'wins' more than once (values: 1).",
    ]


def test_of_rows_that_keep_the_rules_nothing_is_told(project: Project, tmp_path: Path) -> None:
    evidence = ["('wins', 'won', 'needs', 'r')", "('wins', 'won', 'bars', 's')"]
    assert told(project, tmp_path, [metric("wins"), metric("losses")], evidence) == []

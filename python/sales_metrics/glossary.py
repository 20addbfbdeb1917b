"""The glossary `docs/metrics.md`, written from the seeds so that it cannot drift from them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

Rows = list[dict[str, str]]

STACKS = {
    "activity": "Activity: a diagnostic, never a target",
    "pipeline": "Pipeline: what tells in time",
    "outcome": "Outcome: clean, and late",
}
WINDOWS = {
    "period": "the days of the period",
    "whole": "the whole period, also the days to come",
    "point": "the last day of the period",
    "t28": "the 28 days that end with the period",
    "t90": "the 90 days that end with the period",
    "t365": "the 365 days that end with the period",
    "p90": "the 90 days before the last 90",
    "month": "the month the period ends in",
    "quarter": "the fiscal quarter the period ends in",
}
HEAD = """# Metrics

Every metric of the project, written from the seeds by `sales-metrics glossary`: edit those, not
this page. A metric with an owner and a trigger is a KPI: when it breaks, the owner does what stands
there.
"""


def read_seed(repo: Path, name: str) -> Rows:
    """The rows of a seed of the catalog."""
    path = repo / "seeds" / "catalog" / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def glossary(repo: Path) -> str:
    """The whole page as Markdown."""
    owners = {row["metric_id"]: row for row in read_seed(repo, "kpi_owners")}
    standards = {row["metric_id"]: row for row in read_seed(repo, "kpi_standards")}
    baselines = {row["metric_id"]: row["window_id"] for row in read_seed(repo, "metric_baselines")}
    bands, triggers = read_seed(repo, "kpi_bands"), read_seed(repo, "kpi_triggers")
    metrics, evidence = read_seed(repo, "metrics"), read_seed(repo, "metric_evidence")
    parts = [HEAD]
    for stack, title in STACKS.items():
        parts.append(f"## {title}\n")
        for metric in sorted(
            (row for row in metrics if row["stack"] == stack),
            key=lambda row: (int(row["layer"]), row["metric_id"]),
        ):
            name = metric["metric_id"]
            facts = [
                *_definition(metric, baselines.get(name)),
                *_evidence([row for row in evidence if row["metric_id"] == name]),
                *_standard(standards.get(name, {})),
                *_owner(owners.get(name)),
                *_bands([row for row in bands if row["metric_id"] == name]),
                *_triggers([row for row in triggers if row["metric_id"] == name]),
            ]
            parts.append(f"### {metric['label']} (`{name}`)\n\n" + "\n".join(facts) + "\n")
    return "\n".join(parts)


def _definition(metric: dict[str, str], baseline: str | None) -> Iterator[str]:
    formula = metric["formula"]
    yield f"{formula[0].upper()}{formula[1:]}.\n"
    words = [
        metric["unit"] or metric["kind"],
        f"{metric['better']} is better",
        f"layer {metric['layer']}, {metric['timing']}",
        f"over {WINDOWS[metric['window_id']]}",
    ]
    if metric["slice_type"] != "all":
        words.append(f"by {metric['slice_type'].replace('_', ' ')}")
    yield f"- Unit and window: {'; '.join(words)}."
    if baseline:
        yield f"- Compared with {WINDOWS[baseline]}."
    if int(metric["min_n"]):
        yield f"- Judged from {metric['min_n']} cases on."
    if metric["matures"] == "true":
        yield "- A past period's value goes on changing until its cases are decided."
    if metric["is_managed"] == "true":
        yield "- Stands on the operating dashboard."


def _evidence(rows: Rows) -> Iterator[str]:
    sentences = {
        "needs": "Not measured until `{measure_id}` is above zero: {reason}.",
        "bars": "Not measured where `{measure_id}` is above zero: {reason}.",
        "unjudged": "Not judged by triggers where `{measure_id}` is above zero: {reason}.",
    }
    for row in rows:
        yield "- " + sentences[row["kind"]].format_map(row)


def _standard(standard: dict[str, str]) -> Iterator[str]:
    for key, label in (("revenue_link", "Why"), ("decision", "Decision"), ("cadence", "Cadence")):
        if standard.get(key):
            yield f"- {label}: {standard[key]}"
    if standard.get("replaces"):
        yield f"- Replaces: {standard['replaces']}."


def _owner(owner: dict[str, str] | None) -> Iterator[str]:
    if owner:
        escalate = owner["escalate_to"]
        yield f"- Owner: {owner['owner_role']}" + (f", then {escalate}." if escalate else ".")
        yield f"- When it breaks: {owner['intervention']}."


def _bands(rows: Rows) -> Iterator[str]:
    for tier in dict.fromkeys(row["acv_tier"] for row in rows):
        spans = [
            f"{row['status']} {_span(row['lower'], row['upper'])}"
            + ("" if row["compared"] == "value" else f" ({row['compared'].replace('_', ' ')})")
            for row in rows
            if row["acv_tier"] == tier
        ]
        yield f"- Bands, {tier.replace('_', ' ')}: {'; '.join(spans)}."


def _span(lower: str, upper: str) -> str:
    if lower and upper:
        return f"from {lower} to under {upper}"
    return f"from {lower}" if lower else f"under {upper}"


def _triggers(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        periods = int(row["consecutive_periods"])
        often = f"{periods} {row['period_type']}s in a row" if periods > 1 else row["period_type"]
        slice_id = f", {row['slice_id'].replace('_', ' ')}" if row["slice_id"] else ""
        yield (
            f"- Trigger `{row['trigger_id']}`: {row['rule'].replace('_', ' ')} {row['threshold']}"
            f" ({often}{slice_id}; {row['scopes']}), {row['severity']}, to {row['escalate_to']}."
        )

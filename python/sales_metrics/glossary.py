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
this page. A metric with an owner and a trigger that is on is a KPI: when it breaks, the owner does
what stands there.
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
                *_bands([row for row in bands if row["metric_id"] == name], metric["unit"]),
                *_triggers([row for row in triggers if row["metric_id"] == name], metric["unit"]),
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
        yield (
            "- A past period's value may still change: its cases are not decided yet, or the CRM"
            " keeps no history of what it rests on."
        )
    if metric["is_managed"] == "true":
        yield "- One of the few numbers the company is steered by."


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


def _bands(rows: Rows, unit: str) -> Iterator[str]:
    for tier in dict.fromkeys(row["acv_tier"] for row in rows):
        own = [row for row in rows if row["acv_tier"] == tier]
        unit = {"points_to_baseline": "points", "share_of_baseline": "share"}.get(
            own[0]["compared"], unit
        )
        against = "" if own[0]["compared"] == "value" else ", against the baseline"
        spans = [f"{row['status']} {_span(row['lower'], row['upper'], unit)}" for row in own]
        yield f"- Bands, {tier.replace('_', ' ')}{against}: {'; '.join(spans)}."


def _span(lower: str, upper: str, unit: str) -> str:
    if lower and upper:
        return f"from {_number(lower, unit)[0]} to under {_shown(upper, unit)}"
    return f"from {_shown(lower, unit)}" if lower else f"under {_shown(upper, unit)}"


def _shown(value: str, unit: str) -> str:
    return " ".join(filter(None, _number(value, unit)))


def _number(value: str, unit: str) -> tuple[str, str]:
    """A threshold and its unit as people write them."""
    if unit == "points" or unit.startswith("share"):
        return f"{float(value) * 100:g}", "points" if unit == "points" else "%"
    return f"{float(value):g}", unit if unit in ("days", "minutes", "months") else ""


def _triggers(rows: Iterable[dict[str, str]], unit: str) -> Iterator[str]:
    for row in rows:
        periods, period = int(row["consecutive_periods"]), row["period_type"]
        often = f"{periods} {period}s in a row" if periods > 1 else f"{period}ly"
        if row["from_quarter_share"]:
            often += f", once {_shown(row['from_quarter_share'], 'share')} of the quarter is over"
        slice_id = f" ({row['slice_id'].replace('_', ' ')})" if row["slice_id"] else ""
        off = "" if row["is_on"] == "true" else ", off"
        yield (
            f"- Trigger `{row['trigger_id']}`{slice_id}{off}: {_broken(row, unit)}, {often};"
            f" {row['scopes'].replace(' ', ', ')}; {row['severity']}, to {row['escalate_to']}."
        )


def _broken(row: dict[str, str], unit: str) -> str:
    """What a trigger waits for."""
    rule, threshold = row["rule"], row["threshold"]
    if rule in ("below", "above", "share_above"):
        return f"{rule.removeprefix('share_')} {_shown(threshold, unit)}"
    if rule == "age_multiple_above":
        return f"above {threshold} times the expected days"
    if rule == "declining":
        return f"over {_shown(threshold, 'share')} worse than the period before"
    by = _shown(threshold, "points" if rule == "points_below_baseline" else "share")
    year = row["compares_with"] == "year"
    return f"{by} worse than {'the same weeks of four quarters' if year else 'the baseline'}"

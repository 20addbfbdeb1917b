"""`sales-metrics diff`: why a number moved since yesterday."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from sales_metrics.build_diff.comparing import REASONS, Changed, Difference, compare_builds
from sales_metrics.options import json_option, published_option
from sales_metrics.publishing.store import UNKNOWN


@click.command(short_help="Say what changed between two builds, and why.")
@click.argument("before", default="previous")
@click.argument("after", default="served")
@click.option("--metric", help="Only this metric.")
@click.option("--scope", help="Only this scope, such as company or segment.")
@published_option
@json_option
def diff(
    before: str, after: str, metric: str | None, scope: str | None, published: Path, as_json: bool
) -> None:
    """Say what changed between two builds, per metric and scope, and why.

    BEFORE and AFTER are ids, beginnings of ids, `previous` or `served` (the defaults).
    """
    from sales_metrics.publishing.store import Store

    store = Store(published)
    ids = store.resolve(before), store.resolve(after)
    (old, new) = ((store.info(one), store.database(one)) for one in ids)
    found = compare_builds(old, new, metric, scope)
    if as_json:
        content = dataclasses.asdict(found)
        for side in ("before", "after"):
            del content[side]["landed"]
        click.echo(json.dumps(content, default=str, ensure_ascii=False))
        return
    for line in _heading(found):
        click.echo(line)
    for reason, meaning in REASONS.items():
        meant = [one for one in found.changed if one.reason == reason]
        if meant:
            click.echo(f"\n{reason} ({meaning})")
            for one in meant:
                click.echo(f"  {_line(one)}")
    if not found.changed:
        click.echo("No metric value differs.")


def _heading(found: Difference) -> list[str]:
    code = (
        "the same"
        if found.same_code
        else (
            f"{found.before.git_commit or found.before.code_hash} and"
            f" {found.after.git_commit or found.after.code_hash}"
        )
    )
    known = UNKNOWN not in (found.before.raw_fingerprint, found.after.raw_fingerprint)
    raw = ("the same" if found.same_raw else "differ") if known else "not known"
    return [
        f"{found.before.build_id}, as of {found.before.as_of_date}",
        f"{found.after.build_id}, as of {found.after.as_of_date}",
        f"code: {code}; raw files: {raw}",
        *(
            f"table {table}: {old if old is not None else 'no'} rows,"
            f" then {new if new is not None else 'none'}"
            for table, (old, new) in found.rows.items()
        ),
    ]


def _line(changed: Changed) -> str:
    largest = changed.largest
    where = [
        str(largest[key])
        for key in ("segment", "team_id", "rep_id", "slice_id")
        if largest[key] not in (None, "all")
    ]
    parts = [f"{changed.rows} rows"]
    if changed.appeared:
        parts.append(f"{changed.appeared} new")
    if changed.disappeared:
        parts.append(f"{changed.disappeared} gone")
    return (
        f"{changed.metric_id}, {changed.scope}: {', '.join(parts)}; most:"
        f" {largest['period_type']} {largest['period_start']} {' '.join(where)}".rstrip()
        + f" {_number(largest['before'])} -> {_number(largest['after'])}"
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.6g}"

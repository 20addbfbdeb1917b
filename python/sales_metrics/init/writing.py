"""The project that is written, and what running `init` again adds to it.

A file that is there is a person's from then on: nothing in it is changed. What is new is told, and
added behind the last row only where that is asked for.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sales_metrics.errors import about
from sales_metrics.init.proposals import Proposal, Row, free
from sales_metrics.init.reading import LANDING, RAW, Plan
from sales_metrics.init.shapes import profile
from sales_metrics.project import database_path, read_yaml

PROPOSAL, NEWS = "PROPOSAL.md", "PROPOSAL-NEW.md"
# What was ever proposed, so that a row a person has taken out does not come again.
MEMORY = ".sales_metrics_init.json"
PREFIX = "my_"
# `run`, `pages` and dashboards read the schema `marts`, whatever dbt's own rule makes of it.
SCHEMA_NAMES = """\
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
"""
KEYS = {
    "stage_map": ("source", "pipeline", "raw_stage"),
    "segments": ("segment",),
    "segment_rules": ("rule", "raw_value", "lower_bound"),
    "activity_types": ("source", "record_kind", "raw_type", "raw_subtype", "raw_disposition"),
    "activity_statuses": ("raw_status",),
    "loss_reason_map": ("raw_reason",),
    "opportunity_types": ("raw_type",),
}
# Mappings that stand in place of the shipped ones: new segments without old rules would be none.
WHOLE = ("stage_map", "segments", "segment_rules")


def header(project: Path, mapping: str) -> list[str]:
    """The columns of a shipped mapping."""
    with (project / "seeds" / "mappings" / f"{mapping}.csv").open(encoding="utf-8") as file:
        return next(csv.reader(file))


def write(
    target: Path,
    project: Path,
    package: str,
    plan: Plan,
    vars: Mapping[str, Any],
    rows: Mapping[str, Sequence[Row]],
    proposals: Sequence[Proposal],
) -> None:
    """A new project in an empty folder."""
    name = re.sub(r"\W+", "_", target.resolve().name.lower()).strip("_") or "metrics"
    name = f"p_{name}" if name[0].isdigit() else name
    name = f"{name}_metrics" if name == "sales_metrics" else name
    # A question that is answered in a seed finds it there, with its columns.
    asked = {question.answered_in for one in proposals for question in one.questions}
    mapped = {
        mapping: rows.get(mapping, ())
        for mapping in KEYS
        if rows.get(mapping) or (mapping not in WHOLE and f"seeds/{PREFIX}{mapping}.csv" in asked)
    }
    files = {
        "dbt_project.yml": _dbt_project(name, plan, vars, mapped),
        "profiles.yml": yaml.safe_dump(
            profile(name, database_path("metrics.duckdb"), plan.attached), sort_keys=False
        ),
        "packages.yml": f"packages:\n{_package(package)}",
        ".gitignore": "target/\nlogs/\ndbt_packages/\n*.duckdb\n*.duckdb.wal\n/metrics.html\n"
        "/published/\n/raw/*\n!/raw/planning/\n",
        "seeds/_seeds.yml": _seed_types(project, mapped),
        "macros/generate_schema_name.sql": SCHEMA_NAMES,
        PROPOSAL: told(proposals, target, plan),
        **planning(rows, plan),
    }
    for mapping, more in mapped.items():
        files[f"seeds/{PREFIX}{mapping}.csv"] = table(header(project, mapping), more)
    for path, text in files.items():
        _write_new(target / path, text)
    _remember(target, mapped, proposals)


def recipe_files(target: Path, plan: Plan) -> list[tuple[Path, Path]]:
    """The select of each table and the file it is laid down in; one that is there is kept."""
    found = []
    for (source, table_name), recipe in plan.recipes.items():
        sql = target / LANDING / source / f"{table_name}.sql"
        _write_new(sql, recipe.sql())
        found.append((sql, target / RAW / source / f"{table_name}.parquet"))
    return found


def table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column, "")) for column in columns])
    return text.getvalue()


def news(
    target: Path,
    rows: Mapping[str, Sequence[Row]],
    vars: Mapping[str, Any],
    proposals: Sequence[Proposal],
) -> tuple[dict[str, list[Row]], dict[str, Any], list[str]]:
    """Rows, vars and questions that were never proposed and that nobody has written."""
    memory = _memory(target)
    rows = _apart(target, rows)
    remembered = {tuple(one) for one in memory["rows"]}
    new_rows: dict[str, list[Row]] = {}
    for mapping, key in KEYS.items():
        there = {_key(mapping, key, row) for row in _seed(target, mapping)}
        fresh = [
            row
            for row in rows.get(mapping, ())
            if _key(mapping, key, row) not in there | remembered
        ]
        # Bounds move with the data; a rule is not new because its bound is.
        if mapping == "segment_rules" and there:
            fresh = [row for row in fresh if row["rule"] == "field_value"]
        if fresh:
            new_rows[mapping] = fresh
    written = package_vars(target)
    new_vars = {
        name: value
        for name, value in vars.items()
        if name not in written and name not in memory["vars"]
    }
    questions = [
        str(question)
        for one in proposals
        for question in one.questions
        if question.asked not in memory["questions"]
    ]
    return new_rows, new_vars, questions


def _apart(target: Path, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, Sequence[Row]]:
    """The rows with ids that no other name has in the files a person has by now.

    A proposal counts from its own beginning: `stage_2` of today need not be that of last month.
    """
    found = dict(rows)
    for mapping, name, column in (
        ("stage_map", "raw_stage", "stage_id"),
        ("segment_rules", "raw_value", "segment"),
    ):
        there = {_named(row, name): row[column] for row in _seed(target, mapping) if row.get(name)}
        proposed = [row for row in rows.get(mapping, ()) if row.get(name)]
        # What is proposed as one stage with a name they have is what they made of that.
        theirs = {
            row[column]: there[_named(row, name)] for row in proposed if _named(row, name) in there
        }
        taken = {*there.values(), *theirs.values()}
        for row in proposed:
            if row[column] not in theirs:
                theirs[row[column]] = free(row[column], taken)
                taken.add(theirs[row[column]])
        for each in (mapping, *(["segments"] if column == "segment" else [])):
            found[each] = [
                {**row, column: theirs.get(row[column], row[column])} for row in rows.get(each, ())
            ]
    return found


def _named(row: Row, name: str) -> tuple[str, ...]:
    """What a row of a mapping is about: a name, in a pipeline of a CRM where it has one."""
    return tuple(str(row.get(column) or "").strip() for column in ("source", "pipeline", name))


def write_news(
    target: Path,
    project: Path,
    new: tuple[dict[str, list[Row]], dict[str, Any], list[str]],
    rows: Mapping[str, Sequence[Row]],
    proposals: Sequence[Proposal],
    adds: bool,
) -> None:
    new_rows, new_vars, questions = new
    lines = ["# What is new since the last proposal", ""]
    for mapping, more in new_rows.items():
        path = target / "seeds" / f"{PREFIX}{mapping}.csv"
        columns = _columns_of(path) or header(project, mapping)
        text = table(columns, more)
        if adds:
            _append(path, columns, more)
            lines += [f"Added to `seeds/{path.name}`:", ""]
        else:
            lines += [f"For `seeds/{path.name}` (`--add` adds them behind its last row):", ""]
        lines += [f"    {line}" for line in text.splitlines()] + [""]
    if new_vars:
        lines += ["For `dbt_project.yml`, under `vars: sales_metrics:`", ""]
        lines += [f"    {line}" for line in _dumped(new_vars).splitlines()] + [""]
    if questions:
        lines += ["Only a person knows:", "", *(f"- {one}" for one in questions), ""]
    if not new_rows and not new_vars and not questions:
        lines += ["Nothing.", ""]
    # This file is the program's own: the next run writes it anew.
    (target / NEWS).write_text("\n".join(lines), encoding="utf-8")
    if adds or not new_rows:
        _remember(target, rows, proposals)


def package_vars(target: Path) -> dict[str, Any]:
    """The vars a person's project gives to the package."""
    vars = read_yaml(target / "dbt_project.yml").get("vars") or {}
    inner = vars.get("sales_metrics")
    return dict(inner) if isinstance(inner, dict) else {}


def told(proposals: Sequence[Proposal], target: Path, plan: Plan) -> str:
    """PROPOSAL.md: what only a person knows first, then what was decided and from what."""
    questions = [(one.title, question) for one in proposals for question in one.questions]
    lines = [
        f"# Proposal for {target.resolve().name}",
        "",
        "Everything below is read from the data, and everything can be changed: the files of this"
        " project are yours. `dbt build` here gives the tables in the schema `marts` of"
        " `metrics.duckdb`; look first at what"
        " `marts.data_quality` has with `rows_failing > 0`.",
        "",
        "## Only a person knows",
        "",
    ]
    lines += [
        f"{place}. **{title}.** {one}" for place, (title, one) in enumerate(questions, start=1)
    ]
    lines += [] if questions else ["Nothing is left open."]
    lines.append("")
    for one in proposals:
        if not one.decided and not one.evidence:
            continue
        lines += [f"## {one.title}", "", *(f"- {line}" for line in one.decided), ""]
        if one.evidence:
            lines += ["Evidence:", "", *(f"- {line}" for line in one.evidence), ""]
    return "\n".join(lines)


def planning(rows: Mapping[str, Sequence[Row]], plan: Plan) -> dict[str, str]:
    """Templates of planning files with the CRM's own reps and segments."""
    roster = rows.get("rep_roster", ())
    segments = [row["segment"] for row in rows.get("segments", ())]
    place = plan.raw_folder / "planning" if plan.raw_folder else Path(RAW) / "planning"
    return {
        "planning/README.md": (
            "Fill in what is empty and take out whom it does not concern, then move the files to"
            f" `{place}/`. Nothing here is read before. `quotas.csv` and `targets.csv` belong"
            " together: with one planning file there, both must be. A rep is at work on the days"
            " of his rows in `rep_roster.csv`; the start is the day of his first"
            " trace in the CRM.\n"
        ),
        "planning/quotas.csv": table(
            ("rep", "month", "amount"), [{"rep": row["rep"]} for row in roster]
        ),
        "planning/targets.csv": table(
            ("segment", "quarter", "metric", "amount"),
            [{"segment": one, "metric": "closed_won_amount"} for one in ["all", *segments]],
        ),
        "planning/rep_roster.csv": table(
            ("rep", "start_date", "end_date", "role", "segment", "team", "manager"), roster
        ),
    }


def _dbt_project(
    name: str, plan: Plan, vars: Mapping[str, Any], mapped: Mapping[str, Sequence[Row]]
) -> str:
    ours: dict[str, Any] = {"raw_folder": str(plan.raw_folder) if plan.raw_folder else RAW}
    ours |= {mapping: f"{PREFIX}{mapping}" for mapping in mapped}
    ours |= dict(vars)
    content = {
        "name": name,
        "version": "1.0",
        "config-version": 2,
        "profile": name,
        "seed-paths": ["seeds"],
        "model-paths": ["models"],
        "macro-paths": ["macros"],
        "flags": {
            "send_anonymous_usage_stats": False,
            # Else a model of theirs that is called like one of ours is read in its place.
            "require_ref_searches_node_package_before_root": True,
        },
        "vars": {"sales_metrics": ours},
    }
    return (
        "# Written once by `sales-metrics init`; yours from now on. PROPOSAL.md says why each var\n"
        "# is what it is, docs/package.md of the package what else there is.\n" + _dumped(content)
    )


def _dumped(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)


def _package(package: str) -> str:
    if Path(package).is_dir():
        return f"  - local: {Path(package).resolve()}\n"
    address, _, revision = package.partition("@")
    return f"  - git: {address}\n" + (f"    revision: {revision}\n" if revision else "")


def _seed_types(project: Path, mapped: Mapping[str, Sequence[Row]]) -> str:
    """The types of the shipped mappings, so that an empty column is none of numbers."""
    shipped = read_yaml(project / "seeds" / "mappings" / "_mappings__seeds.yml")["seeds"]
    types = {one["name"]: one["config"]["column_types"] for one in shipped}
    seeds = [
        {"name": f"{PREFIX}{mapping}", "config": {"column_types": types[mapping]}}
        for mapping in mapped
    ]
    return _dumped({"version": 2, "seeds": seeds})


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with about(path):
        path.write_text(text, encoding="utf-8")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _seed(target: Path, mapping: str) -> list[dict[str, str]]:
    path = target / "seeds" / f"{PREFIX}{mapping}.csv"
    if not path.is_file():
        return []
    with about(path), path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _columns_of(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _append(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    body = table(columns, rows).split("\n", 1)[1]
    there = path.read_text(encoding="utf-8") if path.is_file() else ",".join(columns) + "\n"
    path.write_text(there + ("" if there.endswith("\n") else "\n") + body, encoding="utf-8")


def _key(mapping: str, key: Sequence[str], row: Row) -> tuple[str, ...]:
    return (mapping, *(_cell(row.get(column, "")).strip().lower() for column in key))


def _memory(target: Path) -> dict[str, Any]:
    path = target / MEMORY
    if not path.is_file():
        return {"rows": [], "vars": [], "questions": []}
    with about(path):
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _remember(
    target: Path, rows: Mapping[str, Sequence[Row]], proposals: Sequence[Proposal]
) -> None:
    known = _memory(target)
    keys = {tuple(one) for one in known["rows"]} | {
        _key(mapping, KEYS[mapping], row) for mapping in KEYS for row in rows.get(mapping, ())
    }
    vars = {*known["vars"], *(name for one in proposals for name in one.vars)}
    asked = {*known["questions"], *(two.asked for one in proposals for two in one.questions)}
    content = {"rows": sorted(keys), "vars": sorted(vars), "questions": sorted(asked)}
    (target / MEMORY).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

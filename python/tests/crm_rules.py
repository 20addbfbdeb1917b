"""What a project says of each CRM, and what it forgot to say."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

# Every CRM is brought into these; the other shapes not every CRM can tell.
SHAPES = ("opportunities", "opportunity_changes", "accounts", "people", "activities", "leads")
# Raw tables of nobody's CRM.
OTHER_SOURCES = {"planning", "ledger"}
REGISTRY = ("macros/staging/crm_sources.sql", "macros/staging/staged_tables.sql")
# Where nothing but its own rooms may name a CRM.
FOLDERS = {
    **dict.fromkeys(("models", "macros", "tests", "analyses"), "*.sql"),
    "python/sales_metrics": "*.py",
}
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)


def known_crms(project: Path) -> list[str]:
    text = (project / REGISTRY[0]).read_text(encoding="utf-8")
    found = re.search(
        r"known_crm_sources\(\) -%\}\s*\{\{ return\(\[(.*?)\]\) \}\}", text, re.DOTALL
    )
    assert found, "known_crm_sources lists no CRM"
    return re.findall(r"'([a-z_]+)'", found[1])


def forgotten(project: Path) -> list[str]:
    """One sentence for each thing that a CRM needs and does not have."""
    return list(_forgotten(project))


def _forgotten(project: Path) -> Iterator[str]:
    crm_room = project / "models" / "intermediate" / "crm"
    contracts = _contracts(project)
    known = known_crms(project)
    seen = {*contracts, *(path.name for path in crm_room.iterdir() if path.is_dir())}
    for crm in sorted(seen - OTHER_SOURCES - set(known)):
        yield f"known_crm_sources does not list {crm}"
    listed = (project / REGISTRY[1]).read_text(encoding="utf-8")
    for source, tables in sorted(contracts.items()):
        of_source = re.search(rf"'{source}': \{{(.*?)\}},", listed, re.DOTALL)
        for table in tables:
            if not of_source or not re.search(rf"'{table}': \[", of_source[1]):
                yield f"staged_tables does not list {source}.{table}"
    stages = _sources_of_stages(project)
    for crm in sorted((seen - OTHER_SOURCES) | set(known)):
        if crm not in contracts:
            yield f"models/staging/{crm} has no contract of raw tables"
        staged = project / "models" / "staging" / crm / f"stg_{crm}__opportunities.sql"
        if not staged.is_file():
            yield f"{staged.relative_to(project)} is missing"
        for shape in SHAPES:
            adapter = crm_room / crm / f"int_{crm}__{shape}.sql"
            if not adapter.is_file():
                yield f"{adapter.relative_to(project)} is missing"
        if crm not in stages:
            yield f"seeds/mappings/stage_map.csv has no stage of {crm}"


def _contracts(project: Path) -> dict[str, list[str]]:
    return {
        source["name"]: [table["name"] for table in source["tables"]]
        for path in sorted((project / "models" / "staging").glob("*/_*__sources.yml"))
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    }


def _sources_of_stages(project: Path) -> set[str]:
    with (project / "seeds" / "mappings" / "stage_map.csv").open(newline="") as rows:
        return {row["source"] for row in csv.DictReader(rows)}


def naming_a_crm(project: Path) -> list[str]:
    """Files that name a CRM and are not its own; unit tests may give rows of one."""
    words = re.compile("|".join(known_crms(project)))
    own = [
        *(f"models/staging/{crm}/" for crm in known_crms(project)),
        *(f"models/intermediate/crm/{crm}/" for crm in known_crms(project)),
        *(f"macros/crm/{crm}/" for crm in known_crms(project)),
        # Which shapes not every CRM can tell.
        "macros/crm/crm_rows.sql",
        # Sentences with an example.
        "macros/vars/",
        "python/sales_metrics/expectations/losses.py",
        *REGISTRY,
    ]
    return [
        str(path.relative_to(project))
        for folder, kind in FOLDERS.items()
        for path in sorted((project / folder).rglob(kind))
        if not str(path.relative_to(project)).startswith(tuple(own))
        and words.search(COMMENT.sub("", path.read_text(encoding="utf-8")))
    ]

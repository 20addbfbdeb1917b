"""The rules of the house, read off the manifest and the tracked files."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import GOLDEN, REPO, BuildProject

Node = dict[str, Any]

# Every arrow points right: a model reads its own room and the rooms to its left.
ROOMS = ("staging", "crm", "history", "measures", "quality", "marts")
NAMES = {
    "staging": re.compile(r"stg_[a-z]+(_[a-z]+)*__[a-z_]+"),
    "crm": re.compile(r"int_[a-z_]+"),
    "history": re.compile(r"int_[a-z_]+"),
    "measures": re.compile(r"int_[a-z_]+"),
    "quality": re.compile(r"int_[a-z_]+"),
    # Folders of the public tables.
    "marts/quality": re.compile(r"(?!stg_|int_|dim_|fct_)[a-z]+(_[a-z]+)*"),
    "marts/core": re.compile(r"(dim|fct)_[a-z]+(_[a-z]+)*"),
    "marts/metrics": re.compile(r"(?!stg_|int_|dim_|fct_)[a-z]+(_[a-z]+)*"),
    "marts/scorecards": re.compile(r"(?!stg_|int_|dim_|fct_)[a-z]+(_[a-z]+)*"),
}
# A build is a function of its input and its as_of_date; only `as_of_date()` may find that date.
CLOCK = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtime|localtimestamp|run_started_at)\b"
    r"|\b(now|today|get_current_timestamp|transaction_timestamp|dbt\.current_timestamp)\s*\(",
    re.IGNORECASE,
)
ENGINE = re.compile(r"\btarget\s*\.|\badapter\.type\s*\(", re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
# Written in two parts, so that this file does not break its own rule.
ELSEWHERE = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:work|root|home|Users|opt|mnt)" r"/",
            r"files\.python" r"hosted",
            r"py" r"pi\.org",
            r"registry\." r"npmjs",
            r"find" r"-links",
            r"--(?:extra-)?index" r"-url https?:",
        ]
    )
)
COMMAND_STARTS = ("python3 -m venv", ".venv/bin/pytest")
LONGEST_MODEL = 80
LONGEST_MACRO_FILE = 150
LONGEST_README = 80


def models(manifest: Node, room: str | None = None) -> list[Node]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return [node for node in found if room is None or room_of(node) == room]


def folders(node: Node) -> list[str]:
    """The folders between `models` and the file."""
    return list(Path(node["original_file_path"]).parts[1:-1])


def room_of(node: Node) -> str:
    first, *rest = folders(node)
    return rest[0] if first == "intermediate" else first


def name_rule(node: Node) -> str:
    """Which of NAMES holds: the room, or within marts the folder."""
    first, *rest = folders(node)
    return {"staging": first, "marts": "/".join([first, *rest])}.get(first, rest[0])


def parents(manifest: Node, node: Node) -> Iterator[Node]:
    for unique_id in node["depends_on"]["nodes"]:
        yield manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [REPO / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def sql_without_comments(node: Node) -> str:
    return COMMENT.sub("", node["raw_code"])


def test_every_model_lies_in_a_room(manifest: Node) -> None:
    lost = [node["original_file_path"] for node in models(manifest) if room_of(node) not in ROOMS]
    assert not lost, f"the rooms are {', '.join(ROOMS)}"
    assert models(manifest), "the project has no models"


def test_no_model_points_back(manifest: Node) -> None:
    back = [
        f"{node['name']} ({room_of(node)}) reads {parent['name']} ({room_of(parent)})"
        for node in models(manifest)
        for parent in parents(manifest, node)
        if parent["resource_type"] == "model"
        and ROOMS.index(room_of(parent)) > ROOMS.index(room_of(node))
    ]
    assert not back


def test_staging_reads_only_sources(manifest: Node) -> None:
    wrong = [
        f"{node['name']} reads {parent['name']}"
        for node in models(manifest, "staging")
        for parent in parents(manifest, node)
        if parent["resource_type"] != "source"
    ]
    assert not wrong


def test_only_staging_reads_sources(manifest: Node) -> None:
    wrong = [
        f"{node['name']} reads {parent['name']}"
        for node in models(manifest)
        for parent in parents(manifest, node)
        if parent["resource_type"] == "source"
        and room_of(node) != "staging"
        # Counts what staging took in, so it must see what lies on both sides of it.
        and not (room_of(node) == "quality" and node["name"].startswith("int_raw_"))
    ]
    assert not wrong


def test_names_say_the_room(manifest: Node) -> None:
    wrong = [
        node["original_file_path"]
        for node in models(manifest)
        if not NAMES[name_rule(node)].fullmatch(node["name"])
    ]
    assert not wrong


def test_one_yaml_file_of_models_per_folder(manifest: Node) -> None:
    described = [node for node in models(manifest) if node["patch_path"]]
    files = {(tuple(folders(node)), node["patch_path"]) for node in described}
    per_folder = Counter(folder for folder, _ in files)
    assert not [folder for folder, count in per_folder.items() if count > 1]


def test_every_description_states_the_grain_first(manifest: Node) -> None:
    wrong = [
        f"{node['name']}: {node['description'][:60]!r}"
        for node in models(manifest)
        if not node["description"].startswith("One row per")
    ]
    assert not wrong


def test_no_documented_column_is_left_without_a_description(manifest: Node) -> None:
    wrong = [
        f"{node['name']}.{name}"
        for node in models(manifest)
        for name, column in node["columns"].items()
        if not column["description"].strip()
    ]
    assert not wrong


def test_every_public_table_has_an_enforced_contract(manifest: Node) -> None:
    public = models(manifest, "marts")
    assert public, "the project has no public tables"
    assert not [node["name"] for node in public if not node["config"]["contract"]["enforced"]]


def test_every_public_table_has_a_tested_key(manifest: Node) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and "unique" in (node.get("test_metadata") or {}).get("name", "")
    }
    wrong = [
        node["name"]
        for node in models(manifest, "marts")
        if node["unique_id"] not in keyed
        and not any(limit["type"] == "primary_key" for limit in node["constraints"])
    ]
    assert not wrong


def test_exposures_read_only_public_tables(manifest: Node) -> None:
    exposures = list(manifest["exposures"].values())
    assert exposures, "no exposure names a dashboard"
    wrong = [
        f"{exposure['name']} reads {parent['name']}"
        for exposure in exposures
        for parent in parents(manifest, exposure)
        if parent["resource_type"] != "model" or room_of(parent) != "marts"
    ]
    assert not wrong


def test_no_model_or_test_reads_the_clock(manifest: Node) -> None:
    wrong = [
        f"{node['original_file_path']}: {found.group()}"
        for node in manifest["nodes"].values()
        if node["resource_type"] != "seed"
        if (found := CLOCK.search(sql_without_comments(node)))
    ]
    assert not wrong


def test_no_model_knows_its_target(manifest: Node) -> None:
    wrong = [
        node["original_file_path"]
        for node in models(manifest)
        if ENGINE.search(sql_without_comments(node))
    ]
    assert not wrong


def test_a_long_model_says_why() -> None:
    wrong = [
        str(path.relative_to(REPO))
        for path in sorted((REPO / "models").rglob("*.sql"))
        if len(path.read_text().splitlines()) > LONGEST_MODEL
        and not path.read_text().lstrip().startswith(("--", "{#"))
    ]
    assert not wrong


def test_macros_hold_no_engine() -> None:
    long = [
        str(path.relative_to(REPO))
        for path in sorted((REPO / "macros").rglob("*.sql"))
        if len(path.read_text().splitlines()) > LONGEST_MACRO_FILE
    ]
    assert not long


def test_every_model_of_an_opportunity_s_life_has_a_unit_test(manifest: Node) -> None:
    tested = {
        unique_id
        for unit_test in manifest["unit_tests"].values()
        for unique_id in unit_test["depends_on"]["nodes"]
    }
    lives = [
        node
        for node in models(manifest, "history")
        if "opportunit" in node["name"] or "stage" in node["name"]
    ]
    assert lives, "the project has no history"
    assert not [node["name"] for node in lives if node["unique_id"] not in tested]


def test_documented_columns_are_the_built_columns(
    manifest: Node, build_project: BuildProject
) -> None:
    """Contracts see to the public tables; this sees to what the other rooms document."""
    build = build_project(GOLDEN)
    wrong = [
        f"{node['name']}.{name}"
        for node in models(manifest)
        for name in node["columns"]
        if name not in build.columns(node["name"], node["schema"])
    ]
    assert not wrong


def test_readme_is_short_and_gives_the_commands_that_the_check_runs() -> None:
    readme = (REPO / "README.md").read_text()
    assert len(readme.splitlines()) <= LONGEST_README
    commands = [
        line.strip() for line in readme.splitlines() if line.strip().startswith(COMMAND_STARTS)
    ]
    assert len(commands) == len(COMMAND_STARTS), "README gives two commands, one line each"
    steps = [line.strip() for line in (REPO / ".ci" / "run").read_text().splitlines()]
    assert not [command for command in commands if command not in steps]


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    wrong = [
        f"{path.relative_to(REPO)}: {found.group()}"
        for path in tracked_files()
        if path.suffix not in (".parquet", ".png")
        if (found := ELSEWHERE.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not wrong


def test_the_lock_is_exact_hashed_and_names_no_host() -> None:
    lock = (REPO / "requirements.txt").read_text()
    assert "://" not in lock
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) > 50
    assert not [entry.split()[0] for entry in entries if "==" not in entry.split()[0]]
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]

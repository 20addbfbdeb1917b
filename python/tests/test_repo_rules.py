"""The rules of the house, read off the manifest and the tracked files."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm_rules import forgotten, naming_a_crm
from harness import GOLDEN, REPO, BuildProject
from sales_metrics.pages.declared import PAGES
from sales_metrics.pages.reading import panels, tables_of

Node = dict[str, Any]

# Every arrow points right: a model reads its own room and the rooms to its left.
ROOMS = (
    *("staging", "crm", "history", "calendar", "people", "pipeline", "events", "engine"),
    *("beyond_sums", "kpi", "quality", "marts"),
)
NAMES = {
    "staging": re.compile(r"stg_[a-z]+(_[a-z]+)*__[a-z_]+"),
    "intermediate": re.compile(r"int_[a-z_]+"),
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
# What does not mean the same on DuckDB and Spark SQL, and what to write instead.
NOT_PORTABLE = {
    r"::": "cast(x as t)",
    r"\bqualify\b": "row_number in a CTE and a where",
    r"\b(union|intersect|except)\s+(all\s+)?by\s+name\b": "a union with the columns in order",
    r"\basof\b": "a join on half-open validity",
    r"\*\s*(exclude|replace|rename|except)\b": "the columns written out",
    r"\bcolumns\s*\(": "the columns written out",
    r"\b(date_?add|date_?sub|date_?diff|datesub|add_months|age)\s*\(": "days_between, date + n",
    r"\binterval\b": "date + n, or months counted as fiscal.sql does",
    r"\brange\s+between\b": "rows between, over a number of the day",
    r"\b(strftime|strptime|date_format|to_char|try_strptime|to_timestamp)\s*\(": "parse_timestamp",
    r"\b(string_agg|listagg|group_concat|collect_list|array_agg|list)\s*\(": "joined_samples",
    r"\barray\s*\[|([(,=]|\bselect)\s*\[": "rows instead of an array",
    r"\b(first|last)\s*\(": "min_by or max_by",
    r"\bignore\s+nulls\b": "last_known",
    # Spark reads the name of a window and a minus as one word.
    r"\bover\s+\w+\s*-": "a name for the sum first",
    r"\b(generate_series|range|unnest|explode|sequence)\s*\(": "date_spine, each_day or each_part",
    r"\b(epoch\w*|unix_\w+)\s*\(": "fractional_days",
    r"\b(timezone|from_utc_timestamp|to_utc_timestamp)\s*\(": "business_day, business_midnight",
    r"\bat\s+time\s+zone\b": "business_day, business_midnight",
    r"\b(hash|xxhash64)\s*\(": "hash_64",
    r"\bvarchar\b|\btimestamptz\b|\bhugeint\b": "string, timestamp, bigint or decimal(p, s)",
    r"\bread_(csv|parquet)\w*\s*\(": "a staging model",
    r"\b(string_split|split)\s*\(": "each_part",
    r"\bdistinct\s+on\b|\bgroup\s+by\s+all\b|\border\s+by\s+all\b|\bpositional\s+join\b": (
        "standard SQL"
    ),
    r"\bgrouping\s+sets\b|\bpivot\b|\busing\s+sample\b|\bstruct_pack\b": "standard SQL",
}
# What the DuckDB side of a dispatched macro writes: each side of these is right on its own engine.
DISPATCHED = re.compile(
    r"""last_value\([^()]*\bignore\ nulls\)            # last_known
    | \bepoch_us\(                                    # fractional_days
    | \btimezone\(                                    # business_day, business_midnight
    | \bunnest\(\s*generate_series\( | \binterval\ 1\ day  # date_spine
    | \binterval\ 1\ microsecond                      # local_instant
    | \bunnest\(string_split\(                         # each_part
    | \bunnest\(range\(                                # each_day
    | \bhash\(                                        # hash_64
    | \btry_strptime\([^\[\]]*\[[^\]]*\] | \bas\ timestamptz  # parse_timestamp
    | \bread_(?:csv|parquet)\(                        # raw_files""",
    re.VERBOSE,
)
# The row in force at a moment, written out.
IN_FORCE = re.compile(r">=?\s+(\w+)\.valid_from\b.{0,80}?<=?\s+\1\.valid_to\b", re.DOTALL)
# Where a model's result comes from: the last relation named at the beginning of a line.
LAST_CTE = re.compile(
    r"^(?:select \* )?from (\w+)(?!.*^(?:select \* )?from \w)", re.DOTALL | re.MULTILINE
)
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
LONGEST_MODEL_WITH_A_REASON = 200
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
    """Which of NAMES holds: the layer, or within marts the folder."""
    layer, *rest = folders(node)
    return "/".join([layer, *rest]) if layer == "marts" else layer


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


def test_a_model_and_its_tests_are_described_beside_it(manifest: Node) -> None:
    """One file a model, of its name; the staging models of a source share one."""
    described = [node for node in models(manifest) if node["patch_path"]]
    assert len(described) == len(models(manifest))
    for node in described:
        file = Path(node["original_file_path"])
        beside = file.with_suffix(".yml")
        if room_of(node) == "staging":
            beside = file.parent / f"_{file.parent.name}__models.yml"
        assert node["patch_path"].endswith(f"//{beside}"), node["name"]
    for test in manifest["unit_tests"].values():
        assert Path(test["original_file_path"]).stem == test["model"], test["name"]


def test_every_staging_model_says_how_its_rows_came(manifest: Node) -> None:
    """The audit reads these of every staged table: bad input is counted, never lost."""
    kept = {"row_copies", "bad_values", "row_doubts"}
    lacking = {
        node["name"]: sorted(kept - set(node["columns"]))
        for node in models(manifest)
        if room_of(node) == "staging" and not kept <= set(node["columns"])
    }
    assert not lacking


def test_a_table_a_user_may_say_otherwise_is_read_as_he_says_it(manifest: Node) -> None:
    """By configured(): a `ref` of the seed itself would pass his rows by without a word."""
    macro = (REPO / "macros/vars/configured.sql").read_text()
    tables = set(re.findall(r"^        '(\w+)': \{", macro, re.MULTILINE))
    seeds = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    assert len(tables) > 15
    assert tables <= seeds
    wrong = [
        f"{node['name']} reads {name}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" or node["original_file_path"].startswith("tests/")
        for name in re.findall(r"\bref\('(\w+)'\)", sql_without_comments(node))
        if name in tables
    ]
    assert not wrong


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


@pytest.mark.parametrize("stack", ["activity", "pipeline", "outcome"])
def test_beside_every_rate_of_a_family_table_stands_its_n(manifest: Node, stack: str) -> None:
    """A sum speaks for itself; a rate or an average is worth what it rests on."""
    with (REPO / "seeds/catalog/metrics.csv").open(newline="") as catalog:
        unsliced = {
            row["metric_id"]: row["method"] != "sum"
            for row in csv.DictReader(catalog)
            if row["stack"] == stack and row["slice_type"] == "all"
        }
    expected = {f"{metric}_n" for metric, is_rate in unsliced.items() if is_rate} | set(unsliced)
    columns = manifest["nodes"][f"model.sales_metrics.{stack}_metrics"]["columns"]
    keys = {"period_type", "period_start", "period_end", "is_complete"}
    keys |= {"scope", "segment", "team_id", "rep_id"}
    assert set(columns) - keys == expected


def test_every_public_table_has_an_enforced_contract(manifest: Node) -> None:
    public = models(manifest, "marts")
    assert public, "the project has no public tables"
    assert not [node["name"] for node in public if not node["config"]["contract"]["enforced"]]


def test_the_marts_are_public_and_nothing_else_is(manifest: Node) -> None:
    """What other projects may build on; the rest is private to the group."""
    access = {node["name"]: node["config"]["access"] for node in models(manifest)}
    assert {name for name, found in access.items() if found == "public"} == {
        node["name"] for node in models(manifest, "marts")
    }
    assert set(access.values()) == {"public", "private"}


def test_every_public_table_has_a_tested_key(manifest: Node) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        if (test := node.get("test_metadata") or {})
        if "unique" in test["name"] or {"unique", "unique_together"} & set(test["kwargs"])
    }
    wrong = [
        node["name"]
        for node in models(manifest, "marts")
        if node["unique_id"] not in keyed
        and not any(limit["type"] == "primary_key" for limit in node["constraints"])
    ]
    assert not wrong


def test_the_plain_rules_of_a_relation_are_one_test(manifest: Node) -> None:
    """A test of its own costs more than what it asks; rows_keep asks them at once."""
    plain = ("not_null", "unique", "accepted_values")
    wrong = [
        f"{node['original_file_path']}: {node['name']} belongs into rows_keep"
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") in plain
        # rows_keep asks all rows alike; what has a sentence for a name shall be read.
        if not node["config"].get("where") and node["name"].startswith(plain)
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


def not_portable(sql: str) -> list[str]:
    """Each construct that one engine alone understands, with what to write instead."""
    # What a text says between its quotes is no construct.
    code = re.sub(r"'(?:[^']|'')*'", "''", DISPATCHED.sub(" ", COMMENT.sub(" ", sql)))
    return [
        f"{found.group().strip()!r} (write {instead})"
        for pattern, instead in NOT_PORTABLE.items()
        if (found := re.search(pattern, code, re.IGNORECASE))
    ]


def test_no_compiled_model_holds_what_one_engine_alone_understands(
    compiled: dict[str, str],
) -> None:
    assert len(compiled) > 50
    wrong = {path: found for path, sql in compiled.items() if (found := not_portable(sql))}
    assert not wrong


def test_only_macros_write_what_they_are_dispatched_for(manifest: Node) -> None:
    wrong = [
        f"{node['original_file_path']}: {found.group()}"
        for node in models(manifest)
        if (found := DISPATCHED.search(sql_without_comments(node)))
    ]
    assert not wrong


@pytest.mark.parametrize(
    "sql",
    [
        "select amount::double from deals",
        "select * exclude (amount) from deals",
        "select day + interval 1 month from days",
        "select date_diff('day', a, b) from days",
        "select string_agg(name, ',' order by name) from deals",
        "select * from deals qualify row_number() over (order by id) = 1",
        "select sum(x) over (order by day range between 6 preceding and current row) from days",
        "select lag(x ignore nulls) over (order by day) from days",
        "select [1, 2] as numbers",
        "select strftime(day, '%Y') from days",
        "select * from deals union all by name select * from more",
        "select * from deals asof join rates on deals.day >= rates.day",
        "select cast(x as varchar) from deals",
        "select sum(x) over by_day - x from days window by_day as (order by day)",
    ],
)
def test_a_construct_of_one_engine_is_found(sql: str) -> None:
    assert not_portable(sql)


def test_a_dated_relation_is_joined_by_the_macro_in_force(manifest: Node) -> None:
    wrong = [
        f"{node['original_file_path']}: {found.group()}"
        for node in models(manifest)
        if (found := IN_FORCE.search(sql_without_comments(node)))
    ]
    assert not wrong


def lines_of_models() -> dict[Path, list[str]]:
    found = sorted((REPO / "models").rglob("*.sql"))
    return {path.relative_to(REPO): path.read_text().splitlines() for path in found}


def first_comment(lines: list[str]) -> str:
    """The `--` lines a file begins with, as one text."""
    comment = takewhile(lambda line: line.startswith("--"), lines)
    return " ".join(line.removeprefix("--").strip() for line in comment)


def test_a_long_model_says_why() -> None:
    wrong = [
        str(path)
        for path, lines in lines_of_models().items()
        if len(lines) > LONGEST_MODEL and "Long, because" not in first_comment(lines)
    ]
    assert not wrong


def test_no_crm_is_half_known() -> None:
    assert forgotten(REPO) == []


def test_only_its_own_rooms_name_a_crm() -> None:
    assert naming_a_crm(REPO) == []


def test_only_a_long_model_excuses_itself() -> None:
    wrong = [
        str(path)
        for path, lines in lines_of_models().items()
        if len(lines) <= LONGEST_MODEL and "Long, because" in first_comment(lines)
    ]
    assert not wrong


def test_no_reason_makes_a_model_longer_than_two_hundred_lines() -> None:
    longer = [
        str(path)
        for path, lines in lines_of_models().items()
        if len(lines) > LONGEST_MODEL_WITH_A_REASON
    ]
    assert not longer


def test_the_last_cte_bears_the_noun_of_its_model(manifest: Node) -> None:
    """A reader finds what a model is about where its result is made; staging renames."""
    wrong = [
        f"{node['name']} ends in {last.group(1)}"
        for node in models(manifest)
        if room_of(node) != "staging"
        and (last := LAST_CTE.search(sql_without_comments(node)))
        and not set(last.group(1).split("_")) & set(node["name"].split("_"))
    ]
    assert not wrong


def test_macros_hold_no_engine() -> None:
    long = [
        str(path.relative_to(REPO))
        for path in sorted((REPO / "macros").rglob("*.sql"))
        if len(path.read_text().splitlines()) > LONGEST_MACRO_FILE
    ]
    assert not long


# From the ground up: a part of the program imports only parts that stand before it.
LAYERS = (
    *("privacy", "errors", "stopping", "sql", "project", "contract", "options"),
    *(
        "dbt_runs",
        "pages",
        "publishing",
        "kept_files",
        "breaches",
        "build_diff",
        "glossary",
        "expectations",
        "remember",
    ),
    *("doctor", "init", "job", "commands", "cli", "__main__"),
)


def test_no_import_of_the_program_points_up() -> None:
    package = REPO / "python" / "sales_metrics"
    wrong = []
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).parts[0].removesuffix(".py")
        for imported in imports(path):
            names = imported.split(".")
            if names[0] in ("demo_companies", "engine_parity"):
                wrong.append(f"{path.name} imports {imported}, which does not ship")
            is_ours = names[0] == "sales_metrics" and len(names) > 1 and part != "__init__"
            if is_ours and LAYERS.index(names[1]) > LAYERS.index(part):
                wrong.append(f"{part} imports {names[1]}")
    assert not wrong


def imports(path: Path) -> Iterator[str]:
    """The modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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


def test_no_contract_of_a_raw_table_names_a_column_twice() -> None:
    """dbt takes the last one without a word, and the programs around it would take both."""
    doubled = [
        f"{source['name']}.{table['name']}.{column}"
        for path in sorted((REPO / "models" / "staging").glob("*/_*__sources.yml"))
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
        for column, count in Counter(one["name"] for one in table["columns"]).items()
        if count > 1
    ]
    assert doubled == []


def test_documented_columns_are_the_built_columns(
    manifest: Node, build_project: BuildProject
) -> None:
    """Contracts see to the public tables; this sees to what the other rooms document."""
    built = build_project(GOLDEN).query(
        "select schema_name, table_name, column_name from duckdb_columns()"
    )
    documented = {
        (node["schema"], node["name"], column)
        for node in models(manifest)
        for column in node["columns"]
    }
    assert not documented - set(built)


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


@pytest.mark.parametrize(
    ("file", "packages"),
    [("requirements.txt", 50), ("requirements-spark.txt", 4), ("requirements-docs.txt", 20)],
)
def test_the_lock_is_exact_hashed_and_names_no_host(file: str, packages: int) -> None:
    lock = (REPO / file).read_text()
    assert "://" not in lock
    entries = re.split(r"\n(?=\S)", lock.removeprefix("-r requirements.txt\n").strip())
    assert len(entries) > packages
    assert not [entry.split()[0] for entry in entries if "==" not in entry.split()[0]]
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]


def test_panels_of_the_pages_read_public_tables_alone(manifest: dict[str, Any]) -> None:
    public = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    }
    for key, _ in panels():
        assert tables_of(key), key
        assert tables_of(key) <= public | {"published_build"}, key


def test_an_exposure_names_what_its_page_reads(manifest: dict[str, Any]) -> None:
    found = {
        exposure["name"]: {parent["name"] for parent in parents(manifest, exposure)}
        for exposure in manifest["exposures"].values()
    }
    for page in PAGES:
        reads = set[str]().union(
            *(
                tables_of(f"{page.name}.{one.name}")
                for one in page.panels
                if f"{page.name}.{one.name}" in dict(panels())
            )
        )
        # What publishing adds is no model.
        assert found[f"page_{page.name}"] == reads - {"published_build"}

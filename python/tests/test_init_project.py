"""The project `init` writes, and that running it again changes nothing a person wrote."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from harness import REPO
from sales_metrics import project
from sales_metrics.cli import cli
from sales_metrics.errors import SalesMetricsError
from sales_metrics.init import company, people, segments, words, writing
from sales_metrics.init.proposals import Proposal, Question
from sales_metrics.init.proposing import all_rows, all_vars, answered, looked
from sales_metrics.init.reading import Plan

STAGE = {
    "source": "csv_export",
    "pipeline": "",
    "raw_stage": "New",
    "stage_id": "new",
    "stage_name": "New",
    "pipeline_id": "main",
    "stage_order": 1,
    "is_qualified": False,
    "is_won": False,
    "is_lost": False,
    "expected_days": 14,
}
QUESTION = Question(
    "Which month?", "it begins in January.", "dbt_project.yml", "fiscal_year_start_month"
)


def stage(name: str, **told: object) -> dict[str, Any]:
    return {**STAGE, "raw_stage": name, "stage_id": name.lower(), "stage_name": name, **told}


def proposals(*stages: Mapping[str, Any]) -> list[Proposal]:
    return [
        Proposal("Stages", ("Open stages: …",), ("seen",), rows={"stage_map": list(stages)}),
        Proposal("Fiscal year", (), (), (QUESTION,), vars={"fiscal_year_start_month": 1}),
    ]


def write(target: Path, given: Sequence[Proposal]) -> None:
    plan = Plan((), {})
    rows = all_rows(list(given))
    writing.write(target, REPO, str(REPO), plan, all_vars(plan, list(given)), rows, given)


def look_again(target: Path, given: Sequence[Proposal], adds: bool = False) -> str:
    rows = all_rows(list(given))
    new = writing.news(target, rows, all_vars(Plan((), {}), list(given)), given)
    writing.write_news(target, REPO, new, rows, given, adds)
    return (target / writing.NEWS).read_text(encoding="utf-8")


def stages_of(target: Path) -> list[str]:
    with (target / "seeds" / "my_stage_map.csv").open(newline="") as file:
        return [row["raw_stage"] for row in csv.DictReader(file)]


def test_the_project_names_its_seeds_to_the_package(tmp_path: Path) -> None:
    target = tmp_path / "Acme Corp"
    write(target, proposals(stage("New"), stage("Won", is_won=True)))
    project = yaml.safe_load((target / "dbt_project.yml").read_text())
    assert project["name"] == project["profile"] == "acme_corp"
    assert project["vars"]["sales_metrics"] == {
        "raw_folder": "raw",
        "stage_map": "my_stage_map",
        "fiscal_year_start_month": 1,
    }
    profiles = yaml.safe_load((target / "profiles.yml").read_text())
    path = profiles["acme_corp"]["outputs"]["duckdb"]["path"]
    assert path == '{{ env_var("SALES_METRICS_DUCKDB", "metrics.duckdb") }}'
    with (target / "seeds" / "my_stage_map.csv").open(newline="") as file:
        shipped = writing.header(REPO, "stage_map")
        assert next(csv.reader(file)) == shipped
    typed = yaml.safe_load((target / "seeds" / "_seeds.yml").read_text())["seeds"]
    assert set(typed[0]["config"]["column_types"]) == set(shipped)


def test_the_page_begins_with_what_only_a_person_knows(tmp_path: Path) -> None:
    write(tmp_path, proposals(stage("New")))
    page = (tmp_path / writing.PROPOSAL).read_text(encoding="utf-8")
    assert (
        page.index("## Only a person knows") < page.index("Which month?") < page.index("## Stages")
    )
    assert "Meanwhile it begins in January." in page


def test_again_tells_what_is_new_and_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, proposals(stage("New"), stage("Won", is_won=True)))
    seed = tmp_path / "seeds" / "my_stage_map.csv"
    # A person has renamed a stage and taken one out.
    edited = seed.read_text().replace("new,New,main", "fresh,Fresh,main")
    seed.write_text("".join(line for line in edited.splitlines(True) if ",Won," not in line))
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    given = proposals(stage("New"), stage("Won", is_won=True), stage("Pilot"))
    told = look_again(tmp_path, given)
    assert {path: path.read_bytes() for path in kept} == kept
    assert "Pilot" in told
    assert "Won" not in told
    assert "Which month?" not in told


def test_what_is_new_is_added_behind_where_that_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, proposals(stage("New")))
    look_again(tmp_path, proposals(stage("New"), stage("Pilot")), adds=True)
    assert stages_of(tmp_path) == ["New", "Pilot"]
    assert "Nothing." in look_again(tmp_path, proposals(stage("New"), stage("Pilot")))
    assert stages_of(tmp_path) == ["New", "Pilot"]


def test_what_was_told_and_not_taken_is_told_again(tmp_path: Path) -> None:
    """Else a stage nobody mapped would be told once and never after."""
    write(tmp_path, proposals(stage("New")))
    for _ in range(2):
        assert "Pilot" in look_again(tmp_path, proposals(stage("New"), stage("Pilot")))


def test_an_id_somebody_has_by_now_is_no_other_stages(tmp_path: Path) -> None:
    """Counted from the beginning of the funnel, the first of today is not the first of then."""
    write(tmp_path, proposals(stage("报价", stage_id="stage"), stage("合同", stage_id="stage_2")))
    first, *others = "接触", "报价", "合同"
    later = [stage(one, stage_id=f"stage_{n}") for n, one in enumerate(others, start=2)]
    told = look_again(tmp_path, proposals(stage(first, stage_id="stage"), *later), adds=True)
    assert first in told
    with (tmp_path / "seeds" / "my_stage_map.csv").open(encoding="utf-8", newline="") as file:
        ids = {row["raw_stage"]: row["stage_id"] for row in csv.DictReader(file)}
    assert ids == {"报价": "stage", "合同": "stage_2", "接触": "stage_3"}


def test_on_a_terminal_the_proposal_is_the_default() -> None:
    given = proposals(stage("New"))
    (_, kept) = answered(given, lambda _question, default: default)
    assert (kept.vars, kept.questions) == ({"fiscal_year_start_month": 1}, ())
    (_, told) = answered(given, lambda _question, _default: "2")
    assert told.vars == {"fiscal_year_start_month": 2}


def test_the_package_is_no_project_of_yours(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("id,stage,amount\n1,Open,2\n", encoding="utf-8")
    outcome = CliRunner().invoke(cli, ["init", str(tmp_path / "deals.csv"), str(REPO)])
    assert f"{REPO} is sales_metrics itself: name a folder" in str(outcome.exception)
    assert not (REPO / "PROPOSAL-NEW.md").exists()


def test_init_says_in_a_sentence_what_it_cannot_read(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(cli, ["init", str(tmp_path / "nowhere"), str(tmp_path / "out")])
    assert isinstance(outcome.exception, SalesMetricsError)
    assert "There is nothing at" in str(outcome.exception)


def relation(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyRelation:
    found = connection.sql(sql)
    assert found is not None
    return found


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def deals(connection: duckdb.DuckDBPyConnection, segment: str = "null") -> duckdb.DuckDBPyRelation:
    return relation(
        connection,
        "select n, 'D' || n as deal_id, 'A' || (n % 4) as account_id, true as is_won,"
        " true as is_closed,"
        f" cast(1000 * (n + 1) as double) as amount, {segment} as segment_value,"
        " date '2025-01-31' + cast(n % 3 as integer) * 85 as closed_on, 'EUR' as currency_code,"
        " lower(['Preis', 'Budget', 'Fnord'][n % 3 + 1]) as loss_reason,"
        " 'Neugeschäft' as opportunity_type from range(60) as r (n)",
    )


def accounts(connection: duckdb.DuckDBPyConnection, employees: str) -> duckdb.DuckDBPyRelation:
    return relation(
        connection,
        "select 'A' || n as account_id, cast(null as varchar) as segment_value,"
        f" cast({employees} as bigint) as employees from range(4) as r (n)",
    )


def test_segments_are_a_field_else_employees_else_the_size_of_deals(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    field = "['SMB', 'Enterprise', 'Public Sector'][1 + n % 3]"
    told = segments.proposed(deals(connection, field), accounts(connection, "null"))
    assert [row["segment"] for row in told.rows["segments"]] == [
        "enterprise",
        "public_sector",
        "smb",
    ]
    assert {row["rule"] for row in told.rows["segment_rules"]} == {"field_value"}
    sized = segments.proposed(deals(connection), accounts(connection, "100 * (n + 1)"))
    assert {row["rule"] for row in sized.rows["segment_rules"]} == {"employees", "acv_band"}
    banded = segments.proposed(deals(connection), accounts(connection, "null"))
    assert {row["rule"] for row in banded.rows["segment_rules"]} == {"acv_band"}
    assert [row["lower_bound"] for row in banded.rows["segment_rules"]] == [0, 20_000, 50_000]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["政府", "教育"], ["segment", "segment_2"]),
        (["A+", "A-"], ["a", "a_2"]),
        (["10 %", "25%"], ["segment_10", "segment_25"]),
        # Two words for one size are two segments of that size.
        (["Enterprise", "Strategic"], ["enterprise", "strategic"]),
        (["KMU", "Mid-Market"], ["smb", "mid_market"]),
    ],
)
def test_a_segment_is_no_other_because_its_letters_are_none_of_ours(
    connection: duckdb.DuckDBPyConnection, values: list[str], expected: list[str]
) -> None:
    field = f"{values}[1 + n % {len(values)}]"
    told = segments.proposed(deals(connection, field), accounts(connection, "null"))
    ids = {row["raw_value"]: row["segment"] for row in told.rows["segment_rules"]}
    assert [ids[value.lower()] for value in values] == expected
    rows = {row["segment"]: row for row in told.rows["segments"]}
    assert set(rows) == set(expected)
    if "strategic" in rows:
        assert rows["strategic"]["segment_name"] == "Strategic"
        assert rows["strategic"]["acv_tier"] == "enterprise"


def test_spellings_of_a_segment_are_one_rule(connection: duckdb.DuckDBPyConnection) -> None:
    field = "['Enterprise', 'enterprise', 'Retail', 'RETAIL', 'Retail'][1 + n % 5]"
    told = segments.proposed(deals(connection, field), accounts(connection, "null"))
    assert [(row["raw_value"], row["segment"]) for row in told.rows["segment_rules"]] == [
        ("enterprise", "enterprise"),
        ("retail", "retail"),
    ]
    assert [row["segment_name"] for row in told.rows["segments"]] == ["Enterprise", "Retail"]


def test_words_are_known_by_the_shipped_map_by_themselves_or_not(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    activities = relation(
        connection,
        "select 'activity' as record_kind, t as raw_type, '' as raw_subtype, s as raw_status,"
        " '' as raw_outcome from (values ('call', 'done'), ('Telefonat', 'erledigt'),"
        " ('Wibble', 'x')) as v (t, s)",
    )
    # Nobody asks what a word at an open deal means as the reason of a loss.
    told = deals(connection).project(
        "* replace (false as is_won, n < 57 as is_closed,"
        " case when n < 57 then loss_reason else 'in progress' end as loss_reason)"
    )
    found = words.proposed(told, activities, "csv_export", REPO / "seeds" / "mappings")
    rows = all_rows(found)
    assert [(row["raw_type"], row["activity_type"]) for row in rows["activity_types"]] == [
        ("Telefonat", "call")
    ]
    assert {row["raw_reason"]: row["loss_reason"] for row in rows["loss_reason_map"]} == {
        "preis": "price"
    }
    assert rows["opportunity_types"] == [{"raw_type": "neugeschäft", "motion": "new_logo"}]
    asked = " ".join(one.asked for proposal in found for one in proposal.questions)
    assert "`Wibble" in asked or "`activity Wibble" in asked
    assert "`fnord (19)`" in asked
    assert "in progress" not in asked


def test_an_owner_called_like_a_queue_is_named_in_the_question(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    traces = relation(
        connection,
        "select unnest(['Ana', 'Inbound Queue', 'U7']) as rep_id,"
        " timestamp '2025-01-06' as created_at",
    )
    known = relation(
        connection,
        "select 'U7' as rep_id, 'Integration User' as rep_name, null as team_id,"
        " null as manager_id, null as role, true as is_active",
    )
    told = people.proposed(traces, known, traces, dt.date(2025, 3, 31))
    asked = told.questions[0].asked
    assert asked.startswith("Who of the owners of deals is no rep (`Inbound Queue`, `Integration")
    assert "Ana" not in asked
    assert [row["rep"] for row in told.rows["rep_roster"]] == ["Ana", "Inbound Queue", "U7"]


def test_what_quarter_ends_the_closings_show(connection: duckdb.DuckDBPyConnection) -> None:
    told = company.fiscal_year(deals(connection), {})
    # All closed in January, April and July: quarters end there, so a year begins in February.
    assert told.vars == {"fiscal_year_start_month": 2}
    assert told.questions
    known = company.fiscal_year(
        deals(connection), {month: (month + 2) % 12 // 3 + 1 for month in range(1, 13)}
    )
    assert known.vars == {"fiscal_year_start_month": 10}
    assert not known.questions
    # Of one month nobody can tell whether it begins the quarter.
    assert company.fiscal_year(deals(connection), {2: 1}).questions


@pytest.mark.parametrize(
    ("header", "cells", "start"),
    [
        ("Id,StageName,Amount,CloseDate,FiscalQuarter,FiscalYear", "{q},2026", 2),
        ("id,stage_name,amount,close_date,fiscal", "2026 {q}", 2),
        # A month that lies in two quarters is of a year of weeks.
        ("id,stage_name,amount,close_date,fiscal_quarter", "{w}", None),
    ],
)
def test_the_crms_own_fiscal_quarters_tell_the_year(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    header: str,
    cells: str,
    start: int | None,
) -> None:
    rows = [
        f"006{n:012d},Won,10,2025-{1 + n % 12:02d}-{1 + n:02d},"
        + cells.format(q=(n % 12 - 1) % 12 // 3 + 1, w=1 + n % 4)
        for n in range(24)
    ]
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Opportunity.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    seen = looked(folder, REPO, connection, None, tmp_path / "copies")
    told = company.fiscal_year(deals(connection), seen.quarters)
    assert bool(told.questions) == (start is None)
    if start:
        assert told.vars == {"fiscal_year_start_month": start}


@pytest.mark.parametrize(
    ("newest", "stated", "expected"),
    [
        (dt.datetime(2025, 6, 30, 9), None, {}),
        (dt.datetime(2024, 6, 30, 9), None, {"as_of_date": "2024-06-30"}),
        (dt.datetime(2025, 6, 30, 9), "2025-06-01", {"as_of_date": "2025-06-01"}),
        (None, None, {}),
    ],
)
def test_an_old_export_is_built_as_of_its_last_day(
    newest: dt.datetime | None, stated: str | None, expected: dict[str, str]
) -> None:
    assert company.last_day(newest, stated, dt.date(2025, 7, 4)).vars == expected


def test_a_zone_that_is_none_is_not_proposed(connection: duckdb.DuckDBPyConnection) -> None:
    none = relation(connection, "select now()::timestamp as created_at where false")
    told = company.time_zone({"Europe/Berlin": 3, "Nowhere/Land": 9}, none)
    assert told.vars == {"business_timezone": "Europe/Berlin"}


def test_a_question_answered_in_a_seed_finds_it_there(tmp_path: Path) -> None:
    """With its columns and the var that names it, or an answer would change nothing."""
    asked = Question("What does `n/a` mean?", "it is its own.", "seeds/my_loss_reason_map.csv")
    proposal = Proposal("Loss reasons", (), (), (asked,))
    target = tmp_path / "acme"
    writing.write(target, REPO, str(REPO), Plan((), {}, {}), {}, {}, [proposal])
    assert (target / "seeds" / "my_loss_reason_map.csv").read_text(encoding="utf-8") == (
        "raw_reason,loss_reason\n"
    )
    project = yaml.safe_load((target / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["vars"]["sales_metrics"]["loss_reason_map"] == "my_loss_reason_map"


def test_run_can_build_what_init_wrote_and_a_name_of_ours_is_free(tmp_path: Path) -> None:
    write(tmp_path, proposals(stage("New")))
    project.check_profile(tmp_path, tmp_path, None)
    written = project.read_yaml(tmp_path / "dbt_project.yml")
    assert written["flags"]["require_ref_searches_node_package_before_root"] is True
    assert "/published/" in (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_commands_look_at_the_project_somebody_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert project.project_here() == project.PROJECT
    assert project.database_here() == Path("sales_metrics.duckdb")
    writing.write(tmp_path, REPO, str(REPO), Plan((), {}, {}), {}, {}, [])
    (tmp_path / "metrics.duckdb").touch()
    assert project.project_here() == tmp_path
    assert project.profiles_of(tmp_path) == tmp_path
    assert project.raw_folder_of(tmp_path) == tmp_path / "raw"
    assert project.database_here() == Path("metrics.duckdb")
    assert project.profiles_of(REPO) == REPO / "profiles"
    assert project.raw_folder_of(REPO) == REPO / "data" / "demo"

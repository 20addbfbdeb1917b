"""What a build reads of the raw folder, what it will not be told, and what was there before."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from harness import REPO, Ask, BuildProject
from publishing_harness import build_info, call, write_work
from sales_metrics.dbt_runs.reading import Reading, Refusal
from sales_metrics.errors import CHECK_FAILED, USAGE, SalesMetricsError
from sales_metrics.expectations.audit import Audit
from sales_metrics.expectations.freshness import freshness
from sales_metrics.expectations.losses import check_accepted, losses
from sales_metrics.publishing.store import Store
from sales_metrics.publishing.writing import Publication, publish
from sales_metrics.sql import connect

ROWS = 40
Table = list[dict[str, str]]


def deals(**changes: str) -> Table:
    return [
        {
            "deal_id": f"D-{number}",
            "owner": f"rep{number % 3}",
            "stage": "Prospecting",
            "created_date": "2025-03-04",
            "close_date": "2025-08-29",
            "amount": f"{700 + number}",
            "type": "New Business",
            **changes,
        }
        for number in range(ROWS)
    ]


def write(raw: Path, name: str, rows: Table) -> Path:
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return raw


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return write(tmp_path / "raw", "csv_export/opportunities.csv", deals())


UNKNOWN = "is none of the project; "
OF_CONTRACT = "of the contract; did you mean"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bokking_date": "history"}, f"The var bokking_date {UNKNOWN}did you mean booking_date?"),
        ({"sales_metrics": {"segment_oder": []}}, f"{UNKNOWN}did you mean segment_order?"),
        ({"colour": "red"}, f"The var colour {UNKNOWN}there are activity_directions, "),
        ({"raw_formats": {"csv_exprot": {"date": "iso"}}}, f"source {OF_CONTRACT} csv_export?"),
        ({"raw_formats": {"csv_export": {"dates": "iso"}}}, "no kind of format; did you mean date"),
        ({"raw_formats": {"csv_export": {"date": "y/y/y"}}}, "The date format 'y/y/y' of source"),
        ({"raw_formats": {"csv_export": "iso"}}, "The var raw_formats says 'iso' of csv_export"),
        ({"raw_formats": {"csv_export": {"leds": {"date": "iso"}}}}, "did you mean leads?"),
        ({"raw_schemas": {"csv_export": 7}}, "The var raw_schemas says"),
        ({"raw_columns": {"csv_export": {"lead": {}}}}, f"table {OF_CONTRACT} leads?"),
        (
            {"raw_columns": {"csv_export": {"leads": {"lead_sorce": "x"}}}},
            "The var raw_columns names csv_export.leads.lead_sorce, and lead_sorce is no column of"
            " the contract; did you mean lead_source?",
        ),
        (
            {"raw_columns": {"csv_export": {"leads": {"lead_source": [1]}}}},
            "The var raw_columns says",
        ),
        ({"waived_columns": {"csv_export": {"leads": "owner_id"}}}, "The var waived_columns says"),
        ({"waived_columns": {"csv_export": {"leads": ["ownr_id"]}}}, "did you mean owner_id?"),
        ({"personal_columns": {"dim_repps": []}}, "is no public table; did you mean dim_reps?"),
        ({"personal_columns": {"dim_reps": ["rep_nam"]}}, "of that table; did you mean rep_name?"),
        ({"personal_columns": {"dim_reps": "rep_name"}}, "The var personal_columns says"),
        ({"crm_sources": ["csv_export", "csv_export"]}, "The var crm_sources says"),
        ({"ramp_pipeline_multiple": -1}, "The var ramp_pipeline_multiple says '-1'; it takes a"),
        ({"health_red_pushes": float("inf")}, "The var health_red_pushes says 'inf'; it takes a"),
        ({"fiscal_year_start_month": True}, "The var fiscal_year_start_month says 'True'; it"),
        ({"hot_lead_sources": "web"}, "The var hot_lead_sources says 'web'; it takes a list"),
        ({"as_of_date": "2025-02-29"}, "The var as_of_date says '2025-02-29', which is not a day"),
    ],
)
def test_a_setting_nobody_knows_is_refused(
    ask: Ask, raw: Path, given: dict[str, Any], sentence: str
) -> None:
    refused = ask(raw, given)
    assert isinstance(refused, Refusal)
    (told,) = refused.sentences
    assert sentence in told
    assert refused.exit_code == USAGE


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SALES_METRICS_RAW_FORMATS": "{csv"}, "SALES_METRICS_RAW_FORMATS says '{csv'; it takes"),
        (
            {"SALES_METRICS_RAW_FORMATS": '{"csv_exports": {"date": "iso"}}'},
            "SALES_METRICS_RAW_FORMATS names csv_exports, which is no source; did you mean",
        ),
        *(
            (
                {"SALES_METRICS_THREADS": one},
                f"SALES_METRICS_THREADS says '{one}'; it takes a whole",
            )
            for one in ("0", "a few", "-2", "")
        ),
    ],
)
def test_a_variable_of_the_environment_likewise(
    ask: Ask, raw: Path, settings: dict[str, str], sentence: str
) -> None:
    refused = ask(raw, settings=settings)
    assert isinstance(refused, Refusal)
    assert sentence in refused.sentences[0]
    assert refused.exit_code == USAGE


def test_settings_that_are_right_are_taken(ask: Ask, raw: Path) -> None:
    told = ask(
        raw,
        {
            "sales_metrics": {"booking_date": "crm_close_date"},
            "as_of_date": "2025-07-31",
            "raw_formats": {"csv_export": {"date": "iso", "amount": "us"}},
            "raw_columns": {"csv_export": {"opportunities": {"amount": ["worth", "value"]}}},
            "waived_columns": {"csv_export": {"leads": ["owner_id"]}},
            "personal_columns": {"dim_reps": ["rep_name"]},
        },
    )
    assert isinstance(told, Reading)
    assert told.as_of == dt.date(2025, 7, 31)


def test_every_var_of_the_project_is_known_and_no_other() -> None:
    text = (REPO / "macros" / "vars" / "known_vars.sql").read_text(encoding="utf-8")
    listed = re.search(r"macro known_vars.*?return\(\[(.*?)\] \+ configured_t", text, re.DOTALL)
    assert listed
    project = yaml.safe_load((REPO / "dbt_project.yml").read_text(encoding="utf-8"))
    assert sorted(re.findall(r"'(\w+)'", listed[1])) == sorted(project["vars"])


def test_every_file_that_nobody_reads_is_told(ask: Ask, raw: Path) -> None:
    rows = deals()
    shutil.copytree(raw / "csv_export", raw / "CSV_Export")
    for name in (
        "csv_export/Accounts.csv.zip",
        "csv_export/laeds.csv",
        "csv_export/reps (1).xlsx",
        "csv_export/activities/part-0.xlsx",
        "csv_export/activities/part-1.xlsx",
        "csv_export/products.csv",
        "csv_export/_notes.csv",
        "quotas.csv",
    ):
        write(raw, name, rows)
    # Sorted by name it is the Parquet file that is read, however old it is.
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from '{raw}/csv_export/opportunities.csv')"
            f" to '{raw}/csv_export/opportunities.parquet' (format parquet)"
        )
    write(raw, "csv_export/opportunities.csv", rows)
    told = ask(raw)
    assert isinstance(told, Reading)
    assert [table.full_name for table in told.read] == ["csv_export.opportunities"]
    assert {
        one.file: (one.check_id, one.sentence.split(" is not read")[1]) for one in told.unread
    } == {
        "CSV_Export/opportunities.csv": (
            "unread_file",
            ", because it does not lie in the folder of a source; is it csv_export/opportunities?",
        ),
        "csv_export/Accounts.csv.zip": (
            "unread_file",
            ", because it is packed: unpack it as csv_export/accounts.csv.",
        ),
        "csv_export/activities/": (
            "unread_file",
            ", because it is a folder without a file of CSV, JSON or Parquet below it.",
        ),
        "csv_export/laeds.csv": (
            "unread_file",
            ", because no table is called so; is it csv_export/leads?",
        ),
        "csv_export/opportunities.csv": (
            "second_file",
            ": csv_export/opportunities.parquet is read as the table opportunities; remove the one"
            " that is not meant. It is the newer of the two.",
        ),
        "csv_export/products.csv": ("extra_file", ": it is no table of the contract."),
        "csv_export/reps (1).xlsx": (
            "unread_file",
            ", because it is neither CSV, JSON nor Parquet: export it as csv_export/reps.csv.",
        ),
        "quotas.csv": (
            "unread_file",
            ", because it does not lie in the folder of a source; is it planning/quotas?",
        ),
    }


def test_what_is_left_out_on_purpose_is_no_warning(ask: Ask, raw: Path) -> None:
    write(raw, "csv_export/leads.csv", [{"id": "L-1"}])
    told = ask(raw, vars={"left_out_tables": {"csv_export": ["leads"]}})
    assert isinstance(told, Reading)
    assert [(one.check_id, one.sentence) for one in told.unread] == [
        (
            "extra_file",
            "csv_export/leads.csv is not read, because the var left_out_tables names it.",
        )
    ]


def test_a_required_table_that_is_missing_is_looked_for(ask: Ask, raw: Path) -> None:
    path = raw / "csv_export" / "opportunities.csv"
    path.rename(path.with_name("opportunities.csv.zip"))
    refused = ask(raw)
    assert isinstance(refused, Refusal)
    assert refused.exit_code == CHECK_FAILED
    assert refused.sentences[0].endswith(
        "csv_export/opportunities.csv.zip is not read, because it is packed: unpack it as"
        " csv_export/opportunities.csv."
    )


def test_two_columns_for_one_are_told(ask: Ask, raw: Path) -> None:
    write(raw, "csv_export/opportunities.csv", [{**row, "CloseDate": "x"} for row in deals()])
    told = ask(raw)
    assert isinstance(told, Reading)
    assert told.doubled == (
        'csv_export.opportunities.close_date is read from "close_date", and "CloseDate" is not'
        " read: name the one that is meant in the var raw_columns.",
    )


def test_a_build_keeps_which_files_it_read(build_project: BuildProject, raw: Path) -> None:
    write(raw, "csv_export/it's leads.xlsx", deals())
    built = build_project(raw, as_of="2025-06-30", select="int_raw_files int_raw_columns_doubled")
    assert built.query("select * from intermediate.int_raw_files order by file_path") == [
        ("csv_export/it's leads.xlsx", "csv_export", None, "extra_file"),
        ("csv_export/opportunities.csv", "csv_export", "opportunities", None),
    ]
    assert built.query("select * from intermediate.int_raw_columns_doubled") == []


def audited(
    ask: Ask, raw: Path, work: Path, settings: Mapping[str, str] | None = None
) -> tuple[Audit, Reading]:
    told = ask(raw, settings=settings)
    assert isinstance(told, Reading), told
    work.mkdir(exist_ok=True)
    return Audit.of(REPO, told, work / f"{len(list(work.iterdir()))}.duckdb"), told


def failed(audit: Audit, last: Mapping[str, Any], *accepted: str) -> list[str]:
    return [one.sentence() for one in audit.raw_findings(last, accepted) if not one.success]


def test_a_table_that_is_gone_stops_the_run(ask: Ask, raw: Path, tmp_path: Path) -> None:
    write(
        raw,
        "csv_export/activities.csv",
        [{"id": f"A{n}", "owner": "a", "created_date": "2025-03-04"} for n in range(7)],
    )
    last = audited(ask, raw, tmp_path / "work")[0].landed
    (raw / "csv_export" / "activities.csv").rename(raw / "csv_export" / "activities.csv.bz2")
    now, told = audited(ask, raw, tmp_path / "work")
    stop, accepted = losses(last, now.landed, told, [])
    assert stop == [
        "The table csv_export.activities was read in the last accepted load (7 rows) and is not"
        " read today. csv_export/activities.csv.bz2 is not read, because it is packed: unpack it"
        " as csv_export/activities.csv. To publish without it: sales-metrics run --accept"
        " csv_export.activities."
    ]
    assert accepted == []
    stop, accepted = losses(last, now.landed, told, ["csv_export.activities"])
    assert stop == []
    assert accepted[0].endswith(" That was accepted.")
    assert losses(now.landed, now.landed, told, []) == ([], [])


@pytest.mark.parametrize("kind", ["range + 7", "null"])
def test_a_column_without_a_usable_value_stops_the_run(
    ask: Ask, raw: Path, tmp_path: Path, kind: str
) -> None:
    """Filled in every row it may be, with what no cast accepts."""
    last = audited(ask, raw, tmp_path / "work")[0].landed
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace ({kind} as close_date) from (select row_number() over () as"
            f" range, * from '{raw}/csv_export/opportunities.csv'))"
            f" to '{raw}/csv_export/opportunities.parquet' (format parquet)"
        )
    (raw / "csv_export" / "opportunities.csv").unlink()
    now, told = audited(ask, raw, tmp_path / "work")
    (sentence,), _ = losses(last, now.landed, told, [])
    assert sentence.startswith(
        "The column csv_export.opportunities.close_date had a usable value in 40 rows of the last"
        " accepted load and holds no usable value today."
    )
    name = "csv_export.opportunities.close_date"
    assert losses(last, now.landed, told, [name])[0] == []
    # Without a last load it is told too, and refused if something is in it.
    said = failed(now, {})
    assert any(one.split(maxsplit=1)[1].startswith(name) for one in said)
    assert any(one.startswith("error") for one in said) == (kind != "null")


def test_objects_without_a_value_are_no_values(ask: Ask, raw: Path) -> None:
    """An object with a value inside is that value: see docs/loaders.md."""
    deals_file = raw / "csv_export" / "opportunities.csv"
    with duckdb.connect() as connection:
        connection.execute(f"create table deals as from '{deals_file}'")
        deals_file.unlink()
        for key in ("day", "value"):
            connection.execute(
                f"copy (select * replace ({{'{key}': close_date}} as close_date) from deals)"
                f" to '{deals_file.with_suffix('.parquet')}' (format parquet)"
            )
            told = ask(raw)
            if key == "day":
                assert isinstance(told, Refusal)
                (sentence,) = told.sentences
                assert f"not one of the {ROWS} values of opportunities.close_date" in sentence
            else:
                assert isinstance(told, Reading)
                assert told.doubled == ()


def test_accepting_what_nobody_knows_is_refused(ask: Ask, raw: Path) -> None:
    told = ask(raw)
    assert isinstance(told, Reading)
    check_accepted(["planning.spend", "planning.spend.amount"], told.tables)
    with pytest.raises(SalesMetricsError, match=r"and planning.spent is none"):
        check_accepted(["planning.spent"], told.tables)


def test_dates_are_read_as_their_source_writes_them(ask: Ask, raw: Path, tmp_path: Path) -> None:
    write(
        raw,
        "csv_export/opportunities.csv",
        deals(created_date="3/9/2025", close_date="12/31/2025", amount="$1,500.00"),
    )
    formats = {"csv_export": {"date": "m/d/y", "amount": "us"}}
    settings = {"SALES_METRICS_RAW_FORMATS": json.dumps(formats)}
    audit, told = audited(ask, raw, tmp_path / "work", settings)
    found = freshness(told.read, audit.landed, dt.date(2025, 3, 10))
    assert [(one.newest, one.severity) for one in found] == [(dt.date(2025, 3, 9), "ok")]
    assert failed(audit, {}) == []
    # Under the format that is not declared, all of it is unusable.
    refused = ask(raw)
    assert isinstance(refused, Refusal)
    said = " ".join(refused.sentences)
    for column in ("created_date", "close_date", "amount"):
        assert f"not one of the {ROWS} values of opportunities.{column} can be used" in said


def test_an_export_with_gaps_is_published_until_they_grow(
    ask: Ask, raw: Path, tmp_path: Path
) -> None:
    def with_gaps(share: float) -> Audit:
        rows = [
            {**row, "amount": "", "owner": ""} if place < share * ROWS else row
            for place, row in enumerate(deals())
        ]
        write(raw, "csv_export/opportunities.csv", rows)
        return audited(ask, raw, tmp_path / "work")[0]

    table = "csv_export.opportunities"
    gaps = [
        f"warn   {table}.amount: filled in 95% of the rows (10 of 40 rows)",
        f"warn   {table}.owner_id: filled in 90% of the rows (10 of 40 rows)",
    ]
    first = with_gaps(0.25)
    assert sorted(failed(first, {})) == gaps
    assert sorted(failed(with_gaps(0.25), first.landed)) == gaps
    grown = with_gaps(0.5)
    assert [one[:5] for one in failed(grown, first.landed)] == ["error"] * 3
    assert [one[:5] for one in failed(grown, first.landed, table)] == ["warn "] * 2
    whole = with_gaps(0)
    assert failed(whole, first.landed) == []


def test_tables_of_the_warehouse_are_told_too(ask: Ask, raw: Path, tmp_path: Path) -> None:
    """They are no files, so that nothing but dbt looks at them."""
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema crm")
        connection.execute(
            f"create table crm.opportunities as from '{raw}/csv_export/opportunities.csv'"
        )
    schemas = {"raw_schemas": {"csv_export": "crm"}}
    told = ask(tmp_path / "nowhere", schemas, {"SALES_METRICS_DUCKDB": str(warehouse)})
    assert isinstance(told, Reading), told
    assert [table.full_name for table in told.read] == ["csv_export.opportunities"]
    assert told.files == []


def test_what_a_loader_says_of_a_row_is_known(ask: Ask, raw: Path, tmp_path: Path) -> None:
    """History mode repeats an id by design."""
    versions = [{**row, "_fivetran_active": active} for row in deals() for active in ("true", "")]
    write(raw, "csv_export/opportunities.csv", versions)
    audit, told = audited(ask, raw, tmp_path / "work")
    assert told.read[0].loader == ("_fivetran_active",)
    assert failed(audit, {}) == []
    write(raw, "csv_export/opportunities.csv", [*deals(), *deals()])
    (repeated,) = failed(audited(ask, raw, tmp_path / "work")[0], {})
    assert "repeats an id in at most 20% of the rows (40 of 80 rows)" in repeated


def test_the_memory_limit_is_that_of_every_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from sales_metrics.expectations.dialect import ReaderDialect, close_all

    monkeypatch.setenv("SALES_METRICS_MEMORY_LIMIT", "300MiB")
    asks = "select current_setting('memory_limit')"
    with connect(tmp_path / "x.duckdb") as connection:
        assert connection.execute(asks).fetchall() == [("300.0 MiB",)]
    reader = ReaderDialect().connect(str(tmp_path / "x.duckdb")).cursor()
    try:
        reader.execute(asks)
        assert reader.fetchall() == [("300.0 MiB",)]
    finally:
        close_all()
    # What opens DuckDB in another way has no limit.
    package = REPO / "python" / "sales_metrics"
    own = [
        path.relative_to(package)
        for path in package.rglob("*.py")
        if "duckdb.connect(" in path.read_text(encoding="utf-8")
        and path.relative_to(package).parts[0] != "sql.py"
    ]
    assert own == []


def test_the_job_stops_before_it_builds(raw: Path, tmp_path: Path) -> None:
    (raw / "as_of.csv").write_text("as_of_date\n2025-03-05\n", encoding="utf-8")
    store = Store(tmp_path / "published")
    store.builds.mkdir(parents=True)
    landed: dict[str, Any] = {
        "csv_export.leads": {"rows": 812, "newest": None, "nulls": {}, "values": {}}
    }
    info = build_info(store, landed=landed)
    publish(store, write_work(tmp_path / "work.duckdb", 1), Publication(info), 3)
    job = ("run", "--raw", raw, "--published", store.folder, "--json")
    done = call(*job)
    report = json.loads(done.stdout)
    assert done.returncode == CHECK_FAILED, done.stdout
    assert report["errors"] == [
        "The table csv_export.leads was read in the last accepted load (812 rows) and is not read"
        " today. No file of it lies in the raw folder. To publish without it: sales-metrics run"
        " --accept csv_export.leads."
    ]
    assert list(report["seconds"]) == ["freshness of sources"]
    formats = {"SALES_METRICS_RAW_FORMATS": '{"csv_export": {"amuont": "us"}}'}
    done = call(*job, env=formats)
    assert done.returncode == USAGE
    assert list(json.loads(done.stdout)["seconds"]) == ["freshness of sources"]
    done = call("doctor", "--raw", raw, "--published", store.folder, env=formats)
    assert done.returncode == USAGE
    assert "names csv_export.amuont, and amuont is no kind of format; did you mean" in done.stdout

"""Staging keeps the promise of the raw contract, whatever the raw tables look like.

Each small company below is written as its loader would write it: other spellings, other types,
duplicates, deletes, bad values. What staging makes of it is stated here by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from harness import DATABASE, GOLDEN, REPO, Build, BuildProject

STAGING = (
    "path:models/staging int_raw_rows_tallied int_raw_rows_counted"
    " int_raw_audit int_raw_bad_values int_raw_quarantine"
)
OPPORTUNITY_COLUMNS = (
    "opportunity_id, account_id, rep_id, stage_name, amount, crm_probability, is_won, close_date,"
    " created_at, last_modified_at, is_deleted, row_copies, bad_values"
)

# One deal per line: id, account, owner, stage, amount, probability, won, close, created, modified.
DEALS = """\
006A00000000001,001A00000000001,005A00000000001,Proposal,1200.50,60,false,2025-09-30,{july},{august}
# The same deal, loaded twice more: an older state, and one under its 18 characters.
006A00000000001,001A00000000001,005A00000000001,Demo,1000,30,false,2025-09-30,{july},{mid_july}
006A00000000001IAA,001A00000000001,005A00000000001,Discovery,900,10,false,2025-09-30,{july},{july}
# Its id differs from the first in its case alone; most of it cannot be used.
006a00000000001AAA,, 005A00000000002IAA ,Demo,n/a,250,perhaps,0001-01-01,{local},{sentinel}
# Closes before it is created.
006a0000000000B,unknown,005A00000000002IAA,Closed Won,-5,100,true,2025-06-30,{july},{july}
# No id: quarantined.
  ,001A00000000001,005A00000000001,Demo,7,10,false,2025-09-30,{july},{july}
""".format(
    july="2025-07-01T08:00:00.000Z",
    mid_july="2025-07-15T08:00:00.000Z",
    august="2025-08-01T08:00:00.000Z",
    local="2025-07-01T23:30:00.000-0400",
    sentinel="9999-12-31T00:00:00.000Z",
)
ROWS = [tuple(line.split(",")) for line in DEALS.splitlines() if not line.startswith("#")]
FIELDS = [
    "id",
    "account_id",
    "owner_id",
    "stage_name",
    "amount",
    "probability",
    "is_won",
    "close_date",
    "created_date",
    "last_modified_date",
]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "Salesforce": lambda name: "".join(part.capitalize() for part in name.split("_")),
    "Stitch": lambda name: name.replace("_", ""),
    "Fivetran": lambda name: name,
    "custom fields": lambda name: name if name == "id" else f"{name}__c",
}


def write_csv(
    folder: Path, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def write_deals(
    folder: Path, spelling: str, table: str = "opportunity", *, seed: int = 0, copies: int = 1
) -> Path:
    rows = ROWS * copies
    random.Random(seed).shuffle(rows)
    write_csv(folder / "salesforce", table, [SPELLINGS[spelling](name) for name in FIELDS], rows)
    return folder


def opportunities(build: Build, columns: str = OPPORTUNITY_COLUMNS) -> list[tuple[Any, ...]]:
    return build.query(
        f"select {columns} from staging.stg_salesforce__opportunities order by opportunity_id"
    )


def audit(build: Build, source: str = "salesforce") -> dict[str, list[int]]:
    """Rows in, rows out, duplicates and quarantined of each table that is there."""
    found = build.query(
        "select table_name, rows_in, rows_out, duplicate_rows, quarantined_rows"
        " from intermediate.int_raw_audit where source_name = ? and is_present",
        [source],
    )
    return {table: counts for table, *counts in found}


def only_error(build: Build) -> str:
    """The sentence a build stopped with, without what dbt puts above and below it."""
    assert not build.success
    (message,) = {error.split("> in macro")[0].strip() for error in build.errors}
    return message.split("\n")[-1].strip()


@pytest.fixture(scope="module")
def staged(build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The deals in Salesforce's own spelling, and no other table but a quota."""
    folder = write_deals(tmp_path_factory.mktemp("camel"), "Salesforce", "Opportunity")
    write_csv(
        folder / "planning",
        "quotas",
        ["rep", "month", "amount"],
        [("005A00000000001", "2025-09", "50000"), ("005A00000000001", "2025-10-17", "6e4")],
    )
    write_csv(
        folder / "planning",
        "targets",
        ["segment", "quarter", "metric", "amount"],
        [("all", "2025-10", "closed_won_amount", "300000"), ("", "2025-10", "x", "1")],
    )
    return build_project(folder, select=STAGING, tests=True)


def test_each_deal_is_there_once_and_typed(staged: Build) -> None:
    first, unusable, early = opportunities(staged)
    assert first == (
        "006A00000000001IAA",
        "001A00000000001IAA",
        "005A00000000001IAA",
        "Proposal",
        Decimal("1200.50"),
        0.6,
        False,
        dt.date(2025, 9, 30),
        dt.datetime(2025, 7, 1, 8),
        dt.datetime(2025, 8, 1, 8),
        False,
        3,
        None,
    )
    assert unusable[:4] == ("006a00000000001AAA", None, "005A00000000002IAA", "Demo")
    # Half past eleven in New York is the next day in UTC.
    assert unusable[4:10] == (None, None, None, None, dt.datetime(2025, 7, 2, 3, 30), None)
    assert set(unusable[12].split(",")) == {
        "amount",
        "probability",
        "is_won",
        "close_date",
        "last_modified_date",
    }
    # A literal `unknown` is a value; a negative amount too, and a close before an import.
    assert early[1] == "unknown"
    assert (early[4], early[7], early[12]) == (Decimal("-5.00"), dt.date(2025, 6, 30), None)


def test_nothing_is_dropped_silently(staged: Build) -> None:
    assert audit(staged) == {"opportunity": [6, 3, 2, 1]}
    assert audit(staged, "planning") == {"quotas": [2, 2, 0, 0], "targets": [2, 1, 0, 1]}
    ((row,),) = staged.query(
        "select raw_row from intermediate.int_raw_quarantine where table_name = 'opportunity'"
    )
    assert "stage_name: Demo; amount: 7;" in row
    assert staged.query(
        "select column_name, rows_failing, sample_ids from intermediate.int_raw_bad_values"
        " order by column_name"
    ) == [
        ("amount", 1, "006a00000000001AAA"),
        ("close_date", 1, "006a00000000001AAA"),
        ("is_won", 1, "006a00000000001AAA"),
        ("last_modified_date", 1, "006a00000000001AAA"),
        ("probability", 1, "006a00000000001AAA"),
    ]


def test_a_missing_optional_table_is_an_empty_typed_one(staged: Build) -> None:
    assert staged.query("select * from staging.stg_salesforce__tasks") == []
    assert staged.value(
        "select data_type from duckdb_columns() where schema_name = 'staging'"
        " and table_name = 'stg_salesforce__tasks' and column_name = 'completed_at'"
    ) == ("TIMESTAMP")


def test_planning_ids_and_months_are_those_of_the_crm(staged: Build) -> None:
    assert staged.query(
        "select rep_id, month_start, amount from staging.stg_planning__quotas order by 2"
    ) == [
        ("005A00000000001IAA", dt.date(2025, 9, 1), Decimal("50000.00")),
        ("005A00000000001IAA", dt.date(2025, 10, 1), Decimal("60000.00")),
    ]
    # The demo's fiscal year starts in December.
    assert staged.query("select quarter_start from staging.stg_planning__targets") == [
        (dt.date(2025, 9, 1),)
    ]


def test_every_id_of_15_characters_is_completed_as_salesforce_does(staged: Build) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

    def completed(record_id: str) -> str:
        chunks = [record_id[start : start + 5] for start in (0, 5, 10)]
        capitals = (
            sum(1 << place for place, char in enumerate(chunk) if "A" <= char <= "Z")
            for chunk in chunks
        )
        return record_id + "".join(alphabet[index] for index in capitals)

    assert completed("006bm00000LKJNN") == "006bm00000LKJNNAA5"
    for found, *_ in opportunities(staged):
        assert found == completed(found[:15])


@pytest.mark.parametrize("spelling", ["Stitch", "custom fields"])
def test_spelling_and_row_order_change_nothing(
    build_project: BuildProject, staged: Build, tmp_path: Path, spelling: str
) -> None:
    folder = write_deals(tmp_path, spelling, seed=7)
    assert opportunities(build_project(folder, select=STAGING)) == opportunities(staged)


def test_doubled_rows_and_native_types_change_nothing(
    build_project: BuildProject, staged: Build, tmp_path: Path
) -> None:
    """As Fivetran lands it: Parquet with native types, here with every row twice."""
    write_deals(tmp_path / "text", "Fivetran", copies=2, seed=3)
    (tmp_path / "raw" / "salesforce").mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            "copy (select * replace (try_cast(trim(amount) as double) as amount,"
            " try_cast(trim(probability) as decimal(5, 1)) as probability,"
            " try_cast(trim(is_won) as boolean) as is_won,"
            " cast(close_date as timestamp) as close_date,"
            " cast(created_date as timestamptz) as created_date,"
            " cast(last_modified_date as timestamptz) as last_modified_date)"
            f" from read_csv('{tmp_path}/text/salesforce/opportunity.csv', all_varchar = true))"
            f" to '{tmp_path}/raw/salesforce/opportunity.parquet'"
        )
    build = build_project(tmp_path / "raw", select=STAGING)
    alike = OPPORTUNITY_COLUMNS.replace(", row_copies, bad_values", "")
    assert opportunities(build, alike) == opportunities(staged, alike)
    assert audit(build) == {"opportunity": [12, 3, 7, 2]}
    # What was no number or boolean was null already when it was loaded.
    bad_values = [row[0] for row in opportunities(build, "bad_values")]
    assert bad_values[0] is None
    assert set(bad_values[1].split(",")) == {"probability", "close_date", "last_modified_date"}
    assert bad_values[2] is None


def test_loaders_deletes_and_order(build_project: BuildProject, tmp_path: Path) -> None:
    """Equal stamps of the CRM: the loader's time decides, then its sequence."""
    columns = [*FIELDS, "isdeleted", "_sdc_received_at", "_sdc_sequence", "_sdc_deleted_at"]
    early, late = "2025-08-02 00:00:00", "2025-08-03 00:00:00"

    def deal(number: int, stage: str, *loaded: str) -> tuple[str, ...]:
        first = ROWS[0]
        return (f"006A0000000000{number}", *first[1:3], stage, *first[4:], *loaded)

    rows = [
        deal(1, "Demo", "false", early, "9", ""),
        deal(1, "Proposal", "false", late, "1", ""),
        deal(2, "Demo", "false", late, "1", ""),
        deal(2, "Proposal", "false", late, "2", ""),
        deal(3, "Demo", "true", late, "1", ""),
        deal(4, "Demo", "false", late, "1", late),
        deal(5, "Demo", "", late, "1", ""),
    ]
    write_csv(tmp_path / "salesforce", "opportunity", columns, rows)
    build = build_project(tmp_path, select=STAGING)
    found = opportunities(build, "stage_name, is_deleted, loader_sequence, row_copies")
    assert found == [
        ("Proposal", False, 1, 2),
        ("Proposal", False, 2, 2),
        ("Demo", True, 1, 1),
        ("Demo", True, 1, 1),
        ("Demo", False, 1, 1),
    ]


def test_formats_names_and_waivers_are_declared(
    build_project: BuildProject, tmp_path: Path
) -> None:
    columns = ["Id", "Stage Name", "Region__c", "Amount", "CloseDate", "CreatedDate"]
    rows = [
        ("006A00000000001", "Demo", "West", "$22,700.00", "9/30/25", "7/1/2025 1:05 PM"),
        ("006A00000000002", "Demo", "", "$1", "12/31/2025", "07/01/25 13:05:09"),
        ("006A00000000003", "Demo", "", "22.700,00", "31/12/2025", "2025-07-01"),
    ]
    write_csv(tmp_path / "salesforce", "opportunity", columns, rows)
    build = build_project(
        tmp_path,
        select=STAGING,
        vars={
            "raw_formats": {"salesforce": {"date": "m/d/y", "amount": "us"}},
            "raw_columns": {
                "salesforce": {"opportunity": {"stage_name": "Stage Name", "segment": "Region"}}
            },
            "waived_columns": {"salesforce": {"opportunity": ["owner_id"]}},
        },
    )
    wanted = "rep_id, stage_name, segment_value, amount, close_date, created_at, bad_values"
    afternoon = dt.datetime(2025, 7, 1, 13, 5)
    later = afternoon.replace(second=9)
    assert opportunities(build, wanted) == [
        (None, "Demo", "West", Decimal("22700.00"), dt.date(2025, 9, 30), afternoon, None),
        (None, "Demo", None, Decimal("1.00"), dt.date(2025, 12, 31), later, None),
        # Another format is a bad value, never a guess; 22.70000 would be one.
        (None, "Demo", None, None, None, None, "amount,created_date,close_date"),
    ]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"salesforce/Opportunity": "Id,StageName,CreatedDate,CloseDate"},
            "Source salesforce, table opportunity ({raw}/salesforce/Opportunity.csv): the required"
            " column owner_id is missing; looked for owner_id, ownerid, in any case and with",
        ),
        (
            {"salesforce/account": "id"},
            "Source salesforce: the required table opportunity is missing in {raw}/salesforce;"
            " looked for opportunity.",
        ),
        (
            {"csv_export/opportunities": "id,owner,stage,amount,created,close_date"},
            "Source csv_export, table opportunities ({raw}/csv_export/opportunities.csv): the"
            " required column created_date is missing; looked for created_date, createddate,",
        ),
        (
            {
                "csv_export/deals": "id,owner,stage,amount,created_at,close_date",
                "planning/quotas": "rep,month,amount",
            },
            "Source planning: the required table targets is missing in {raw}/planning;",
        ),
        (
            {"csv_export/opportunities": "id;owner;stage;amount;created_date;close_date"},
            "{raw}/csv_export/opportunities.csv is divided by semicolons, not by commas: export it",
        ),
        (
            {"pipedrive/deal": "id"},
            "No table of a CRM was found in the raw folder '{raw}': it holds no salesforce/ nor"
            " hubspot/ nor csv_export/ with files such as opportunity.parquet",
        ),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(
    build_project: BuildProject, tmp_path: Path, files: Mapping[str, str], sentence: str
) -> None:
    for name, header in files.items():
        source, table = name.split("/")
        write_csv(tmp_path / source, table, header.split(","), [])
    build = build_project(tmp_path, select=STAGING, check=False)
    assert only_error(build).startswith(sentence.format(raw=tmp_path.resolve()))


def test_a_folder_that_does_not_exist_is_told(build_project: BuildProject, tmp_path: Path) -> None:
    build = build_project(tmp_path / "nowhere", select=STAGING, check=False)
    assert "in the raw folder '" + str(tmp_path / "nowhere") + "'" in only_error(build)


def test_csv_export_alone_builds(build_project: BuildProject, tmp_path: Path) -> None:
    folder = tmp_path / "csv_export"
    write_csv(
        folder,
        "opportunities",
        [
            "Opportunity ID",
            "id",
            "owner",
            "stage",
            "value",
            "created_on",
            "Close Date",
            "Loss Reason",
        ],
        [("x", "D-1", "ann", "Won", "10", "2025-01-02", "2025-02-03", "Price")],
    )
    write_csv(
        folder,
        "stage_changes",
        ["opportunity_id", "changed_at", "stage"],
        [("D-1", "2025-01-02", "New"), ("D-1", "2025-02-03", "Won"), ("D-1", "2025-02-03", "Won")],
    )
    name = "Ann 'O', \"x\"\n🙂"
    write_csv(folder, "reps", ["id", "name", "end_date"], [("ann", name, "2025-03-31")])
    build = build_project(tmp_path, select=STAGING, tests=True)
    assert build.query(
        "select opportunity_id, rep_id, amount, created_at, close_date, loss_reason"
        " from staging.stg_csv_export__opportunities"
    ) == [("D-1", "ann", Decimal("10.00"), dt.datetime(2025, 1, 2), dt.date(2025, 2, 3), "Price")]
    # Rows without an id are known by what is in them: the doubled one is one.
    assert audit(build, "csv_export")["stage_changes"] == [3, 2, 1, 0]
    assert build.query("select rep_name, ends_on from staging.stg_csv_export__reps") == [
        (name, dt.date(2025, 4, 1))
    ]


def load_seeds(seeds: Path, database: Path, suffix: str, tables: Sequence[str]) -> None:
    """Loads connector-shaped seed files into the schema `landed`, typed as their loader types."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema landed")
        for table in tables:
            file = seeds / f"sf_{table}{suffix}.csv"
            connection.execute(f"create table landed.\"{table}\" as from read_csv('{file}')")


FIVETRAN_TABLES = ["opportunity", "account", "user", "user_role", "task", "event", "lead"]


@pytest.mark.parametrize(
    ("suffix", "tables"),
    [("_data", FIVETRAN_TABLES), ("_history_data", ["opportunity", "account"])],
)
def test_fivetran_tables_stage_without_an_edit(
    build_project: BuildProject,
    shared_data: Path,
    tmp_path: Path,
    suffix: str,
    tables: Sequence[str],
) -> None:
    seeds = shared_data / "fivetran_salesforce" / "seeds"
    if not seeds.is_dir():
        pytest.skip("fivetran_salesforce is not among the public data here")
    database = tmp_path / DATABASE
    load_seeds(seeds, database, suffix, tables)
    build = build_project(
        tmp_path,
        select=STAGING,
        tests=True,
        vars={"raw_schemas": {"salesforce": "landed"}},
        database=database,
    )
    found = audit(build)
    assert set(found) == set(tables)
    for table, (rows_in, rows_out, duplicates, quarantined) in found.items():
        assert rows_in == build.value(f'select count(*) from landed."{table}"')
        assert (rows_out, duplicates, quarantined) == (rows_in, 0, 0)
    closed = "where is_deleted and close_date is not null and rep_id is not null"
    assert build.value(f"select count(*) from staging.stg_salesforce__opportunities {closed}") > 0


def test_history_mode_keeps_the_active_row(build_project: BuildProject, tmp_path: Path) -> None:
    columns = [*FIELDS, "_fivetran_active", "_fivetran_start", "_fivetran_end"]
    first, deleted = ROWS[0], "006A00000000002"
    ended, open_end = "2025-08-01 00:00:00", "9999-12-31 23:59:59"
    rows = [
        (*first, "false", "2025-07-01 00:00:00", ended),
        (*first[:3], "Closed Won", *first[4:], "true", ended, open_end),
        # Deleted in the CRM: its last version is closed and none is active.
        (deleted, *first[1:], "false", "2025-07-01 00:00:00", "2025-07-15 00:00:00"),
        (deleted, *first[1:3], "Closed Lost", *first[4:], "false", "2025-07-15 00:00:00", ended),
    ]
    write_csv(tmp_path / "salesforce", "opportunity", columns, rows)
    build = build_project(tmp_path, select=STAGING)
    assert opportunities(build, "stage_name, is_deleted, row_copies, bad_values") == [
        ("Closed Won", False, 2, None),
        ("Closed Lost", True, 2, None),
    ]


def test_a_stock_salesforce_export_stages_as_it_lies(
    build_project: BuildProject, shared_data: Path, tmp_path: Path
) -> None:
    """CamelCase, month first, no owner of an opportunity, no creation of a lead."""
    source = shared_data / "salesforce_devorg_mit"
    if not source.is_dir():
        pytest.skip("salesforce_devorg_mit is not among the public data here")
    (tmp_path / "salesforce").symlink_to(source)
    build = build_project(
        tmp_path,
        select=STAGING,
        tests=True,
        vars={
            "raw_formats": {"salesforce": {"date": "m/d/y"}},
            "waived_columns": {
                "salesforce": {"opportunity": ["owner_id"], "lead": ["created_date"]}
            },
        },
    )
    assert audit(build) == {
        "opportunity": [36, 36, 0, 0],
        "opportunity_history": [48, 48, 0, 0],
        "account": [18, 18, 0, 0],
        "lead": [22, 22, 0, 0],
    }
    assert build.value(
        "select min(changed_at) from staging.stg_salesforce__opportunity_history"
    ) == dt.datetime(2026, 2, 23, 20, 55)
    assert build.query(
        "select sum(amount), count(*) from staging.stg_salesforce__opportunities where is_won"
    ) == [(Decimal("2815000.00"), 12)]
    # Its deals were typed in after they closed: their close dates are right, and nothing is wrong.
    assert not build.query("select table_name, column_name from intermediate.int_raw_bad_values")
    assert build.query(
        "select count(*), count(*) filter (where close_date < created_at::date)"
        " from staging.stg_salesforce__opportunities where close_date is not null"
    ) == [(36, 32)]


def test_the_audit_knows_every_table_of_the_contract(staged: Build) -> None:
    contract = {
        (source["name"], table["name"])
        for path in (REPO / "models" / "staging").glob("*/_*__sources.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
    }
    listed = staged.query("select source_name, table_name from intermediate.int_raw_audit")
    assert set(listed) == contract


def test_an_as_of_date_that_is_no_day_is_told(build_project: BuildProject, tmp_path: Path) -> None:
    folder = write_deals(tmp_path, "Fivetran")
    build = build_project(folder, as_of="2025-02-30", select="int_calendar_days", check=False)
    assert any(
        "SALES_METRICS_AS_OF_DATE says '2025-02-30', which is not a day" in error
        for error in build.errors
    )


def test_a_thread_count_of_zero_is_told(build_project: BuildProject, tmp_path: Path) -> None:
    write_csv(tmp_path / "csv_export", "opportunities", ["id"], [])
    build = build_project(tmp_path, select=STAGING, threads=0, check=False)
    assert "SALES_METRICS_THREADS says '0'; it takes a whole number from 1." in only_error(build)


def test_a_database_named_like_a_schema_is_refused(
    build_project: BuildProject, tmp_path: Path
) -> None:
    build = build_project(
        GOLDEN, select="int_scopes", check=False, database=tmp_path / "marts.duckdb"
    )
    assert not build.success
    assert any("cannot be called marts.duckdb" in error for error in build.errors)

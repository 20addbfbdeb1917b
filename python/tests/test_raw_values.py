"""Files and values nobody would write on purpose: read as the contract says, or told in a sentence.

Each small company is written by hand, in the shape its loader gives it; what staging makes of it is
stated here by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from harness import GOLDEN, REPO, Ask, Build, BuildProject
from sales_metrics.dbt_runs.reading import Reading, Refusal
from sales_metrics.expectations.landing import write_landing

STAGING = (
    "path:models/staging int_raw_rows_tallied int_raw_rows_counted"
    " int_raw_audit int_raw_quarantine int_raw_bad_values"
    " int_raw_doubts int_salesforce__currencies int_crm_currencies int_home_currency"
    " int_exchange_rates_dated"
)
CSV_GOLDEN = REPO / "python" / "tests" / "golden" / "csv_export" / "raw"
PHOENIX = {"business_timezone": "America/Phoenix"}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def only_error(build: Build) -> str:
    assert not build.success
    (message,) = {error.split("> in macro")[0].strip() for error in build.errors}
    return message.split("\n")[-1].strip()


def bad_values(build: Build) -> set[tuple[str, str, int]]:
    return set(
        build.query(
            "select table_name, column_name, rows_failing from intermediate.int_raw_bad_values"
        )
    )


def doubts(build: Build) -> set[tuple[str, str, str | None, int, str]]:
    return set(
        build.query(
            "select table_name, check_id, column_name, rows_failing, sample_ids"
            " from intermediate.int_raw_doubts"
        )
    )


@pytest.fixture(scope="module")
def exported(build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A CSV export of a company in Phoenix, seven hours behind UTC."""
    folder = write(
        tmp_path_factory.mktemp("exported"),
        {
            "csv_export/opportunities": (
                '# Pipeline report, "all teams"\r\n\r\n# taken at 6 in the morning\r\n'
                "id,owner,stage,created_date,close_date,amount,name,probability\r\n"
                '#77,william.hartley,Open,2025-03-03T18:00:00Z,2025-04-01T03:00Z,1e3,"A, #1",40\r\n'
                "#78,william.hartley,Open,2025-03-03,2025-04-01T00:00:00Z,NaN,B,140\r\n"
                "#79,william.hartley,Open,2025-03-03,2025/04/01,9999999999999999,C,-1\r\n"
                "#80,william.hartley,Open,2025-03-03,2025-04-01 03:00,-Infinity,D,nan\r\n"
                # Twice, and nothing says which is right; the other only differs in blanks.
                "#81,william.hartley,Open,2025-03-03,2025-04-02,500,E,\r\n"
                "#81,william.hartley,Open,2025-03-03,2025-04-02,700,E,\r\n"
                "#82,william.hartley,Open,2025-03-03,2025-04-02,500,F,\r\n"
                "#82, william.hartley,Open ,2025-03-03,2025-04-02,500,F,\r\n"
            ),
            "csv_export/reps": (
                "id,name,start_date,end_date\nwilliam.hartley,William,0001-01-01,9999-12-31\n"
                "005partsmanager,No id,2025-01-01,2025-06-30\n"
            ),
            "planning/quotas": "rep,month,amount\nwilliam.hartley,2025-04,100\nx,2025-04,-1\n",
            "planning/targets": "segment,quarter,metric,amount\n",
            "planning/rep_roster": (
                "rep,start,end,role\nwilliam.hartley,0001-01-01,9999-12-31,account_executive\n"
            ),
            "planning/call_scores": (
                "rep,scored_at,score\nwilliam.hartley,2025-04-01,inf\n"
                "william.hartley,2025-04-02,NaN\nwilliam.hartley,2025-04-03,101\n"
                "william.hartley,2025-04-04,88.5\n"
            ),
        },
    )
    return build_project(folder, select=STAGING, vars=PHOENIX, tests=True)


def test_no_row_of_a_csv_file_is_taken_for_a_comment(exported: Build) -> None:
    assert exported.query(
        "select opportunity_id, opportunity_name from staging.stg_csv_export__opportunities"
        " order by 1 limit 3"
    ) == [("#77", "A, #1"), ("#78", "B"), ("#79", "C")]
    assert exported.query(
        "select rows_in, rows_out, duplicate_rows, lines_before_header"
        " from intermediate.int_raw_audit where table_name = 'opportunities'"
    ) == [(8, 6, 2, 2)]


def test_a_time_in_a_date_column_is_an_instant_unless_it_is_midnight(exported: Build) -> None:
    assert exported.query(
        "select opportunity_id, close_date from staging.stg_csv_export__opportunities"
        " order by 1 limit 4"
    ) == [
        ("#77", dt.date(2025, 3, 31)),
        ("#78", dt.date(2025, 4, 1)),
        ("#79", dt.date(2025, 4, 1)),
        # Nothing says where the clock stood that showed this time.
        ("#80", dt.date(2025, 4, 1)),
    ]


def test_what_is_no_number_of_the_contract_is_counted(exported: Build) -> None:
    assert exported.query(
        "select amount, crm_probability from staging.stg_csv_export__opportunities"
        " order by opportunity_id limit 4"
    ) == [(Decimal(1000), 0.4), (None, None), (None, None), (None, None)]
    assert bad_values(exported) == {
        ("opportunities", "amount", 3),
        ("opportunities", "probability", 3),
        ("call_scores", "score", 3),
        ("quotas", "amount", 1),
    }


def test_copies_that_contradict_each_other_are_told_apart_from_harmless_ones(
    exported: Build,
) -> None:
    assert doubts(exported) == {
        ("opportunities", "contradicting_copies", None, 1, "#81"),
        ("opportunities", "uncertain_day", "close_date", 1, "#80"),
    }


def test_a_name_of_15_characters_is_no_salesforce_id(exported: Build) -> None:
    assert exported.query("select rep_id from staging.stg_planning__quotas order by 1") == [
        ("william.hartley",),
        ("x",),
    ]
    assert exported.query("select rep_id from staging.stg_csv_export__reps order by 1") == [
        ("005partsmanager",),
        ("william.hartley",),
    ]


def test_a_window_may_have_no_beginning_and_no_end(exported: Build) -> None:
    open_ended = [(dt.date(1, 1, 1), None)]
    where = "where rep_id = 'william.hartley'"
    for table in ("stg_planning__rep_roster", "stg_csv_export__reps"):
        found = exported.query(f"select starts_on, ends_on from staging.{table} {where}")
        assert found == open_ended


@pytest.fixture(scope="module")
def loaded(build_project: BuildProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Salesforce tables as a loader types them, of a company in Los Angeles; two CRMs."""
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "salesforce").mkdir()
    tables = {
        "opportunity": """
            select '006000000000A' || place as id, '005000000000901AAA' as owner_id,
                'Demo' as stage_name, amount, close_date, probability,
                timestamptz '2025-05-05 12:00+00' as created_date
            from (values
                ('01', 'nan'::double, timestamptz '2025-06-30 00:00+00', 30::double),
                ('02', 'inf'::double, timestamptz '2025-06-30 23:30+00', 'nan'::double),
                ('03', 9999999999999999::double, timestamptz '2025-07-01 05:00+00', 101::double),
                ('04', 2e12::double, null, null)
            ) as t (place, amount, close_date, probability)""",
        "event": """
            select '00U00000000090' || place as id, '005000000000901AAA' as owner_id,
                day as is_all_day_event, start_date_time, activity_date
            from (values
                ('1', true, timestamp '2025-06-12 00:00', date '2025-06-12'),
                ('2', true, timestamp '2025-06-13 00:00', null),
                ('3', false, timestamp '2025-06-12 02:00', date '2025-06-11'),
                ('4', true, timestamp '2025-06-14 07:00', null)
            ) as t (place, day, start_date_time, activity_date)""",
        "dated_conversion_rate": """
            select * from (values
                ('SEK', 10.4, date '0001-01-01', date '2025-02-01'),
                ('SEK', 10.2, date '2025-02-01', date '9999-12-31'),
                ('NOK', 0.0, date '0001-01-01', date '9999-12-31')
            ) as t (iso_code, conversion_rate, start_date, next_start_date)""",
        "currency_type": "select 'SEK' as iso_code, 9.9 as conversion_rate",
    }
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, query in tables.items():
            connection.execute(f"copy ({query}) to '{folder}/salesforce/{name}.parquet'")
    write(
        folder,
        {
            "csv_export/opportunities": "id,owner,stage,created_date,close_date,amount\n",
            # A source and a name of four letters: 15 characters, and no id.
            "planning/quotas": (
                "rep,month,amount\ncsv_export:anna,2025-06,5\nsalesforce:005000000000901,2025-06,7\n"
            ),
            "planning/targets": "segment,quarter,metric,amount\n",
        },
    )
    return build_project(
        folder, select=STAGING, vars={"business_timezone": "America/Los_Angeles"}, tests=True
    )


def test_numbers_without_end_or_beyond_the_contract_are_bad_values(loaded: Build) -> None:
    assert loaded.query(
        "select amount from staging.stg_salesforce__opportunities order by opportunity_id"
    ) == [(None,), (None,), (None,), (Decimal(2_000_000_000_000),)]
    assert bad_values(loaded) == {
        ("opportunity", "amount", 3),
        ("opportunity", "probability", 2),
        ("dated_conversion_rate", "conversion_rate", 1),
    }


def test_a_salesforce_date_is_a_day_whatever_time_a_loader_writes(loaded: Build) -> None:
    assert loaded.query(
        "select close_date from staging.stg_salesforce__opportunities order by opportunity_id"
    ) == [(dt.date(2025, 6, 30),), (dt.date(2025, 6, 30),), (dt.date(2025, 7, 1),), (None,)]
    ((table, check, column, rows, _),) = doubts(loaded)
    assert (table, check, column, rows) == ("opportunity", "uncertain_day", "close_date", 2)


def test_an_event_of_whole_days_stays_on_its_day_west_of_utc(loaded: Build) -> None:
    assert loaded.query(
        "select started_at from staging.stg_salesforce__events order by activity_id"
    ) == [
        (dt.datetime(2025, 6, 12, 7),),
        (dt.datetime(2025, 6, 13, 7),),
        (dt.datetime(2025, 6, 12, 2),),
        (dt.datetime(2025, 6, 14, 7),),
    ]


def test_the_first_rate_reaches_back_to_the_beginning(loaded: Build) -> None:
    assert loaded.query(
        "select valid_from, valid_to, conversion_rate from intermediate.int_exchange_rates_dated"
        " where currency_code = 'SEK' order by 1"
    ) == [
        (dt.date(1900, 1, 1), dt.date(2025, 2, 1), Decimal("10.4")),
        (dt.date(2025, 2, 1), dt.date(9999, 12, 31), Decimal("10.2")),
    ]


def test_planning_ids_are_completed_where_they_are_ids(loaded: Build) -> None:
    assert loaded.query("select rep_id from staging.stg_planning__quotas order by 1") == [
        ("csv_export:anna",),
        ("salesforce:005000000000901AAA",),
    ]


def test_formats_and_instants_are_declared_by_source_table_and_column(
    build_project: BuildProject, tmp_path: Path
) -> None:
    folder = write(
        tmp_path,
        {
            "csv_export/opportunities": (
                "id,owner,stage,created_date,close_date,amount,probability\n"
                'D-1,eva,Open,03.02.2025 14:30,31.12.2025,"1.234,50","0,4"\n'
                "D-2,eva,Open,3.2.25,2025-12-31,1234.50,1\n"
            ),
            "csv_export/stage_changes": (
                "opportunity_id,changed_at,stage,amount,close_date\n"
                "D-1,2025-02-03T14:30:00Z,Open,99.5,31/12/2025\n"
            ),
            "csv_export/leads": "id,created_date,converted_date\nL,3.2.25,04.02.2025 00:00\n",
        },
    )
    build = build_project(
        folder,
        select=STAGING,
        vars={
            **PHOENIX,
            "raw_formats": {
                "csv_export": {
                    "date": "d.m.y",
                    "amount": "eu",
                    "stage_changes": {"date": "iso", "amount": "plain", "close_date": "d/m/y"},
                }
            },
            "raw_instants": {"csv_export": {"leads": {"converted_date": "always"}}},
        },
    )
    # A day where an instant is wanted begins at midnight in Phoenix.
    assert build.query(
        "select created_at, close_date, amount, bad_values"
        " from staging.stg_csv_export__opportunities order by opportunity_id"
    ) == [
        (dt.datetime(2025, 2, 3, 14, 30), dt.date(2025, 12, 31), Decimal("1234.50"), None),
        (dt.datetime(2025, 2, 3, 7), None, None, "amount,close_date"),
    ]
    # No chance of the file is above 1: they are shares of one, not of a hundred.
    assert build.query(
        "select crm_probability from staging.stg_csv_export__opportunities order by opportunity_id"
    ) == [(0.4,), (1.0,)]
    assert build.query(
        "select changed_at, amount, close_date from staging.stg_csv_export__stage_changes"
    ) == [(dt.datetime(2025, 2, 3, 14, 30), Decimal("99.50"), dt.date(2025, 12, 31))]
    assert build.value("select converted_on from staging.stg_csv_export__leads") == dt.date(
        2025, 2, 3
    )


HEADER = "id,owner,stage,created_date,close_date,amount\n"
ROW = "D-1,eva,Open,2025-02-03,2025-12-31,100\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + ROW + "D-2,eva,Open,2025-02-03\n", "line 3 has fewer cells than the header;"),
        (HEADER + "D-2,eva, Inc.,Open,2025-02-03,2025-12-31,1\n" + ROW, "line 2 has more cells"),
        (HEADER + ROW + 'D-2,"eva,Open,2025-02-03,,1\n', "line 3 has a quote that is not closed;"),
        ("Deals\n" + HEADER.replace("stage,", "") + ROW, "the required column"),
    ],
)
def test_a_file_whose_rows_do_not_fit_its_header_stops_the_build(
    ask: Ask, build_project: BuildProject, tmp_path: Path, text: str, sentence: str
) -> None:
    raw = write(tmp_path / "raw", {"csv_export/opportunities": text})
    told = only_error(build_project(raw, select=STAGING, check=False))
    assert sentence in told
    assert str(raw / "csv_export" / "opportunities.csv") in told
    refused = ask(raw)
    assert isinstance(refused, Refusal)
    assert refused.sentences[0] == told


def test_the_audit_reads_the_lines_the_build_reads(ask: Ask, tmp_path: Path) -> None:
    text = '# Deals, "2025"\n\n' + HEADER + ROW + "#2,eva,Open #2,2025-02-03,2025-12-31,1\n"
    raw = write(tmp_path / "raw", {"csv_export/opportunities": text})
    told = ask(raw)
    assert isinstance(told, Reading)
    write_landing(told.files, tmp_path / "landing.duckdb")
    with duckdb.connect(str(tmp_path / "landing.duckdb"), read_only=True) as connection:
        found = connection.execute("select id, stage from csv_export.opportunities order by 1")
        assert found.fetchall() == [("#2", "Open #2"), ("D-1", "Open")]


def test_a_key_is_neither_waived_nor_advised_to_be(
    build_project: BuildProject, tmp_path: Path
) -> None:
    raw = write(tmp_path, {"csv_export/opportunities": HEADER.replace("id,", "number,", 1) + ROW})
    told = only_error(build_project(raw, select=STAGING, check=False))
    assert "the required column id is missing" in told
    assert "the var waived_columns" not in told
    assert told.endswith("it tells the rows apart, so none can do without it.")
    waived = {"waived_columns": {"csv_export": {"opportunities": ["id"]}}}
    told = only_error(build_project(raw, select=STAGING, check=False, vars=waived))
    assert told.startswith("The var waived_columns names csv_export.opportunities.id, which tells")


def waivable(folder: Path) -> dict[str, dict[str, list[str]]]:
    """The required columns of the tables of a raw folder that are no part of a key."""
    found: dict[str, dict[str, list[str]]] = {}
    for source, table, contract in contracts():
        columns = [
            column["name"]
            for column in contract["columns"]
            if column["config"]["meta"]["required"]
            and column["name"] not in contract["config"]["meta"]["key"]
            and not column["config"]["meta"].get("indispensable")
        ]
        if columns and (folder / source / f"{table}.csv").is_file():
            found.setdefault(source, {})[table] = columns
    return found


def contracts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Source, table and contract of every raw table."""
    for path in (REPO / "models" / "staging").glob("*/_*__sources.yml"):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                yield source["name"], table["name"], table


def without(raw: Path, folder: Path, columns: Mapping[str, Mapping[str, list[str]]]) -> Path:
    """A copy of a raw folder whose files lack these columns, whatever they are spelled like."""
    shutil.copytree(raw, folder)
    for source, table, contract in contracts():
        names = columns.get(source, {}).get(table, [])
        spellings = {
            spelling
            for column in contract["columns"]
            if column["name"] in names
            for spelling in (column["name"], *column["config"]["meta"].get("spellings", []))
        }
        if names:
            path = folder / source / f"{table}.csv"
            with path.open(encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file)
            kept = [place for place, name in enumerate(header) if name.lower() not in spellings]
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(
                    [row[place] for place in kept] for row in [header, *rows]
                )
    return folder


@pytest.mark.parametrize("raw", [GOLDEN, CSV_GOLDEN], ids=["salesforce", "csv_export"])
def test_a_company_builds_without_any_column_that_may_be_waived(
    build_project: BuildProject, tmp_path: Path, raw: Path
) -> None:
    """All of them at once: what none of them gives, no model may rest on."""
    columns = waivable(raw)
    assert sum(len(names) for tables in columns.values() for names in tables.values()) > 4
    folder = without(raw, tmp_path / "raw", columns)
    build = build_project(folder, vars={"waived_columns": columns})
    source, table = (
        ("salesforce", "opportunity")
        if raw == GOLDEN
        else (
            "csv_export",
            "opportunities",
        )
    )
    deals = build.value("select count(*) from marts.fct_opportunities")
    assert deals == build.value(
        "select rows_out from intermediate.int_raw_audit where source_name = ? and table_name = ?",
        [source, table],
    )


def test_a_company_in_trillions_with_one_impossible_amount_is_consistent(
    build_project: BuildProject, tmp_path: Path
) -> None:
    """Every test of the project, on the golden company paid in a currency of small units."""
    folder = tmp_path / "raw"
    shutil.copytree(GOLDEN, folder)
    for table in ("opportunity", "opportunity_history"):
        path = folder / "salesforce" / f"{table}.csv"
        with duckdb.connect() as connection:
            connection.execute(
                f"create table t as from read_csv('{path}', header = true, all_varchar = true)"
            )
            columns = dict.fromkeys(
                name for (name, *_) in connection.execute("describe t").fetchall()
            )
            amount = next(name for name in columns if name.lower() == "amount")
            first = next(iter(columns))
            connection.execute(
                f'update t set "{amount}" = cast(try_cast("{amount}" as decimal(18, 2)) * 100000000'
                " as decimal(18, 2))"
            )
            connection.execute(
                f"update t set \"{amount}\" = '9999999999999999'"
                f' where "{first}" = (select min("{first}") from t)'
            )
            connection.execute(f"copy t to '{path}' (header)")
    build = build_project(folder, tests=True)
    assert build.query(
        "select table_name, rows_failing from marts.data_quality"
        " where check_id = 'unusable_value' and table_name like '%.amount' order by 1"
    ) == [("salesforce.opportunity.amount", 1), ("salesforce.opportunity_history.amount", 1)]


def test_a_load_without_stamps_is_reconciled_with_nothing(ask: Ask, tmp_path: Path) -> None:
    from sales_metrics.expectations.reconciling import write_reconciliation

    raw = write(
        tmp_path / "raw",
        {"csv_export/opportunities": "id,owner,stage,close_date,amount\nD,e,Won,2025-01-01,5\n"},
    )
    told = ask(raw, {"waived_columns": {"csv_export": {"opportunities": ["created_date"]}}})
    assert isinstance(told, Reading)
    write_landing(told.files, tmp_path / "landing.duckdb")
    work = tmp_path / "work.duckdb"
    with duckdb.connect(str(work)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.data_quality as select date '2025-02-01' as as_of_date"
        )
        connection.execute(
            "create table marts.fct_opportunities as"
            " select 'D' as opportunity_id, 5.0 as amount, 'won' as status"
        )
    comparison = tmp_path / "comparison.duckdb"
    write_reconciliation(
        comparison,
        tmp_path / "landing.duckdb",
        work,
        told.files,
        [{"source": "csv_export", "raw_stage": "Won", "is_won": "true", "is_lost": "false"}],
        "USD",
    )
    with duckdb.connect(str(comparison), read_only=True) as connection:
        assert connection.execute("select count(*) from profile.reconciled").fetchall() == [(0,)]

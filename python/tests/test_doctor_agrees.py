"""`doctor` says ok of a raw folder exactly where `dbt build` reads it, and refuses in its words.

The inputs are those docs/reliability.md lists, as far as they are judged before a model is built.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import Project
from sales_metrics.doctor.checks import judged

DEALS = (
    "id,owner,stage,created_date,close_date,amount\n"
    "D-1,ana,Qualified,2025-05-02,2025-07-31,12000\n"
    "D-2,ben,Closed Won,2025-04-11,2025-06-20,8500\n"
)
LEADS = "id,created_date\nL-1,2025-05-02\n"
HEADER, ROW, _ = DEALS.splitlines(keepends=True)
# What a build refuses of its raw folder, it refuses before any of them.
SELECT = "stg_csv_export__opportunities stg_csv_export__leads"
Spoil = Callable[[Path], Any]


def file(name: str, content: str | bytes) -> Spoil:
    def spoil(raw: Path) -> None:
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return spoil


def deals(content: str | bytes) -> Spoil:
    return file("csv_export/opportunities.csv", content)


def moved(to: str) -> Spoil:
    def spoil(raw: Path) -> None:
        (raw / to).parent.mkdir(parents=True, exist_ok=True)
        (raw / "csv_export" / "opportunities.csv").rename(raw / to)

    return spoil


def parquet(name: str, most: int | None = None, sql: str = "select 'x' as id") -> Spoil:
    """A Parquet file, or its first bytes."""

    def spoil(raw: Path) -> None:
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"copy ({sql}) to '{path}' (format parquet)")
        path.write_bytes(path.read_bytes()[:most])

    return spoil


def both(*spoils: Spoil) -> Spoil:
    return lambda raw: [spoil(raw) for spoil in spoils]


def nothing(_raw: Path) -> None:
    pass


WAIVED = {"waived_columns": {"csv_export": {"opportunities": ["created_date", "owner_id"]}}}
FORMATS = {"raw_formats": {"csv_export": {"date": "m/d/y"}}}
READ: dict[str, tuple[Spoil, dict[str, Any]]] = {
    "a small company": (nothing, {}),
    "a header alone": (deals(HEADER), {}),
    "a title before the header": (deals("# Deals, 2025\n\n" + DEALS), {}),
    "headers of a sheet": (deals(DEALS.replace("close_date", "Close Date")), {}),
    "the mark of UTF-8 and lines of Windows": (
        deals(b"\xef\xbb\xbf" + DEALS.replace("\n", "\r\n").encode()),
        {},
    ),
    "numbers that became text": (deals(DEALS.replace("8500", "about ten")), {}),
    "amounts without end": (deals(DEALS.replace("8500", "inf").replace("12000", "NaN")), {}),
    "copies that contradict each other": (deals(DEALS + ROW.replace("12000", "5")), {}),
    "rows without a key": (deals(DEALS + ROW.replace("D-1", "")), {}),
    "dates of the future": (deals(DEALS.replace("2025-0", "2093-0")), {}),
    "ids that are addresses": (deals(DEALS.replace("D-1", "ana@example.com")), {}),
    "dates as m/d/y": (deals(DEALS.replace("2025-05-02", "5/2/2025")), FORMATS),
    "required columns waived": (
        deals("id,stage,close_date,amount\nD-1,Open,2025-05-02,1\n"),
        WAIVED,
    ),
    "two columns for one": (deals(f"{HEADER[:-1]},CloseDate\n{ROW[:-1]},x\n"), {}),
    "one header twice": (deals(f"{HEADER[:-1]},amount\n{ROW[:-1]},x\n"), {}),
    "a CSV file beside a Parquet file": (
        both(
            parquet("csv_export/leads.parquet", sql="select 'L' as id, '2025-01-02' as created_at"),
            file("csv_export/leads.csv", "id,created_date\nL,2025-01-02\n"),
        ),
        {},
    ),
    "a misspelt file": (file("csv_export/laeds.csv", "id\n1\n"), {}),
    "a packed file": (file("csv_export/leads.csv.gz", gzip.compress(LEADS.encode())), {}),
    "a folder of parts": (file("csv_export/leads/part-0.csv", LEADS), {}),
    "a required table in parts": (moved("csv_export/opportunities/part.csv"), {}),
    "a folder of another spelling": (file("Salesforce/opportunity.csv", "Id\n1\n"), {}),
    "a file of no table": (file('csv_export/o\'dd "name" [1].csv', b"\xff\xfe"), {}),
    "a day in as_of.csv": (file("as_of.csv", "as_of_date\n2025-06-30\n"), {}),
    "no day in as_of.csv, but in the var": (
        file("as_of.csv", "as_of_date\nno day\n"),
        {"as_of_date": "2025-06-30"},
    ),
}
REFUSED: dict[str, tuple[Spoil, dict[str, Any], str]] = {
    "no CRM": (moved("elsewhere/deals.csv"), {}, "No table of a CRM was found"),
    "a CRM that is not there": (nothing, {"crm_sources": ["salesforce"]}, "table opportunity is"),
    "a required file missing": (
        file("salesforce/task.csv", "id\n1\n"),
        {},
        "Source salesforce: the required table opportunity is missing in",
    ),
    "a required file packed": (
        moved("csv_export/opportunities.csv.zip"),
        {},
        "because it is packed: unpack it as csv_export/opportunities.csv.",
    ),
    "a required file misspelt": (
        moved("csv_export/oportunities.csv"),
        {},
        "because no table is called so; is it csv_export/opportunities?",
    ),
    "a folder of parts that lack a column": (
        file("csv_export/activities/part-0.csv", "id\n1\n"),
        {},
        "csv_export/activities/part-0.csv): the required column owner_id is missing",
    ),
    "planning without quotas": (
        file("planning/targets.csv", "segment,quarter,metric,amount\n"),
        {},
        "Source planning: the required table quotas is missing in",
    ),
    "an empty file": (deals(""), {}, "csv_export/opportunities.csv is empty: the export was cut"),
    "blank lines alone": (deals("\n\n"), {}, "the required column id is missing"),
    "an empty Parquet file": (
        file("csv_export/leads.parquet", ""),
        {},
        "csv_export/leads.parquet is empty: the export was cut off; export it again.",
    ),
    "a Parquet file cut off": (
        parquet("csv_export/leads.parquet", -20),
        {},
        "csv_export/leads.parquet is no whole Parquet file: the export was cut off",
    ),
    "a few bytes of a Parquet file": (
        parquet("csv_export/leads.parquet", 6),
        {},
        "csv_export/leads.parquet is no whole Parquet file: the export was cut off",
    ),
    "a CSV file called Parquet": (
        file("csv_export/leads.parquet", DEALS),
        {},
        "csv_export/leads.parquet is no whole Parquet file: the export was cut off or the name",
    ),
    "semicolons": (deals(DEALS.replace(",", ";")), {}, "is divided by semicolons, not by commas"),
    "tabs": (deals(DEALS.replace(",", "\t")), {}, "is divided by tabs, not by commas"),
    "fewer cells": (deals(DEALS + "D-3,eva\n"), {}, "line 4 has fewer cells than the header"),
    "more cells": (deals(DEALS + ROW[:-1] + ",!\n"), {}, "line 4 has more cells than the header"),
    "an open quote": (deals(DEALS + 'D-3,"eva\n'), {}, "line 4 has a quote that is not closed"),
    "another encoding": (
        deals(DEALS.replace("ben", "Ren\u00e9").encode("latin-1")),
        {},
        "line 3 is not in UTF-8",
    ),
    "another encoding far below": (
        deals((DEALS + ROW * 60 + ROW.replace("ana", "Ren\u00e9")).encode("latin-1")),
        {},
        "line 64 is not in UTF-8",
    ),
    "a header in another encoding": (
        deals(DEALS.replace("owner", "propri\u00e9taire").encode("latin-1")),
        {},
        "line 1 is not in UTF-8",
    ),
    "UTF-16": (deals(DEALS.encode("utf-16")), {}, "export it again as CSV in UTF-8"),
    "a renamed column": (
        deals(DEALS.replace("stage", "probable_stage")),
        {},
        "the required column stage is missing; looked for stage",
    ),
    "a column of two underscores": (
        deals(DEALS.replace("created_date", "created__date")),
        {},
        "the required column created_date is missing",
    ),
    "a key column missing": (
        deals(DEALS.replace("id,", "number,", 1)),
        {},
        "it tells the rows apart, so none can do without it.",
    ),
    "a key column waived": (
        nothing,
        {"waived_columns": {"csv_export": {"opportunities": ["id"]}}},
        "The var waived_columns names csv_export.opportunities.id, which tells the rows",
    ),
    "a column of an optional table missing": (
        file("csv_export/leads.csv", "id,mail\n1,\n"),
        {},
        "table leads (",
    ),
    "a day of as_of.csv in another order": (
        file("as_of.csv", "as_of_date\n30.06.2025\n"),
        {},
        "as_of.csv says '30.06.2025', which is not a day written YYYY-MM-DD",
    ),
    "a day of as_of.csv without signs": (
        file("as_of.csv", "as_of_date\n20250630\n"),
        {},
        "as_of.csv says '20250630', which is not a day",
    ),
    "a day that does not exist": (
        file("as_of.csv", "as_of_date\n2025-02-30\n"),
        {},
        "as_of.csv says '2025-02-30', which is not a day",
    ),
    "as_of.csv without a day": (
        file("as_of.csv", "as_of_date\n"),
        {},
        "as_of.csv says 'nothing', which is not a day",
    ),
    "as_of.csv of another width": (
        file("as_of.csv", "as_of_date\n2025-06-30,x\n"),
        {},
        "as_of.csv: line 2 has more cells than the header",
    ),
    "as_of.csv in another encoding": (
        file("as_of.csv", b"as_of_date\n\xff\n"),
        {},
        "as_of.csv: line 2 is not in UTF-8",
    ),
    "a day of the var": (nothing, {"as_of_date": "tomorrow"}, "The var as_of_date says 'tomorrow'"),
    "a misspelt var": (nothing, {"bokking_date": "history"}, "did you mean booking_date?"),
    "a misspelt column in a var": (
        nothing,
        {"raw_columns": {"csv_export": {"leads": {"lead_sorce": "x"}}}},
        "did you mean lead_source?",
    ),
    "a format nobody knows": (
        nothing,
        {"raw_formats": {"csv_export": {"date": "y/y/y"}}},
        "The date format 'y/y/y' of source csv_export is not known",
    ),
    "a format of a column nobody knows": (
        nothing,
        {"raw_formats": {"csv_export": {"opportunities": {"close_date": "y/y/y"}}}},
        "The date format 'y/y/y' of source csv_export is not known",
    ),
    "instants nobody knows": (
        nothing,
        {"raw_instants": {"csv_export": {"opportunities": {"close_date": "perhaps"}}}},
        "The var raw_instants says 'perhaps'",
    ),
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    deals(DEALS)(tmp_path / "raw")
    return tmp_path / "raw"


def told(project: Project, raw: Path, given: Mapping[str, Any]) -> list[str]:
    return [one.sentence for one in judged(project.ask(raw, given)) if one.is_error]


@pytest.mark.parametrize(("spoil", "given"), READ.values(), ids=READ)
def test_what_the_build_reads_is_well(
    project: Project, raw: Path, spoil: Spoil, given: Mapping[str, Any]
) -> None:
    spoil(raw)
    assert project.refused(raw, SELECT, given) == []
    assert told(project, raw, given) == []


@pytest.mark.parametrize(("spoil", "given", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_the_build_refuses_is_told_in_its_words(
    project: Project, raw: Path, spoil: Spoil, given: Mapping[str, Any], sentence: str
) -> None:
    spoil(raw)
    (refused,) = project.refused(raw, SELECT, given)
    assert sentence in refused
    first, *_ = told(project, raw, given)
    assert first == refused


def test_all_that_is_wrong_is_told_at_once(project: Project, raw: Path) -> None:
    """The build stops at the first."""
    deals(DEALS.replace("stage", "step").replace("owner", "mail"))(raw)
    file("as_of.csv", "as_of_date\nno day\n")(raw)
    file("planning/targets.csv", "segment,quarter,metric,amount,x\na\n")(raw)
    file("csv_export/leads.csv", "id;created_date\n")(raw)
    found = told(project, raw, {})
    wanted = [
        "as_of.csv says 'no day'",
        "the required table quotas is missing",
        "targets.csv: line 2 has fewer cells",
        "leads.csv is divided by semicolons",
        "the required column owner_id is missing",
        "the required column stage is missing",
    ]
    assert sorted(part for one in found for part in wanted if part in one) == sorted(wanted)
    assert len(found) == len(wanted)
    parquet("csv_export/reps.parquet", -20)(raw)
    assert any("reps.parquet is no whole Parquet file" in one for one in told(project, raw, {}))

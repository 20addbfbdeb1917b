"""Which table is which, whoever laid it there and whatever its columns are called."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

import landings
from harness import REPO
from sales_metrics.errors import SalesMetricsError
from sales_metrics.init.contracts import contracts
from sales_metrics.init.landing import look
from sales_metrics.init.proposing import Looked, looked
from sales_metrics.init.tables import Matches, matched
from sales_metrics.init.writing import recipe_files

Sheet = Sequence[Sequence[object]]
PIPEDRIVE: Sheet = [
    ["Deal - ID", "Deal - Title", "Deal - Value", "Deal - Stage", "Deal - Status", "Deal - Owner",
     "Deal - Deal created", "Deal - Won time", "Deal - Lost time", "Deal - Expected close date"],
    [1, "A", "100.50", "Demo", "won", "Ana", "2025-01-02 09:00:00",
     "2025-02-03 10:00:00", "", "2025-03-01"],
    [2, "B", "200.50", "Demo", "lost", "Bo", "2025-01-03 09:00:00",
     "", "2025-02-04 10:00:00", "2025-03-02"],
    [3, "C", "300.50", "Lead In", "open", "Bo", "2025-01-04 09:00:00", "", "", "2025-03-03"],
]  # fmt: skip
DYNAMICS: Sheet = [
    ["Topic", "Est. Close Date", "Actual Close Date", "Est. Revenue", "Actual Revenue",
     "Pipeline Phase", "Status", "Owner", "Created On"],
    ["T1", "3/31/2025", "3/15/2025", "$1,000.00", "$900.00",
     "2-Develop", "Won", "Ana", "1/2/2025 9:05 AM"],
    ["T2", "4/30/2025", "", "$2,000.00", "", "1-Qualify", "Open", "Bo", "1/13/2025 9:05 AM"],
]  # fmt: skip
GERMAN: Sheet = [
    ["Nummer", "Firma", "Verkaufsphase", "Betrag", "Erstellt am", "Abschlussdatum", "Verkäufer"],
    ["V1", "Müller & Söhne", "Gewonnen", "1.200,50 €", "02.01.2025", "31.03.2025", "Jörg"],
    ["V2", "Maß AG", "Angebot", "15,00 €", "13.01.2025", "30.04.2025", "Jörg"],
]


def sheet(path: Path, rows: Sheet, delimiter: str = ",", encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def matches_of(folder: Path) -> list[Matches]:
    with duckdb.connect() as connection:
        return matched(look(folder, connection, folder / ".copies"), contracts(REPO), connection)


def read(
    folder: Path, target: Path, dates: str | None = None
) -> tuple[Looked, Mapping[str, list[dict[str, object]]]]:
    """What is looked at, and the rows of each table as the selects that are written give them."""
    with duckdb.connect() as connection:
        seen = looked(folder, REPO, connection, dates, target / "raw" / "_utf8")
        rows: dict[str, list[dict[str, object]]] = {}
        for sql, _ in recipe_files(target, seen.plan):
            told = connection.execute(sql.read_text(encoding="utf-8"))
            names = [one[0] for one in told.description or ()]
            rows[sql.stem] = [dict(zip(names, row, strict=True)) for row in told.fetchall()]
    return seen, rows


def test_a_stage_that_never_closes_is_closed_by_the_status(tmp_path: Path) -> None:
    sheet(tmp_path / "in" / "deals-2025.csv", PIPEDRIVE)
    seen, rows = read(tmp_path / "in", tmp_path)
    deals = rows["opportunities"]
    assert [row["stage"] for row in deals] == ["Won", "Lost", "Lead In"]
    (recipe,) = seen.plan.recipes.values()
    assert recipe.phases == (("Demo", None), ("Lead In", None))
    # The day a deal closed goes before the day it was to close.
    assert [str(row["close_date"])[:10] for row in deals] == [
        "2025-02-03",
        "2025-02-04",
        "2025-03-03",
    ]


def test_phases_are_those_of_their_pipelines(tmp_path: Path) -> None:
    header = [*PIPEDRIVE[0], "Deal - Pipeline"]
    rows = [[*row, "New" if row[0] != 2 else "Renewals"] for row in PIPEDRIVE[1:]]
    sheet(tmp_path / "in" / "deals.csv", [header, *rows])
    seen, _ = read(tmp_path / "in", tmp_path)
    (recipe,) = seen.plan.recipes.values()
    assert recipe.phases == (("Demo", "New"), ("Demo", "Renewals"), ("Lead In", "New"))


def test_an_export_without_an_id_is_told_apart_by_what_differs(tmp_path: Path) -> None:
    sheet(tmp_path / "in" / "Opportunities.csv", DYNAMICS)
    seen, rows = read(tmp_path / "in", tmp_path)
    deals = rows["opportunities"]
    assert [row["stage"] for row in deals] == ["Won", "1-Qualify"]
    assert [row["amount"] for row in deals] == ["$900.00", "$2,000.00"]
    assert [row["close_date"] for row in deals] == ["3/15/2025", "4/30/2025"]
    assert [row["id"] for row in deals] == ["T1", "T2"]
    assert seen.plan.vars["raw_formats"] == {"csv_export": {"date": "m/d/y", "amount": "us"}}


def test_semicolons_windows_letters_and_decimal_commas(tmp_path: Path) -> None:
    sheet(tmp_path / "in" / "Verkaufschancen.csv", GERMAN, ";", "cp1252")
    seen, rows = read(tmp_path / "in", tmp_path)
    assert [row["account_id"] for row in rows["opportunities"]] == ["Müller & Söhne", "Maß AG"]
    assert rows["opportunities"][0]["owner_id"] == "Jörg"
    assert rows["opportunities"][0]["amount"] == "1.200,50 €"
    assert seen.plan.vars["raw_formats"] == {"csv_export": {"date": "d.m.y", "amount": "eu"}}


def test_exports_of_several_months_are_one_table(tmp_path: Path) -> None:
    sheet(tmp_path / "in" / "deals_2024.csv", PIPEDRIVE[:2])
    sheet(tmp_path / "in" / "deals_2025.csv", [PIPEDRIVE[0], *PIPEDRIVE[2:]])
    _, rows = read(tmp_path / "in", tmp_path)
    assert sorted(str(row["id"]) for row in rows["opportunities"]) == ["1", "2", "3"]


def test_a_folder_of_parts_is_read_where_it_lies(tmp_path: Path) -> None:
    """As staging reads it; several files of one table in the folder of the source it does not."""
    rows: Sheet = [
        ["id", "owner", "stage", "created_date", "close_date", "amount"],
        ["1", "ana", "Open", "2025-01-02", "2025-03-01", "5"],
    ]
    sheet(tmp_path / "parts" / "csv_export" / "opportunities" / "part-0.csv", rows)
    sheet(tmp_path / "parts" / "csv_export" / "opportunities" / "part-1.csv", rows)
    sheet(tmp_path / "files" / "csv_export" / "opportunities.csv", rows)
    sheet(tmp_path / "files" / "csv_export" / "opportunities_2.csv", rows)
    in_place, _ = read(tmp_path / "parts", tmp_path / "one")
    laid_down, rows_of = read(tmp_path / "files", tmp_path / "two")
    assert not in_place.plan.recipes
    assert laid_down.plan.recipes
    assert len(rows_of["opportunities"]) == 2


def test_json_lines_are_read_where_they_lie(tmp_path: Path) -> None:
    landings.airbyte(tmp_path / "hubspot")
    with duckdb.connect() as connection:
        found = {one.name: one for one in look(tmp_path, connection, tmp_path / ".copies").tables}
        # Two parts of one table, gzip; every value the text it is.
        deals = found["deals"]
        assert (deals.is_folder, deals.is_plain, deals.group) == (True, True, "hubspot")
        assert set(deals.columns.values()) == {"varchar"}
        ids = connection.execute(f"select count(*), count(id) from {deals.relation}").fetchall()
        assert deals.rows > 3
        assert ids == [(deals.rows, deals.rows)]
    seen, laid_down = read(tmp_path, tmp_path / "project")
    assert not laid_down
    assert seen.plan.raw_folder == tmp_path
    (source,) = [one for one in seen.plan.sources if one.source == "hubspot"]
    assert {"deal", "deal_property_history", "deal_pipeline", "company", "owner"} <= set(
        source.tables
    )


def test_true_and_false_are_known_in_other_languages(tmp_path: Path) -> None:
    """Of a stage that is called closed, who has not won has lost; headers leave small words out."""
    rows: Sheet = [
        ["Codice", "Cliente", "Fase", "Vinto", "Importo", "Data creazione", "Data chiusura",
         "Motivo perdita", "Chiuso"],
        ["O-1", "A", "Offerta", "", "5", "13.01.2025", "30.04.2025", "", "no"],
        ["O-2", "B", "Chiusa", "Sì", "6", "13.01.2025", "30.04.2025", "", "sì"],
        ["O-3", "C", "Chiusa", "No", "7", "13.01.2025", "30.04.2025", "Prezzo", "sì"],
    ]  # fmt: skip
    sheet(tmp_path / "in" / "Opportunita.csv", rows, ";", "cp1252")
    seen, laid_down = read(tmp_path / "in", tmp_path)
    deals = laid_down["opportunities"]
    assert [(row["id"], row["stage"], row["is_won"], row["is_closed"]) for row in deals] == [
        ("O-1", "Offerta", None, "false"),
        ("O-2", "Won", "true", "true"),
        ("O-3", "Lost", "false", "true"),
    ]
    assert (deals[2]["created_date"], deals[2]["loss_reason"]) == (
        "13.01.2025",
        "Prezzo",
    )
    assert seen.plan.recipes[("csv_export", "opportunities")].phases == (("Offerta", None),)


PORTUGUESE: Sheet = [
    ["ID da oportunidade", "Proprietário da oportunidade", "Nome da conta", "Fase", "Valor",
     "Probabilidade (%)", "Data de fechamento", "Data de criação"],
    ["1", "Ana", "A", "Proposta", "R$ 1.200,50", "50", "31/03/2025", "13/01/2025"],
    ["2", "Bia", "B", "Fechado e ganho", "R$ 15,00", "100", "30/04/2025", "14/01/2025"],
]  # fmt: skip
FRENCH: Sheet = [
    ["ID d'enregistrement", "Propriétaire de la transaction", "Entreprise associée",
     "Phase de la transaction", "Montant", "Probabilité (%)", "Date de fermeture",
     "Date de création"],
    ["1", "Ana", "A", "Proposition", "1 200,50 €", "50", "31/03/2025", "13/01/2025"],
    ["2", "Bia", "B", "Fermé gagné", "15,00 €", "100", "30/04/2025", "14/01/2025"],
]  # fmt: skip
DEUTSCH: Sheet = [
    ["Opportunity-ID", "Opportunity-Inhaber", "Accountname", "Phase", "Betrag",
     "Wahrscheinlichkeit (%)", "Schlusstermin", "Erstelldatum"],
    ["1", "Ana", "A", "Angebot", "1.200,50 kr", "50", "31.03.2025", "13.01.2025"],
    ["2", "Bia", "B", "Geschlossen und gewonnen", "15,00 kr", "100", "30.04.2025", "14.01.2025"],
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "currency"), [(PORTUGUESE, "BRL"), (FRENCH, "EUR"), (DEUTSCH, None)]
)
def test_exports_of_other_languages_are_read_whole(
    tmp_path: Path, rows: Sheet, currency: str | None
) -> None:
    """The thing itself may stand behind ("de la transaction"), and an amount names its currency."""
    sheet(tmp_path / "in" / "negocios.csv", rows, ";")
    _, laid_down = read(tmp_path / "in", tmp_path)
    first, second = laid_down["opportunities"]
    assert [first[name] for name in ("id", "owner_id", "account_id", "stage", "probability")] == [
        *("1", "Ana", "A", rows[1][3], "50")
    ]
    assert [second["close_date"], second["created_date"]] == [rows[2][6], rows[2][7]]
    assert first.get("currency") == currency
    assert str(first["amount"]).startswith(("1.200,50", "1 200,50"))


def test_a_column_is_what_its_values_and_its_whole_name_say(tmp_path: Path) -> None:
    """A day is no flag, "pipeline name" no name of a deal, and a status is no stage beside one."""
    sheet(
        tmp_path / "in" / "deals.csv",
        [
            ["Deal - ID", "Status", "Pipeline name", "Pipeline phase", "Deal - Deal created",
             "Closed", "Value"],
            ["1", "Won", "Sales", "Demo", "2025-01-13", "2025-03-31", "5"],
            ["2", "Open", "Sales", "Lead", "2025-01-14", "2025-04-30", "6"],
        ],
    )  # fmt: skip
    seen, laid_down = read(tmp_path / "in", tmp_path)
    first, _ = laid_down["opportunities"]
    assert first["pipeline"] == "Sales"
    assert (first["stage"], first["close_date"]) == ("Won", "2025-03-31")
    assert first["created_date"] == "2025-01-13"
    assert not {"name", "is_closed"} & set(first)
    # What a select makes is not asked for.
    asked = [one.asked for proposal in seen.plan.proposals for one in proposal.questions]
    assert asked == ["Where does csv_export.opportunities say owner_id? No column does."]


def test_a_history_whose_columns_nobody_knows_is_asked_about(tmp_path: Path) -> None:
    deals: Sheet = [
        ["Deal Id", "Owner", "Stage", "Created", "Close date", "Value"],
        ["1", "Ana", "Demo", "2025-01-13", "2025-03-31", "5"],
    ]
    log: Sheet = [["Deal Id", "Stage", "Modified Time"], ["1", "Demo", "2025-01-13 10:00:00"]]
    sheet(tmp_path / "known" / "Deals.csv", deals)
    sheet(tmp_path / "known" / "Stage History.csv", log)
    seen, _ = read(tmp_path / "known", tmp_path / "one")
    assert set(seen.plan.sources[0].tables) == {"opportunities", "stage_changes"}
    sheet(tmp_path / "unknown" / "Deals.csv", deals)
    sheet(tmp_path / "unknown" / "Stage History.csv", [["Deal Id", "Stage", "Wibble"], *log[1:]])
    seen, _ = read(tmp_path / "unknown", tmp_path / "two")
    asked = [one.asked for proposal in seen.plan.proposals for one in proposal.questions]
    assert len(asked) == 1
    assert "`Stage History.csv`? By its name it may be `stage_changes`" in asked[0]


def test_what_a_select_makes_is_not_asked_for(tmp_path: Path) -> None:
    sheet(
        tmp_path / "in" / "deals.csv",
        [
            ["Stage", "Owner", "Created", "Won time", "Lost time", "Value"],
            ["Won", "Ana", "2025-01-13", "2025-03-31", "", "5"],
            ["Won", "Ana", "2025-01-13", "2025-04-30", "", "5"],
        ],
    )
    seen, laid_down = read(tmp_path / "in", tmp_path)
    assert [row["close_date"] for row in laid_down["opportunities"]] == ["2025-03-31", "2025-04-30"]
    assert not [one.asked for proposal in seen.plan.proposals for one in proposal.questions]


def test_a_history_without_its_values_is_left_out(tmp_path: Path) -> None:
    """As a tap lands it: the build would refuse to do without them."""
    sheet(tmp_path / "salesforce" / "opportunity.csv", [
        ["id", "owner_id", "stage_name", "amount", "created_date", "close_date", "system_modstamp"],
        ["006000000000001", "005", "Demo", "5", "2025-01-06", "2025-03-01", "2025-01-06T10:00:00Z"],
    ])  # fmt: skip
    sheet(tmp_path / "salesforce" / "opportunity_field_history.csv", [
        ["id", "opportunity_id", "field", "created_date"],
        ["h1", "006000000000001", "StageName", "2025-01-06T10:00:00Z"],
    ])  # fmt: skip
    seen, _ = read(tmp_path, tmp_path / "out")
    assert seen.plan.vars["left_out_tables"] == {"salesforce": ["opportunity_field_history"]}
    assert "waived_columns" not in seen.plan.vars
    asked = [str(question) for one in seen.plan.proposals for question in one.questions]
    assert any("old_value" in one and "left out" in one for one in asked)


def test_dates_that_read_two_ways_are_left_out_until_somebody_says(tmp_path: Path) -> None:
    deals: Sheet = [
        ["Opp Id", "Stage", "Value", "Created", "Close Date", "Rep"],
        ["1", "Won", "100", "03/04/2025", "05/06/2025", "zoe"],
        ["2", "Demo", "150", "04/05/2025", "07/08/2025", "zoe"],
    ]
    sheet(tmp_path / "in" / "opps.csv", deals)
    seen, rows = read(tmp_path / "in", tmp_path / "silent")
    assert set(rows["opportunities"][0]) & {"created_date", "close_date"} == set()
    waived = seen.plan.vars["waived_columns"]["csv_export"]["opportunities"]
    assert {"created_date", "close_date"} <= set(waived)
    asked = [one.asked for proposal in seen.plan.proposals for one in proposal.questions]
    assert sum("How are the dates of" in one for one in asked) == 2
    said, told = read(tmp_path / "in", tmp_path / "told", "d/m/y")
    assert told["opportunities"][0]["close_date"] == "05/06/2025"
    assert said.plan.vars["raw_formats"]["csv_export"]["date"] == "d/m/y"


def test_a_title_before_the_header_and_blanks_in_names(tmp_path: Path) -> None:
    rows: Sheet = [["Report of deals"], [], *PIPEDRIVE]
    sheet(tmp_path / "in" / "report.csv", rows)
    _, told = read(tmp_path / "in", tmp_path)
    assert len(told["opportunities"]) == 3


def test_a_database_is_read_where_it_lies(tmp_path: Path) -> None:
    place = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(place)) as connection:
        connection.execute("create schema raw_crm")
        connection.execute(
            "create table raw_crm.opportunity as select '006000000000001AAA' as id,"
            " 'New' as stage_name, '005000000000001AAA' as owner_id,"
            " now() as created_date, today() as close_date,"
            " 'x' as _fivetran_synced"
        )
    with duckdb.connect() as connection:
        plan = looked(place, REPO, connection, None, tmp_path).plan
    assert plan.vars == {"raw_schemas": {"salesforce": "raw.raw_crm"}}
    assert plan.recipes == {}
    assert "laid down by Fivetran" in plan.proposals[0].decided[0]


@pytest.mark.parametrize("around", ["sf_{}_data", "{}", "raw_salesforce_{}"])
def test_names_of_loaders_around_a_table_are_seen_through(tmp_path: Path, around: str) -> None:
    # fmt: off
    deal = [["Id", "StageName", "OwnerId", "CreatedDate", "CloseDate", "Loss_Reason_Code__c"],
            ["006000000000001AAA", "New", "005000000000001AAA", "2025-01-02", "2025-03-04", ""]]
    history = [["Id", "OpportunityId", "CreatedDate", "StageName"],
               ["008000000000001AAA", "006000000000001AAA", "2025-01-02", "New"]]
    # fmt: on
    sheet(tmp_path / f"{around.format('opportunity')}.csv", deal)
    sheet(tmp_path / f"{around.format('opportunity_history')}.csv", history)
    (crm,) = matches_of(tmp_path)
    assert crm.source == "salesforce"
    assert set(crm.tables) == {"opportunity", "opportunity_history"}
    assert crm.tables["opportunity"].named == {"loss_reason": "Loss_Reason_Code__c"}


def test_a_snapshot_table_is_no_history_of_changes(tmp_path: Path) -> None:
    """Loaders in history mode call it so; its rows have the id of the deal and name no deal."""
    columns = ["Id", "StageName", "OwnerId", "CreatedDate", "CloseDate"]
    row = ["006000000000001AAA", "New", "005000000000001AAA", "2025-01-02", "2025-03-04"]
    sheet(tmp_path / "opportunity.csv", [columns, row])
    sheet(tmp_path / "opportunity_history.csv", [[*columns, "_fivetran_active"], [*row, "true"]])
    (crm,) = matches_of(tmp_path)
    assert set(crm.tables) == {"opportunity"}
    assert [found.name for found in crm.unread] == ["opportunity_history"]


def test_a_table_staging_would_mistake_is_left_out_and_asked_about(tmp_path: Path) -> None:
    """Read where it lies, staging finds it by its name, and would refuse to build."""
    columns = ["Id", "StageName", "OwnerId", "CreatedDate", "CloseDate"]
    row = ["006000000000001AAA", "New", "005000000000001AAA", "2025-01-02", "2025-03-04"]
    folder = tmp_path / "salesforce"
    sheet(folder / "opportunity.csv", [columns, row])
    sheet(folder / "opportunity_history.csv", [[*columns, "_fivetran_start"], [*row, "2025-01-02"]])
    with duckdb.connect() as connection:
        plan = looked(tmp_path, REPO, connection, None, tmp_path / "work").plan
    assert plan.recipes == {}
    assert plan.vars["left_out_tables"] == {"salesforce": ["opportunity_history"]}
    (asked,) = [one for one in plan.proposals[0].questions if "opportunity_history" in one.asked]
    assert "called like salesforce.opportunity_history and has other columns" in asked.asked


def test_a_folder_without_deals_says_what_was_seen(tmp_path: Path) -> None:
    sheet(tmp_path / "weather.csv", [["day", "degrees"], ["2025-01-01", "3"]])
    with duckdb.connect() as connection, pytest.raises(SalesMetricsError, match=r"Seen: weather\."):
        looked(tmp_path, REPO, connection, None, tmp_path)

"""The stage map that is proposed: from the CRM's list, moves, flags, names of many languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from sales_metrics.init.ordering import EXACT, broken, order_of_moves
from sales_metrics.init.proposals import Proposal
from sales_metrics.init.shapes import evidence_of_stages
from sales_metrics.init.stage_evidence import Evidence, with_phases
from sales_metrics.init.stage_words import said
from sales_metrics.init.stages import proposed
from sales_metrics.sql import literal

DEALS = {
    "deal_id": "varchar",
    "stage": "varchar",
    "pipeline": "varchar",
    "is_closed": "boolean",
    "is_won": "boolean",
    "probability": "double",
    "created_at": "timestamp",
}
CHANGES = {
    "deal_id": "varchar",
    "changed_at": "timestamp",
    "stage": "varchar",
    "pipeline": "varchar",
}
LISTED = {
    "stage": "varchar",
    "label": "varchar",
    "pipeline": "varchar",
    "sort_order": "double",
    "is_closed": "boolean",
    "is_won": "boolean",
    "probability": "double",
    "is_active": "boolean",
}
BEGIN = dt.datetime(2025, 1, 6, 9)


def rows_of(
    connection: duckdb.DuckDBPyConnection,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
) -> duckdb.DuckDBPyRelation:
    def cell(row: Mapping[str, Any], name: str, kind: str) -> str:
        value = row.get(name)
        return f"cast({'null' if value is None else literal(value)} as {kind})"

    typed = [", ".join(f"{cell(row, *one)} as {one[0]}" for one in columns.items()) for row in rows]
    none = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    selects = [f"select {one}" for one in typed] or [f"select {none} where false"]
    return connection.sql(" union all ".join(selects))


def map_of(
    deals: Sequence[Mapping[str, Any]],
    paths: Sequence[str] = (),
    listed: Sequence[Mapping[str, Any]] = (),
    days: int = 7,
) -> Proposal:
    """`paths`: the stages of each deal, a week apart and a day later than the last deal."""
    changes = [
        {
            "deal_id": f"P{number}",
            "changed_at": BEGIN + dt.timedelta(days=number + days * place),
            "stage": one,
        }
        for number, path in enumerate(paths)
        for place, one in enumerate(path.split(" > "))
    ]
    with duckdb.connect() as connection:
        evidence = Evidence(
            rows_of(
                connection, DEALS, [{"deal_id": f"D{at}", **one} for at, one in enumerate(deals)]
            ),
            rows_of(connection, CHANGES, changes),
            rows_of(connection, LISTED, listed),
        )
        return proposed(evidence, "csv_export")


def opened(proposal: Proposal) -> list[str]:
    rows = [row for row in proposal.rows["stage_map"] if not row["is_won"] and not row["is_lost"]]
    return [row["raw_stage"] for row in sorted(rows, key=lambda row: row["stage_order"])]


def closed(proposal: Proposal, outcome: str) -> list[str]:
    return [row["raw_stage"] for row in proposal.rows["stage_map"] if row[f"is_{outcome}"]]


def qualified(proposal: Proposal) -> list[str]:
    rows = proposal.rows["stage_map"]
    return [row["raw_stage"] for row in rows if row["is_qualified"] and not row["is_won"]]


def in_stages(*names: str) -> list[dict[str, Any]]:
    return [{"stage": name} for name in names]


def test_moves_order_stages_whose_names_tell_nothing() -> None:
    paths = ["Uno > Dos > Tres > Ganado"] * 4 + [
        "Uno > Tres > Dos > Tres > Perdido",
        "Dos > Perdido",
    ]
    proposal = map_of(in_stages("Uno", "Dos", "Tres", "Ganado", "Perdido"), paths)
    assert opened(proposal) == ["Uno", "Dos", "Tres"]
    assert (closed(proposal, "won"), closed(proposal, "lost")) == (["Ganado"], ["Perdido"])
    assert "breaks the fewest moves; 1 of " in proposal.decided[0]


@pytest.mark.parametrize(
    "names",
    [
        [
            "Neu",
            "Kontaktiert",
            "Qualifiziert",
            "Angebot gesendet",
            "In Verhandlung",
            "Gewonnen",
            "Verloren",
        ],
        ["Prospection", "Qualifié", "Proposition envoyée", "Négociation", "Fermé gagné", "Perdu"],
        [
            "Nuevo",
            "Contactado",
            "Calificado",
            "Propuesta enviada",
            "Negociación",
            "Ganada",
            "Perdida",
        ],
        ["Nuovo", "Qualificato", "Preventivo", "Trattativa", "Vinta", "Persa"],
        ["Lead", "Gekwalificeerd", "Offerte", "Onderhandeling", "Gewonnen", "Verloren"],
        ["Appointment Scheduled", "Qualified To Buy", "Contract Sent", "Closed Won", "Closed Lost"],
        [
            "Lead In",
            "Contact Made",
            "Demo Scheduled",
            "Proposal Made",
            "Negotiations Started",
            "Won",
            "Lost",
        ],
    ],
)
def test_names_of_many_languages_tell_order_and_outcome(names: list[str]) -> None:
    proposal = map_of(in_stages(*sorted(names)))
    assert opened(proposal) == names[:-2]
    assert closed(proposal, "won") == names[-2:-1]
    assert closed(proposal, "lost") == names[-1:]


def test_numbers_in_names_go_before_what_the_names_say() -> None:
    names = ["1 - Discovery", "2 - Prospecting", "3 - Negotiation", "4 - Won", "5 - Lost"]
    proposal = map_of(in_stages(*reversed(names)))
    assert opened(proposal) == names[:3]
    assert "the numbers in the names" in proposal.decided[0]


def test_the_list_of_the_crm_goes_before_moves_and_names() -> None:
    listed = [
        {"stage": "Zeta", "sort_order": 1, "is_closed": False, "is_won": False, "is_active": True},
        {"stage": "Alpha", "sort_order": 2, "is_closed": False, "is_won": False, "is_active": True},
        {"stage": "Lost it", "sort_order": 3, "is_closed": True, "is_won": True, "is_active": True},
        {"stage": "Old", "sort_order": 4, "is_closed": False, "is_won": False, "is_active": False},
    ]
    proposal = map_of(in_stages("Zeta", "Alpha"), ["Alpha > Zeta > Lost it"], listed)
    assert opened(proposal) == ["Zeta", "Alpha"]
    assert closed(proposal, "won") == ["Lost it"]


def test_a_stage_nobody_was_in_is_mapped_only_while_it_can_be_picked() -> None:
    base = {"is_closed": False, "is_won": False}
    listed = [
        {"stage": "New", "sort_order": 1, "is_active": True, **base},
        {"stage": "Pilot", "sort_order": 2, "is_active": True, **base},
        {"stage": "Gone", "sort_order": 3, "is_active": False, **base},
    ]
    assert opened(map_of(in_stages("New"), listed=listed)) == ["New", "Pilot"]


def test_a_phase_of_closed_deals_is_mapped_for_the_next_deal_in_it() -> None:
    """A status closes the deal, and its row no longer says in which phase it was."""
    with duckdb.connect() as connection:
        evidence = Evidence(
            rows_of(connection, DEALS, in_stages("3-Propose", "Won", "Lost")),
            rows_of(connection, CHANGES, []),
            rows_of(connection, LISTED, []),
        )
        told = with_phases(
            evidence, [("2-Develop", None), ("3-Propose", None), ("1-Qualify", None)]
        )
        proposal = proposed(told, "csv_export")
    assert opened(proposal) == ["1-Qualify", "2-Develop", "3-Propose"]
    assert (closed(proposal, "won"), closed(proposal, "lost")) == (["Won"], ["Lost"])


def test_the_flags_of_the_deals_go_before_the_name() -> None:
    flagged = {"is_closed": True, "is_won": True}
    deals = [
        *({"stage": "Invoiced", **flagged} for _ in range(9)),
        *({"stage": "Parked", "is_closed": True, "is_won": False} for _ in range(5)),
        *({"stage": "Signed off by legal", "is_closed": False, "is_won": False} for _ in range(5)),
    ]
    proposal = map_of(deals)
    assert closed(proposal, "won") == ["Invoiced"]
    assert closed(proposal, "lost") == ["Parked"]
    assert opened(proposal) == ["Signed off by legal"]


def test_an_old_name_is_the_stage_that_took_its_place() -> None:
    paths = ["New > Quote > Won"] * 12
    later = ["New > Proposal > Won"] * 12
    changes = [*paths, *["New"] * 30, *later]
    proposal = map_of(in_stages("New", "Proposal", "Won"), changes)
    rows = {row["raw_stage"]: row for row in proposal.rows["stage_map"]}
    assert rows["Quote"]["stage_id"] == rows["Proposal"]["stage_id"] == "proposal"
    assert rows["Quote"]["stage_order"] == rows["Proposal"]["stage_order"]
    assert any("`Quote` the old name of `Proposal`" in one.asked for one in proposal.questions)


def test_stages_that_deals_go_through_one_after_the_other_are_two() -> None:
    proposal = map_of(in_stages("New", "Proposal", "Won"), ["New > Quote > Proposal > Won"] * 20)
    rows = {row["raw_stage"]: row for row in proposal.rows["stage_map"]}
    assert rows["Quote"]["stage_id"] != rows["Proposal"]["stage_id"]


def test_a_name_hardly_a_deal_was_in_is_asked_about_and_not_mapped() -> None:
    paths = ["New > Demo > Won"] * 120 + ["New > Wibble > Demo > Won"]
    proposal = map_of(in_stages("New", "Demo", "Won"), paths)
    assert opened(proposal) == ["New", "Demo"]
    assert any("Is `Wibble` a stage?" in one.asked for one in proposal.questions)


def test_pipelines_have_stages_of_their_own_and_ids_that_differ() -> None:
    deals = [
        {"stage": stage, "pipeline": pipeline}
        for pipeline, stages in (
            ("New", "Lead Demo Won Lost"),
            ("Renewals", "Due Demo Quoted Won Lost"),
        )
        for stage in stages.split()
    ]
    rows = map_of(deals).rows["stage_map"]
    # The one with more deals is the main one.
    assert {row["pipeline_id"] for row in rows} == {"main", "new"}
    demos = [row for row in rows if row["raw_stage"] == "Demo"]
    assert sorted(row["pipeline"] for row in demos) == ["New", "Renewals"]
    assert len({row["stage_id"] for row in demos}) == 2
    assert [row["raw_stage"] for row in rows if row["is_won"]] == ["Won"]


def test_a_list_that_names_no_pipeline_holds_for_each() -> None:
    """As Salesforce lists the stages of all record types together, those nobody used too."""
    listed = [
        {
            "stage": stage,
            "sort_order": place,
            "is_closed": stage in ("Won", "Lost"),
            "is_won": stage == "Won",
        }
        for place, stage in enumerate(["Lead", "Demo", "Legal", "Won", "Lost", "Due", "Quoted"])
    ]
    deals = [
        {"stage": stage, "pipeline": pipeline}
        for pipeline, stages in (("N", "Lead Demo Demo Won Lost"), ("R", "Due Quoted Won"))
        for stage in stages.split()
    ]
    rows = map_of(deals, listed=listed).rows["stage_map"]
    funnels: dict[str, list[str]] = {}
    for row in rows:
        if not row["is_won"] and not row["is_lost"]:
            funnels.setdefault(row["pipeline_id"], []).append(row["raw_stage"])
    assert funnels == {"main": ["Lead", "Demo", "Legal"], "r": ["Due", "Quoted"]}
    assert [row["raw_stage"] for row in rows if row["is_won"]] == ["Won"]


def test_a_pipeline_of_one_stage_goes_with_the_first_and_parts_the_others_no_less() -> None:
    deals = [
        {"stage": stage, "pipeline": pipeline}
        for pipeline, stages in (
            ("New", "Lead Demo Won Lost"),
            ("Renewals", "Due Demo Won"),
            ("Services", "Scoping Won"),
            (None, "Demo"),
        )
        for stage in stages.split()
    ]
    rows = map_of(deals).rows["stage_map"]
    homes = {row["raw_stage"]: row["pipeline_id"] for row in rows if row["raw_stage"] != "Demo"}
    assert homes["Lead"] == homes["Scoping"] == "main"
    assert homes["Due"] == "renewals"
    # The row for any pipeline is that of the first, which a deal of none is in.
    demos = {row["pipeline"]: row["pipeline_id"] for row in rows if row["raw_stage"] == "Demo"}
    assert demos == {"": "main", "Renewals": "renewals"}


def test_a_log_of_fields_tells_where_a_deal_was_before_its_first_change() -> None:
    with duckdb.connect() as connection:
        deals = " union all ".join(
            "select 'salesforce' as source, 'D" + str(number) + "' as opportunity_id,"
            " 'Won' as stage_name, '' as pipeline, true as is_closed, 1.0 as crm_probability,"
            " timestamp '2025-01-06' as created_at, date '2025-02-01' as close_date,"
            " false as is_deleted"
            for number in range(12)
        )
        changes = " union all ".join(
            f"select 'salesforce' as source, 'D{number}' as opportunity_id, timestamp '{day}'"
            f" as changed_at, '{new}' as stage_name, '{old}' as old_stage_name, '' as pipeline"
            for number in range(12)
            for day, old, new in (
                ("2025-01-13", "Wibble", "Fnord"),
                ("2025-01-20", "Fnord", "Won"),
            )
        )
        connection.execute(f"create table int_crm_opportunities as {deals}")
        connection.execute(f"create table int_crm_opportunity_changes as {changes}")
        proposal = proposed(evidence_of_stages(connection, "salesforce"), "salesforce")
    assert opened(proposal) == ["Wibble", "Fnord"]
    days = {row["raw_stage"]: row["expected_days"] for row in proposal.rows["stage_map"]}
    assert days["Wibble"] == 7
    assert not any("How many days" in one.asked for one in proposal.questions)


def test_an_end_is_won_where_no_other_stage_is() -> None:
    names = ["Angebot", "Abschluss", "Kein Abschluss"]
    proposal = map_of(in_stages(*names))
    assert (closed(proposal, "won"), closed(proposal, "lost")) == (names[1:2], names[2:])
    assert any("Is `Abschluss` won?" in one.asked for one in proposal.questions)
    # Beside a stage that is won it is the last step before, and without a lost one it may be both.
    assert opened(map_of(in_stages(*names, "Gewonnen"))) == names[:2]
    assert opened(map_of(in_stages(*names[:2]))) == names[:2]


def test_where_deals_come_to_and_nobody_leaves_is_asked_about() -> None:
    paths = ["Lead > Demo > Fnord"] * 12 + ["Lead > Demo > Won"] * 3
    asked = [one.asked for one in map_of(in_stages("Fnord", "Won"), paths).questions]
    assert any("Do deals end in `Fnord`" in one for one in asked)
    assert not any("`Demo`" in one and "Do deals end" in one for one in asked)


def test_what_no_name_says_is_a_question() -> None:
    proposal = map_of(in_stages("Alpha", "Beta"))
    asked = " ".join(one.asked for one in proposal.questions)
    assert "No stage says that a deal is won" in asked
    assert "No stage says that a deal is lost" in asked
    assert "`Alpha`, `Beta` belong?" in asked


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ({"Prospecting": 0.1, "Qualification": 0.1, "Needs Analysis": 0.2}, ["Needs Analysis"]),
        ({"Prospecting": None, "Qualified": None, "Demo": None}, ["Qualified", "Demo"]),
        ({"A": None, "B": None, "C": None}, ["B", "C"]),
        # As in the map that is shipped: who is being qualified is not qualified yet.
        (
            {"Qualification": None, "Needs Analysis": None, "Proposal": None},
            ["Needs Analysis", "Proposal"],
        ),
        ({"MQL": None, "Discovery": None, "Demo": None}, ["Demo"]),
        # With nothing behind it, being qualified is as good as it gets.
        ({"Prospecting": None, "Engaging": None}, ["Engaging"]),
    ],
)
def test_from_where_on_a_deal_is_qualified(
    probabilities: dict[str, float | None], expected: list[str]
) -> None:
    deals = [{"stage": name, "probability": chance} for name, chance in probabilities.items()]
    assert qualified(map_of(deals)) == expected


def test_expected_days_are_those_observed_where_there_are_enough() -> None:
    rows = map_of(in_stages("New", "Demo", "Won"), ["New > Demo > Won"] * 12, days=5).rows[
        "stage_map"
    ]
    assert {row["raw_stage"]: row["expected_days"] for row in rows} == {
        "New": 5,
        "Demo": 5,
        "Won": "",
    }
    few = map_of(in_stages("New", "Demo", "Won"), ["New > Demo > Won"] * 3, days=5).rows[
        "stage_map"
    ]
    assert {row["expected_days"] for row in few} == {14, ""}


def test_a_stage_that_few_have_left_leans_on_the_funnel() -> None:
    deals = in_stages("New", "Demo", "Won")
    visits = ["New > Won"] * 16 + ["New > Demo > Won"] * 4
    rows = map_of(deals, visits, days=40).rows["stage_map"]
    assert {row["raw_stage"]: row["expected_days"] for row in rows} == {
        "New": 40,
        "Demo": 40,
        "Won": "",
    }


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("Closed Won", "won"),
        ("Closed - Lost to competitor", "lost"),
        ("Not Qualified", "lost"),
        ("Qualified", "open"),
        ("Customer evaluation", "open"),
        ("Customer", "won"),
        ("6 - Gagné", "won"),
        ("Abgeschlossen und verloren", "lost"),
        ("Closed won (Sales Pipeline)", "won"),
        ("closedwon", "won"),
        ("qualifiedtobuy", "open"),
        ("Qualified Out", "lost"),
        ("Marketing Qualified Lead", "open"),
        # What is denied is not won, and what is ahead is neither.
        ("Closed / Not Won", "lost"),
        ("Nicht gewonnen", "lost"),
        ("Ready to be signed", "open"),
        ("NDA signed", "open"),
        ("Verbal Won", "open"),
        # Beside a word for closed every word for won or lost counts.
        ("Closed - No Decision", "lost"),
        ("Closed - Paid", "won"),
        ("Paid pilot", "open"),
        ("Kein Abschluss", "lost"),
        ("Not interested", "lost"),
        ("Fnord", None),
    ],
)
def test_what_a_name_says(name: str, outcome: str | None) -> None:
    assert said(name).outcome == outcome


def test_more_things_than_the_exact_search_takes_are_ordered_too() -> None:
    names = [f"s{number:02}" for number in range(EXACT + 8)]
    moves = dict.fromkeys(pairwise(names), 3.0) | {("s05", "s02"): 1.0}
    order = order_of_moves(list(reversed(names)), moves)
    assert order == names
    assert broken(order, moves) == 1


def test_between_orders_that_break_equally_many_moves_ranks_decide() -> None:
    assert order_of_moves(["b", "a"], {}, {"a": 2.0, "b": 1.0}) == ["b", "a"]
    assert order_of_moves(["b", "a"], {("a", "b"): 1.0}, {"a": 2.0, "b": 1.0}) == ["a", "b"]


@pytest.mark.parametrize(
    "names",
    [
        ["初次接触", "需求分析", "报价"],
        ["Новая", "Встреча", "Договор"],
        ["10%", "25 %", "50%"],
        ["A+", "A-", "A"],
        ["Proposal/Quote", "Proposal - Quote"],
        ["1 - Discovery", "2 - Discovery"],
    ],
)
def test_names_that_leave_the_same_letters_are_stages_of_their_own(names: list[str]) -> None:
    rows = map_of(in_stages(*names, "Won", "Lost"), [" > ".join([*names, "Won"])] * 9).rows[
        "stage_map"
    ]
    ids = {row["raw_stage"]: row["stage_id"] for row in rows}
    assert len(set(ids.values())) == len(ids) == len(names) + 2
    again = map_of(in_stages(*names, "Won", "Lost"), [" > ".join([*names, "Won"])] * 9)
    assert {row["raw_stage"]: row["stage_id"] for row in again.rows["stage_map"]} == ids


def test_a_percentage_names_its_stage() -> None:
    rows = map_of(in_stages("10%", "25 %", "Won")).rows["stage_map"]
    assert [row["stage_id"] for row in rows] == ["stage_10", "stage_25", "closed_won"]


def test_pipelines_whose_names_leave_the_same_letters_are_two() -> None:
    deals = [
        {"stage": f"{pipeline} {number}", "pipeline": pipeline}
        for pipeline in ("A", "Продажи", "Продление", "B+", "B-")
        for number in ("one", "two", "three")
    ]
    rows = map_of(deals).rows["stage_map"]
    assert len({row["pipeline_id"] for row in rows}) == 5


def test_spellings_of_a_name_are_one_stage_with_a_row_each() -> None:
    paths = ["new > Demo > Closed Won"] * 6 + ["New > demo > Closed won"] * 3
    proposal = map_of(in_stages("New", "Demo", "Closed Won", "Closed lost"), paths)
    rows = {row["raw_stage"]: row for row in proposal.rows["stage_map"]}
    assert list(rows) == [
        "new", "New", "Demo", "demo", "Closed Won", "Closed won", "Closed lost"
    ]  # fmt: skip
    for one, other in (("new", "New"), ("Demo", "demo"), ("Closed Won", "Closed won")):
        assert rows[other] == {**rows[one], "raw_stage": other}
    assert rows["Closed won"]["stage_id"] == "closed_won"
    assert not [question for question in proposal.questions if "old name" in question.asked]


def test_ids_the_crm_lists_in_either_case_are_two_stages() -> None:
    listed = [
        {"stage": id_, "label": label, "sort_order": order, "is_closed": False, "is_won": False}
        for order, (id_, label) in enumerate((("aB1", "Demo"), ("ab1", "Quote")))
    ]
    assert opened(map_of(in_stages("aB1", "ab1"), listed=listed)) == ["aB1", "ab1"]

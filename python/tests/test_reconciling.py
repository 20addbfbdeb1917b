"""Which raw rows the marts are compared with: by loaders, merges, currencies and stage maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import Ask
from publishing_harness import write_work
from sales_metrics.expectations.audit import Audit
from sales_metrics.expectations.reconciling import write_reconciliation
from test_bad_input import audited, deals, write

WON = {"source": "salesforce", "raw_stage": "Closed Won", "is_won": "true", "is_lost": "false"}
OPEN = {"source": "salesforce", "raw_stage": "Discovery", "is_won": "false", "is_lost": "false"}
NO_MORE: list[dict[str, str]] = [
    {"is_deleted": "true"},
    {"_loader_deleted": "1"},
    {"_sdc_deleted_at": "2025-06-20T08:00:00Z"},
    {"archived": "true"},
    {"merged_into_id": "006000000000150"},
]
NAMES = list(dict.fromkeys(name for row in NO_MORE for name in row))
HALF = 100


@pytest.fixture(scope="module")
def audit(ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Of 200 deals half are won, five are no more, and every second has no currency."""
    folder = tmp_path_factory.mktemp("reconciling")
    rows = [
        {
            **row,
            "stage_name": "Closed Won" if place < HALF else "Discovery",
            "currency_iso_code": "usd" if place % 2 else "",
            **dict.fromkeys(NAMES, ""),
            **(NO_MORE[place] if place < len(NO_MORE) else {}),
        }
        for place, row in enumerate(deals())
    ]
    raw = write(folder / "raw", rows)
    # An amount without a currency is in the company's own.
    currencies = [
        {"iso_code": "EUR", "conversion_rate": "1", "is_corporate": "true"},
        {"iso_code": "USD", "conversion_rate": "1.1", "is_corporate": "false"},
    ]
    write(raw, currencies, "currency_type")
    return audited(ask, raw, folder / "work")


def compared(
    audit: Audit,
    folder: Path,
    stages: Sequence[Mapping[str, str]],
    currency: str = "USD",
    spoil: str = "",
) -> list[tuple[Any, ...]]:
    """measure, raw and mart amount, deals, missing ones: of marts that are right."""
    work = folder / "work.duckdb"
    write_work(work, 1, rows=3)
    with duckdb.connect(str(work)) as connection:
        connection.execute(
            "create table marts.fct_opportunities (opportunity_id varchar, status varchar,"
            " stage_id varchar, amount decimal(18, 2))"
        )
        connection.executemany(
            "insert into marts.fct_opportunities values (? || 'AAA', ?, ?, ? * ?)",
            [
                [
                    row["id"],
                    *(("won", "closed_won") if place < HALF else ("open", "discovery")),
                    float(row["amount"]),
                    1 if (currency == "USD") == bool(place % 2) else 1.1,
                ]
                for place, row in enumerate(deals())
                if place >= len(NO_MORE)
            ],
        )
        if spoil:
            connection.execute(spoil)
    comparison = folder / "comparison.duckdb"
    write_reconciliation(comparison, audit.database, work, audit.reading.files, stages, currency)
    with duckdb.connect(str(comparison)) as connection:
        return connection.execute(
            "select * exclude (source_name) from profile.reconciled order by 1"
        ).fetchall()


def test_what_is_gone_by_any_sign_and_other_currencies_are_not_compared(
    audit: Audit, tmp_path: Path
) -> None:
    for currency, rest in (("USD", 1), ("EUR", 0)):
        found = compared(audit, tmp_path, [WON, OPEN], currency)
        amounts = {
            measure: sum(
                float(row["amount"])
                for place, row in enumerate(deals())
                if place >= len(NO_MORE) and place % 2 == rest and (place < HALF) == is_won
            )
            for measure, is_won in (("open_pipeline", False), ("won_amount", True))
        }
        assert [(row[0], float(row[1]), float(row[2]), row[4]) for row in found] == [
            (measure, amount, amount, 0) for measure, amount in amounts.items()
        ]


@pytest.mark.parametrize(
    "won",
    [
        # Of another meaning in another pipeline, or before.
        [{**WON, "pipeline": "New"}, {**OPEN, "raw_stage": "Closed Won", "pipeline": "Renewal"}],
        [
            {**WON, "valid_from": "2024-01-01"},
            {**OPEN, "raw_stage": "Closed Won", "valid_to": "2024-01-01"},
        ],
        # Of none before.
        [{**WON, "valid_from": "2024-01-01"}],
    ],
)
def test_a_name_of_two_meanings_is_not_compared(
    audit: Audit, tmp_path: Path, won: list[dict[str, str]]
) -> None:
    found = compared(audit, tmp_path, [*won, OPEN])
    assert [(row[0], row[4]) for row in found] == [("open_pipeline", 0)]
    assert found[0][1] == found[0][2]


def test_a_name_of_one_meaning_in_two_pipelines_counts_once(audit: Audit, tmp_path: Path) -> None:
    once = compared(audit, tmp_path, [WON, OPEN])
    twice = [{**WON, "pipeline": "New"}, {**WON, "pipeline": "Renewal"}]
    assert compared(audit, tmp_path, [*twice, OPEN]) == once
    # A third pipeline is not in the map.
    unmapped = (
        "update marts.fct_opportunities set stage_id = 'unmapped', status = 'open'"
        " where opportunity_id like '%011AAA'"
    )
    found = {row[0]: row for row in compared(audit, tmp_path, [*twice, OPEN], spoil=unmapped)}
    assert found["won_amount"][1] == found["won_amount"][2] == once[1][1] - 1011
    told = {row[0]: row for row in compared(audit, tmp_path, [WON, OPEN], spoil=unmapped)}
    assert told["won_amount"][1] - told["won_amount"][2] == 1011

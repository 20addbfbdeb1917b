"""How dates and amounts are written: proposed where one format alone reads them, else asked."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest

from sales_metrics.init.formats import (
    chosen_amounts,
    chosen_dates,
    day_sql,
    other_day_sql,
    read_amounts,
    read_dates,
)
from sales_metrics.sql import literal


def relation(values: Sequence[str]) -> str:
    rows = ", ".join(f"({literal(one)})" for one in values)
    return f"(select * from (values {rows}) as told (value))"


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (["2025-03-04", "2025-12-31 10:00:00Z"], "iso"),
        (["03/04/25", "12/31/25"], "m/d/y"),
        (["03/04/2025", "31/12/2025 14:05"], "d/m/y"),
        (["4.3.2025", "31.12.2025"], "d.m.y"),
        (["04-03-25", "31-12-25"], "d-m-y"),
        (["3 Feb 2025", "28 Dec 2025"], "d mon y"),
        (["20250203", "20251231"], "ymd"),
        (["", ""], "iso"),
    ],
)
def test_the_one_format_that_reads_every_date_is_proposed(values: list[str], style: str) -> None:
    with duckdb.connect() as connection:
        read = read_dates(connection, relation(values), "value")
    assert chosen_dates({"value": read})["value"].format == style


def test_dates_that_read_two_ways_are_a_question() -> None:
    with duckdb.connect() as connection:
        read = read_dates(connection, relation(["03/04/2025", "01/12/2025"]), "value")
    chosen = chosen_dates({"value": read})["value"]
    assert chosen.format is None
    assert chosen.is_open == ("m/d/y", "d/m/y")


def test_another_column_of_the_source_settles_them() -> None:
    with duckdb.connect() as connection:
        open_ = read_dates(connection, relation(["03/04/2025", "01/12/2025"]), "value")
        settled = read_dates(connection, relation(["03/04/2025", "25/12/2025"]), "value")
    chosen = chosen_dates({"created": open_, "closed": settled})
    assert chosen["created"].format == "d/m/y"
    assert "other columns" in chosen["created"].why


def test_a_few_values_no_format_reads_are_no_reason_to_give_up() -> None:
    values = [f"2025-01-{day:02}" for day in range(1, 29)] + ["n/a", "tbd"]
    with duckdb.connect() as connection:
        read = read_dates(connection, relation(values), "value")
    chosen = chosen_dates({"value": read})["value"]
    assert chosen.format == "iso"
    assert "the rest no format does" in chosen.why


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (["1200.50", "-5", "1e3"], "plain"),
        (["1200", "15"], "plain"),
        (["$1,200.50", "$15", "$1,000,000"], "us"),
        (["1.200,50 €", "15,00 €"], "eu"),
        (["1 200,50", "15,00"], "eu"),
        (["1,200", "15,000", "7,500", "900"], "us"),
        (["1.200", "15.000", "7.500", "900"], "eu"),
        (["1.5", "12.25"], "plain"),
        (["EUR 1.200,50", "EUR 15,00"], "eu"),
        (["R$ 1.200,50", "R$ 15,00"], "eu"),
        (["1 200,50 zł", "15,00 zł"], "eu"),
    ],
)
def test_how_amounts_are_divided_tells_their_format(values: list[str], style: str) -> None:
    with duckdb.connect() as connection:
        read = read_amounts(connection, relation(values), "value")
    chosen = chosen_amounts({"value": read})["value"]
    assert (chosen.format, chosen.is_open) == (style, ())


def test_a_single_group_of_three_digits_is_doubted() -> None:
    """1.200 may be 1200 or one and a fifth; the others are whole numbers."""
    with duckdb.connect() as connection:
        read = read_amounts(connection, relation(["1.200", "15", "900"]), "value")
    assert chosen_amounts({"value": read})["value"].is_open


@pytest.mark.parametrize(
    ("text", "style", "day"),
    [
        ("9/29/25 1:05 PM", "m/d/y", "2025-09-29"),
        ("31/2/2025", "d/m/y", None),
        ("29.9.2025", "d.m.y", "2025-09-29"),
        ("2025/9/29", "iso", "2025-09-29"),
        ("29 Sep 2025", "iso", None),
    ],
)
def test_days_are_read_as_staging_reads_them(text: str, style: str, day: str | None) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(f"select cast({day_sql(literal(text), style)} as varchar)")
        assert found.fetchall() == [(day,)]


def test_days_staging_does_not_read_become_iso() -> None:
    with duckdb.connect() as connection:
        sql = ", ".join(
            f"cast({other_day_sql(literal(text), style)} as varchar)"
            for text, style in (
                ("3 Feb 2025", "d mon y"),
                ("03-Feb-25", "d mon y"),
                ("Feb 3, 2025", "mon d, y"),
                ("2025.02.03", "y.m.d"),
                ("20250203", "ymd"),
            )
        )
        assert connection.execute(f"select {sql}").fetchall() == [("2025-02-03",) * 5]

"""By default no e-mail address and no phone number leaves staging."""

from __future__ import annotations

from harness import DEMO, BuildProject
from sales_metrics.publishing.writing import PERSONAL
from sales_metrics.sql import quoted
from test_demo_marts import AS_OF


def test_no_public_column_holds_an_address_or_a_number(build_project: BuildProject) -> None:
    demo = build_project(DEMO, as_of=AS_OF)
    with demo.connect() as connection:
        # The raw rows have them, else this proved nothing.
        users = str(DEMO / "salesforce" / "user.parquet")
        (addresses,) = connection.execute(
            "select count_if(regexp_matches(email, ?)) from read_parquet(?)",
            [PERSONAL["[e-mail]"], users],
        ).fetchall()[0]
        assert addresses > 0
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        assert columns
        found = [
            (table, column, word)
            for table, column in columns
            for word, pattern in PERSONAL.items()
            if connection.execute(
                f"select 1 from marts.{quoted(table)} where regexp_matches({quoted(column)}, ?)"
                " limit 1",
                [pattern],
            ).fetchall()
        ]
    assert found == []

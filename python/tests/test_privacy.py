"""No e-mail address and no phone number leaves by the published folder or by what a run says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from harness import DEMO, Build
from publishing_harness import build_info, call, write_tiny_project, write_work
from sales_metrics.breaches.delivery import deliver, prepare
from sales_metrics.privacy import MAY_BE_PERSONAL, masked
from sales_metrics.publishing.store import Store
from sales_metrics.publishing.writing import Publication, personal_keys, publish
from sales_metrics.sql import quoted


def test_no_public_column_holds_an_address_or_a_number(demo: Build) -> None:
    with demo.connect() as connection:
        # The raw rows have them, else this proved nothing.
        users = str(DEMO / "salesforce" / "user.parquet")
        addresses = connection.execute("select email from read_parquet(?)", [users]).fetchall()
        assert [text for (text,) in addresses if text and masked(text) == "[e-mail]"]
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        assert columns
        found = [
            (table, column, text)
            for table, column in columns
            for (text,) in connection.execute(
                f"with texts as materialized (select distinct {quoted(column)} as text"
                f" from marts.{quoted(table)}) select text from texts"
                " where regexp_matches(text, ?)",
                [MAY_BE_PERSONAL],
            ).fetchall()
            if masked(text) != text
        ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Other: ask Iva.Novak@Brno.example, she knows", "Other: ask [e-mail], she knows"),
        ("Iva <iva+crm@mail.brno.example>", "Iva <[e-mail]>"),
        ("mailto:IVA@BRNO.EXAMPLE?subject=x", "mailto:[e-mail]?subject=x"),
        ("iva%40brno.example", "[e-mail]"),
        ("o'hara_2@x-y.co.uk.", "[e-mail]."),
        ("владимир@почта.рф", "[e-mail]"),
        ("jörg@münchen.example/Büro", "[e-mail]/Büro"),
        ("राम@भारत.भारत", "[e-mail]"),
        ("info@xn--fiqs8s.xn--fiqs8s", "[e-mail]"),
        ("iva\uff20brno\uff0eexample", "[e-mail]"),
        ("admin@[192.0.2.7]", "[e-mail]"),
        ("a@b.example;c@d.example", "[e-mail];[e-mail]"),
        ("+420 601 234 567", "[phone]"),
        ("+420601234567", "[phone]"),
        ("(+420) 601-234-567", "[phone]"),
        ("00420 601 234 567", "[phone]"),
        ("00420601234567", "[phone]"),
        ("+44 (0)20 7946 0321", "[phone]"),
        ("tel:+44-20-7946-0321;", "tel:[phone];"),
        ("+1 (212) 555-0147 ext. 9", "[phone]"),
        ("011 44 20 7946 0321", "[phone]"),
        ("(212) 555-0147", "[phone]"),
        ("212-555-0147 or 212.555.0148", "[phone] or [phone]"),
        ("\uff0b81 3-1234-5678", "[phone]"),
        ("+971 50 123 4567 / +91 98765 43210", "[phone] / [phone]"),
        ("Tel. 030 9012 3456", "Tel. [phone]"),
        ("call +420 601 234 567 2025-11-03", "call [phone] 2025-11-03"),
    ],
)
def test_addresses_and_numbers_are_recognised(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown
    with duckdb.connect() as connection:
        sieved = connection.execute("select regexp_matches(?, ?)", [text, MAY_BE_PERSONAL])
        assert sieved.fetchall() == [(True,)]


@pytest.mark.parametrize(
    "text",
    [
        "@channel, seats @ 4.50, 30@15.00 each, v2@latest",
        "0061x00000AbCdEFGH",
        "006100000212345",
        "003420601234567890",
        "005511987654321",
        "4500123456",
        "0012125550147",
        "Order 00420601234567",
        "PO 212-555-0147",
        "SO-2025-000123-4567",
        "+1 500 000",
        "+49.000.000 EUR",
        "+2,500,000.00",
        "(2025) 1200 3400",
        "2025-11-03 2026-11-03 08:15:00.000",
        "2025-11-03T08:15:00+0200",
        "GMT+1 2025-11-03 10:15",
        "4,155,550,100.25",
        "192.168.100.200",
        "978-3-16-148410-0",
        "CZ65 0800 0000 1920 0014 5399",
        "0049f7d2-1234-5678-9012-123456789012",
        "stage_age_long:company:all:all:all:demo:2025-08-20",
        "all: strong 10.0 % and more; target -10.0 % to 10.0 %",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert masked(text) == text


def test_long_texts_cost_no_more_than_their_length() -> None:
    """Patterns without bounds try every beginning to the end: hours for these."""
    for text in ("a" * 500_000 + "@", "a." * 500_000 + "@", "a@" + "b-" * 500_000, "+1 " * 99_999):
        assert masked(text) == text


# Whoever planted them would find them again.
ADDRESSES = ("zora.mala@plant.example", "Petr+Deals@Plant.example", "ивa@сад.example")
NUMBERS = ("+420 777 123 456", "0044 20 7946 0444", "(212) 555-0199")
PLANTED = (*ADDRESSES, *NUMBERS)


def write_company(path: Path) -> Path:
    """Texts of people as slices, stages, teams, segments, types and in what is told."""
    write_work(path, 1, rows=3)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table marts.fct_opportunities (opportunity_id varchar, name varchar,"
            " loss_reason varchar, stage_id varchar, type varchar)"
        )
        connection.executemany(
            "insert into marts.fct_opportunities values (?, ?, ?, ?, ?)",
            [
                [f"D{place}", f"Deal of {one}", f"Other: write to {one}", f"Ask {one}", f"T {one}"]
                for place, one in enumerate(PLANTED)
            ],
        )
        connection.execute(
            "create table marts.loss_reasons as"
            " select loss_reason, count(*) as deals from marts.fct_opportunities group by 1"
        )
        connection.execute(
            "create table marts.metric_values as select loss_reason as slice_id, 'all' as segment,"
            " 1.0 as metric_value from marts.loss_reasons union all"
            " select 'all', 'Segment of ' || type, 2.0 from marts.fct_opportunities"
        )
        connection.execute(
            "create table marts.dim_stages as"
            " select distinct stage_id, stage_id as stage_name from marts.fct_opportunities"
        )
        connection.execute(
            "create table marts.kpi_breaches as select 'loss:' || loss_reason || ':2025-06-02' as"
            " breach_id, 'loss_reason_share' as metric_id, 'above' as rule, loss_reason as"
            " slice_id, date '2025-06-02' as opened_on, null::date as closed_on, null::date as"
            " escalated_on, 0.4 as opening_value, 0.2 as threshold, 'call ' || loss_reason as"
            " intervention from marts.loss_reasons"
        )
        connection.execute("update marts.data_quality set sample_ids = ?", [", ".join(PLANTED)])
    return path


def everything_in(folder: Path) -> dict[str, str]:
    """Every file of a folder as text: databases and Parquet row by row, others byte by byte."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                tables = connection.execute(
                    "select schema_name, table_name from duckdb_tables()"
                ).fetchall()
                rows = [connection.table(f'"{a}"."{b}"').fetchall() for a, b in tables]
        elif path.suffix == ".parquet":
            rows = [duckdb.connect().read_parquet(str(path)).fetchall()]
        else:
            rows = []
        # JSON may write a letter as its number.
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".json":
            text += json.dumps(json.loads(text), ensure_ascii=False)
        found[str(path)] = text + repr(rows)
    return found


def leaks(*texts: str) -> list[str]:
    return [one for one in PLANTED for text in texts if one.lower() in text.lower()]


def test_texts_that_became_keys_are_masked_and_stay_keys(tmp_path: Path) -> None:
    work = write_company(tmp_path / "work.duckdb")
    store = Store(tmp_path / "published")
    store.builds.mkdir(parents=True)

    def published() -> str:
        done = publish(
            store, work, Publication(build_info(store)), 5, lambda to: prepare(store, to)
        )
        return done.build_id

    published()
    deliver(store)
    files = everything_in(store.folder)
    assert len(files) > 10
    assert {path: found for path, text in files.items() if (found := leaks(text))} == {}
    with duckdb.connect(str(store.folder / "serve.duckdb"), read_only=True) as connection:
        # Keys stay unique, and each finds its rows again.
        for table, key, rows in (
            ("loss_reasons", "loss_reason", 6),
            ("dim_stages", "stage_id", 6),
            ("kpi_breaches", "breach_id", 6),
            ("metric_values", "segment || slice_id", 12),
        ):
            counted = f"select count(*), count(distinct {key}) from marts.{table}"
            assert connection.execute(counted).fetchall() == [(rows, rows)], table
        joined = connection.execute(
            "select count(*) from marts.fct_opportunities as deals"
            " inner join marts.loss_reasons using (loss_reason)"
            " inner join marts.metric_values on loss_reason = slice_id"
            " inner join marts.dim_stages using (stage_id)"
            " inner join marts.kpi_breaches as told on told.slice_id = loss_reason"
        ).fetchall()
        assert joined == [(6,)]
        reasons = [
            text
            for (text,) in connection.execute("select slice_id from marts.kpi_breaches").fetchall()
        ]
        assert all(
            text.startswith(("Other: write to [e-mail ", "Other: write to [phone "))
            for text in reasons
        )
        # Names and types are no keys of anything; what would become one stays apart all the same.
        names = connection.execute("select distinct name from marts.fct_opportunities").fetchall()
        assert sorted(names) == [("Deal of [e-mail]",), ("Deal of [phone]",)]
        types = connection.execute("select distinct type from marts.fct_opportunities").fetchall()
        assert len(types) == 6
    # The same person is the same the next morning, so that no breach is told twice.
    published()
    delivered = deliver(store)
    assert delivered is not None
    assert delivered.events == {}
    assert (store.work / "mask.key").stat().st_mode & 0o077 == 0


def test_ids_of_records_that_hold_an_address_or_are_a_number_stop_it(tmp_path: Path) -> None:
    work = write_work(tmp_path / "work.duckdb", 1, rows=3)
    with duckdb.connect(str(work)) as connection:
        connection.execute(
            "create table marts.dim_accounts as select 'csv_export:' || 'zora@plant.example' as"
            " account_id, '+420 777 123 456' as rep_id, '00420777123456' as parent_account_id"
        )
    assert [sentence.split(":")[0] for sentence in personal_keys(work, {})] == [
        "marts.dim_accounts.account_id holds e-mail addresses in 1 rows",
        "marts.dim_accounts.rep_id holds phone numbers in 1 rows",
    ]


def write_raw(folder: Path, amount: str, every: int = 1) -> Path:
    """`amount` stands in every row, or in every such one; the others have a number."""
    path = folder / "csv_export" / "opportunities.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "stage", "loss_reason", "type", "amount"])
        for place in range(60):
            one = PLANTED[place % len(PLANTED)]
            written = amount if place % every == 0 else "10.00"
            writer.writerow([place, f"Stage {one}", f"Other: {one}", one, written])
    return folder


# What the macro of this name tells `run` of the one table.
TELLS = """
{% macro tell_raw_tables() -%}
    {%- set columns = [] -%}
    {%- for name in ['id', 'stage', 'loss_reason', 'type', 'amount'] -%}
        {%- set is_amount = name == 'amount' -%}
        {%- do columns.append({
            'name': name, 'data_type': 'decimal(18,2)' if is_amount else 'string',
            'is_required': false, 'filled': none, 'sql': '"' ~ name ~ '"',
            'is_picklist': name in ['stage', 'loss_reason', 'type'],
            'mapped_by': 'stage_map' if name == 'stage' else none,
            'value': 'try_cast("amount" as decimal(18, 2))' if is_amount else none,
        }) -%}
    {%- endfor -%}
    {%- set place = env_var('SALES_METRICS_RAW') ~ '/csv_export/opportunities.csv' -%}
    {%- set table = {
        'source': 'csv_export', 'name': 'opportunities', 'is_required': true, 'key': ['id'],
        'latest_by': [], 'fresh_days': {}, 'place': place, 'is_file': true, 'loader': [],
        'relation': "read_csv('" ~ place ~ "', header = true, all_varchar = true)",
        'columns': columns,
    } -%}
    {%- do log('sales_metrics tells ' ~ tojson({
        'files': [], 'as_of': {'day': '2025-06-30', 'told_by': ''}, 'problems': [],
        'tables': [table], 'doubled': [], 'currency': 'USD',
    }), info=true) -%}
{%- endmacro %}
"""


def write_project(folder: Path) -> Path:
    """The tiny project with a raw table, a stage map and a table of what people typed."""
    write_tiny_project(folder)
    files = {
        "models/staging/csv_export/_csv_export__sources.yml": (
            "sources:\n  - name: csv_export\n    tables:\n      - name: opportunities\n"
        ),
        "macros/tell_raw_tables.sql": TELLS,
        "seeds/mappings/stage_map.csv": (
            "source,raw_stage,is_won,is_lost\ncsv_export,Known,true,false\n"
        ),
        "models/metric_values.sql": (
            "select loss_reason as slice_id, stage as segment, 1.0 as metric_value from read_csv("
            "'{{ env_var('SALES_METRICS_RAW') }}/csv_export/opportunities.csv', header = true,"
            " all_varchar = true) where {{ env_var('TINY_FAILS', 'true') }}"
        ),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_nothing_of_a_person_stands_in_files_or_output_of_a_run(tmp_path: Path) -> None:
    """Published, refused for what landed, and refused in dbt: Parquet, pages, logs, reasons."""
    project, published = write_project(tmp_path / "project"), tmp_path / "published"
    raw = write_raw(tmp_path / "raw", "10.00")
    arguments = ("run", "--project-dir", project, "--raw", raw, "--published", published)

    def run(**env: str) -> str:
        done = call(*arguments, env={"TINY_NUMBER": "1", **env})
        return f"exit {done.returncode}\n{done.stdout}{done.stderr}"

    def found() -> dict[str, list[str]]:
        files = {**everything_in(published), "output": said}
        return {name: leaked for name, text in files.items() if (leaked := leaks(text))}

    said = run()
    assert said.startswith("exit 0")
    assert "warning: csv_export.opportunities.stage is not as expected" in said
    assert "[e-mail" in said
    assert found() == {}
    info = Store(published).served()
    assert info is not None
    assert info.landed["csv_export.opportunities"]["values"]["type"] == ["[e-mail]", "[phone]"]

    # Words of the raw rows in what an expectation and in what the database says.
    write_raw(tmp_path / "raw", f"about {ADDRESSES[0]}", every=2)
    said = run()
    assert said.startswith("exit 1")
    assert "such as about [e-mail]" in said
    assert found() == {}
    write_raw(tmp_path / "raw", "10.00")
    said = run(TINY_FAILS="type::integer > 0")
    assert said.startswith("exit 1")
    assert "Could not convert string '[" in said
    assert (published / "refused" / "dbt.log").exists()
    assert found() == {}

"""The marts against the raw rows, and against the build that is served."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from harness import REPO, Ask
from publishing_harness import publish_number, write_work
from sales_metrics.errors import SalesMetricsError
from sales_metrics.expectations.audit import Audit
from sales_metrics.expectations.checking import check
from sales_metrics.expectations.losses import check_accepted
from sales_metrics.expectations.page import quality_rows, render_page
from sales_metrics.expectations.suites import marts_suite
from sales_metrics.job.phases import Phases
from sales_metrics.job.run import Job, Settings
from sales_metrics.project import code_hash
from sales_metrics.publishing.store import Store
from test_bad_input import audited, deals, write

HALF = 100
DEALS = "fct_opportunities"


@pytest.fixture
def audit(ask: Ask, tmp_path: Path) -> Audit:
    """Half the deals are won; some are in another currency, deleted or changed too late."""
    rows = [
        {
            **row,
            "stage_name": "Closed Won" if place < HALF else "Discovery",
            "currency_iso_code": "EUR" if place == 0 else "USD" if place % 2 else "",
            "is_deleted": "true" if place == 1 else "false",
            "system_modstamp": "2025-07-02T08:00:00.000Z" if place == 2 else row["system_modstamp"],
        }
        for place, row in enumerate(deals())
    ]
    # An older version of a row is not the row.
    rows.append({**rows[5], "amount": "9.00", "system_modstamp": "2025-06-01T08:00:00.000Z"})
    return audited(ask, write(tmp_path / "raw", rows), tmp_path / "work")


def marts(path: Path, spoil: str = "") -> Path:
    write_work(path, 1, rows=3)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table marts.fct_opportunities (opportunity_id varchar, status varchar,"
            " amount decimal(18, 2))"
        )
        connection.executemany(
            # The 18 characters of Salesforce, where the raw rows have 15.
            "insert into marts.fct_opportunities values (? || 'AAA', ?, ?)",
            [
                [row["id"], "won" if place < HALF else "open", row["amount"]]
                for place, row in enumerate(deals())
            ],
        )
        connection.execute(
            "create table marts.metric_values as select 'win_rate' as metric_id, 'company' as"
            " scope, 'quarter' as period_type, 'all' as slice_type, true as is_complete,"
            " date '2025-03-01' as period_start, 0.25 as metric_value"
        )
        if spoil:
            connection.execute(spoil)
    return path


def failed(audit: Audit, work: Path, before: Path | None = None) -> list[str]:
    found = audit.mart_findings(work, before)
    assert found
    return [one.sentence() for one in found if not one.success and one.expected.schema == "profile"]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        ("", []),
        # These rows are not compared: another currency, deleted, changed after the as-of day.
        (
            "update marts.fct_opportunities set amount = 0"
            " where right(left(opportunity_id, 15), 3) in ('000', '001', '002')",
            [],
        ),
        (
            "update marts.fct_opportunities set amount = amount * 1.005 where status = 'won'",
            ["warn   marts.fct_opportunities: won amount within 0.1% of the same raw rows"],
        ),
        (
            "delete from marts.fct_opportunities where status = 'open' and random() < 2",
            [
                "warn   marts.fct_opportunities: open pipeline within 0.1% of the same raw rows",
                "error  marts.fct_opportunities: open pipeline within 2.0% of the same raw rows",
            ],
        ),
        (
            "update marts.fct_opportunities set status = 'lost' where status = 'won'",
            [
                "warn   marts.fct_opportunities: won amount within 0.1% of the same raw rows",
                "error  marts.fct_opportunities: won amount within 2.0% of the same raw rows",
            ],
        ),
    ],
)
def test_marts_are_reconciled_with_the_raw_rows(
    audit: Audit, tmp_path: Path, spoil: str, expected: list[str]
) -> None:
    found = failed(audit, marts(tmp_path / "work.duckdb", spoil))
    assert [sentence.split(" (")[0] for sentence in found] == expected


def test_a_past_quarter_that_moved_is_told(audit: Audit, tmp_path: Path) -> None:
    before = marts(tmp_path / "before.duckdb")
    assert failed(audit, marts(tmp_path / "same.duckdb"), before) == []
    moved = marts(tmp_path / "moved.duckdb", "update marts.metric_values set metric_value = 0.24")
    (warning,) = failed(audit, moved, before)
    assert warning == (
        "warn   marts.metric_values: no company number of a past quarter moved by over 2% since"
        " the last build (metric_id win_rate, period_start 2025-03-01, last_value 0.25,"
        " metric_value 0.24, change 0.04)"
    )
    broken = marts(tmp_path / "broken.duckdb", "update marts.metric_values set metric_value = 0.1")
    assert [sentence[:5] for sentence in failed(audit, broken, before)] == ["warn ", "error"]


@pytest.mark.parametrize("metric", ["overdue_next_actions_count", "overdue_next_action_share"])
def test_tasks_that_are_moved_move_the_past(audit: Audit, tmp_path: Path, metric: str) -> None:
    """A CRM keeps no history of due dates: whoever clears the list today clears it for March."""
    named = f"update marts.metric_values set metric_id = '{metric}'"
    before = marts(tmp_path / "before.duckdb", named)
    cleared = marts(tmp_path / "cleared.duckdb", f"{named}, metric_value = 0.0")
    assert failed(audit, cleared, before) == []


def job_after(folder: Path, code: str, accepted: Sequence[str] = ()) -> Job:
    """A run over a served build that was made by code of this hash."""
    publish_number(folder / "published", 1)
    settings = Settings(REPO, REPO, None, folder, folder / "published", accepted=accepted)
    job = Job(settings, Phases(quiet=True), Store(folder / "published"), "id", folder)
    assert job.before
    job.before = dataclasses.replace(job.before, code_hash=code)
    return job


@pytest.mark.parametrize("accepted", [(), ("marts.metric_values",)])
@pytest.mark.parametrize("code", [code_hash(REPO), "that of another stage map"])
def test_a_past_that_broke_is_refused_where_nobody_meant_it(
    audit: Audit, tmp_path: Path, code: str, accepted: tuple[str, ...]
) -> None:
    job = job_after(tmp_path, code, accepted)
    before = marts(tmp_path / "before.duckdb")
    broken = marts(tmp_path / "broken.duckdb", "update marts.metric_values set metric_value = 0.1")
    check_accepted(accepted, audit.reading.tables)
    found = audit.mart_findings(broken, before, job.drift)
    drifted = [one for one in found if one.expected.table == "drift"]
    if code == code_hash(REPO) and not accepted:
        with pytest.raises(SalesMetricsError) as refused:
            job.judge("What was built", drifted)
        told, how = refused.value.sentences
        assert told.startswith(
            "marts.metric_values is not as expected: no company number of a past"
        )
        assert how.endswith("To publish it: sales-metrics run --accept marts.metric_values.")
        return
    assert job.judge("What was built", drifted) == "2 expectations, 2 warnings"
    restated = [one for one in job.warnings if "settings changed since build" in one]
    assert len(restated) == (code != code_hash(REPO))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("-amount", ["warn   marts.fct_opportunities.amount: below 0 in at most 1% of the rows"]),
        (
            "amount * 10000000",
            [
                "error  marts.fct_opportunities.amount: from -1,000,000,000 to 1,000,000,000 in 99%"
                " of the rows"
            ],
        ),
    ],
)
def test_deals_below_zero_are_told_and_amounts_of_no_company_refused(
    tmp_path: Path, amount: str, expected: list[str]
) -> None:
    """Companies log downgrades as deals, one of twenty here."""
    sql = f"update marts.fct_opportunities set amount = {amount} where right(opportunity_id, 4)"
    work = marts(tmp_path / "work.duckdb", f"{sql} in ('0AAA', '5AAA')")
    suite = [one for one in marts_suite(REPO) if (one.table, one.column) == (DEALS, "amount")]
    found = [one.sentence().split(" (")[0] for one in check(work, suite) if not one.success]
    assert found == expected


def test_findings_as_page_and_as_rows(audit: Audit, tmp_path: Path) -> None:
    odd = "update marts.metric_values set metric_value = 7"
    found = audit.mart_findings(marts(tmp_path / "work.duckdb", odd), None)
    page = render_page("<Title>", "of 'x' & y", [("What was built", found)])
    assert "&lt;Title&gt;" in page
    assert "a share beyond 0 to 1" in page
    # Nothing is fetched from anywhere.
    assert not [word for word in ("http", "src=", "href=", "url(", "@import") if word in page]
    severities = {row.check_id: row.severity for row in quality_rows(found)}
    assert severities["expectation_has_rows"] == "info"
    (refused,) = (check_id for check_id, severity in severities.items() if severity == "error")
    assert refused == "expectation_a_share_beyond_0_to_1_in_at_most_0_of_the_rows"

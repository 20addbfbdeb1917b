"""The pages people steer by: their numbers against the tables, and in a real browser."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from browser import Browser, find_chromium
from harness import REPO, Build
from publishing_harness import build_info
from sales_metrics.errors import SalesMetricsError
from sales_metrics.pages.declared import PAGES
from sales_metrics.pages.formats import show
from sales_metrics.pages.reading import PANELS, panels
from sales_metrics.pages.rendering import FILE, HERE, SCRIPTS, PageSettings, render
from sales_metrics.project import project_vars
from sales_metrics.publishing.lock import locked
from sales_metrics.publishing.store import Store
from sales_metrics.publishing.writing import Publication, publish

AS_OF = "2025-09-29"
TESTS = Path(__file__).parent
SETTINGS = PageSettings(company="Kelvinmark")
LARGEST = 3_000_000
PLACES = ("", "?segment=enterprise", "?rep_id=005Kd000000000wIAA")
# What the page of deals reads.
DEALS = (
    "table_name like 'dim%' or table_name in ('data_quality', 'fct_opportunities',"
    " 'forecast_deals')"
)
Embedded = Mapping[str, Mapping[str, Any]]

# By panel, where its rows come from: the table, the columns that tell one row of it from another
# (as the panel calls them, then as the table does) and what else they are taken by. All other
# columns of the panel that the table has must be equal.
SOURCES: dict[str, tuple[str, dict[str, str], str]] = {
    "shared.about": ("dim_dates", {"as_of_date": "date_day"}, "true"),
    "shared.segments": ("dim_segments", {"segment": "segment"}, "true"),
    "shared.teams": ("dim_teams", {"team_id": "team_id"}, "true"),
    "shared.reps": ("dim_reps", {"rep_id": "rep_id"}, "true"),
    "shared.stages": ("dim_stages", {"stage_id": "stage_id"}, "true"),
    "shared.errors": (
        "data_quality",
        {"check_id": "check_id", "table_name": "table_name"},
        "severity = 'error' and rows_failing > 0",
    ),
    "today.incidents": ("kpi_incidents", {"incident_id": "incident_id"}, "closed_on is null"),
    "today.five": ("ceo_five", {"place": "place"}, "true"),
    "today.five_trend": (
        "metric_values",
        {name: name for name in ("metric_id", "period_type", "period_start")},
        "scope = 'company' and slice_type = 'all'",
    ),
    "today.fan": (
        "quarter_forecast",
        {"segment": "segment", "forecast_on": "forecast_on"},
        "scope in ('company', 'segment') and quarters_ahead = 0 and quarter_start = '2025-09-01'",
    ),
    "quarter.forecast": (
        "quarter_forecast",
        {name: name for name in ("scope", "segment", "team_id")},
        "quarters_ahead = 0 and forecast_on = '2025-09-29'",
    ),
    "quarter.coverage": (
        "coverage_curve",
        {name: name for name in ("quarter_start", "segment", "days_to_quarter_end")},
        "scope in ('company', 'segment')",
    ),
    "quarter.moves": (
        "pipeline_movement_deals",
        {name: name for name in ("movement", "opportunity_id")} | {"week_start": "period_start"},
        "period_type = 'week' and closing_quarter = '2025-09-01'",
    ),
    "funnel.stages": (
        "kpi_status",
        {"segment": "segment", "stage_id": "slice_id", "period_start": "period_start"},
        "metric_id = 'stage_conversion_rate' and period_type = 'week'"
        " and scope in ('company', 'segment')",
    ),
    "funnel.weeks": (
        "metric_values",
        {"segment": "segment", "stage_id": "slice_id", "period_start": "period_start"},
        "metric_id = 'stage_conversion_rate' and period_type = 'week'"
        " and scope in ('company', 'segment')",
    ),
    "funnel.decomposition": (
        "rate_decomposition",
        {"segment": "segment", "stage_id": "slice_id", "period_start": "period_start"},
        "metric_id = 'stage_conversion_rate' and period_type = 'week'",
    ),
    "funnel.age": (
        "kpi_status",
        {"segment": "segment", "stage_id": "slice_id", "period_start": "period_start"},
        "metric_id = 'stage_age_days' and period_type = 'week' and scope in ('company', 'segment')",
    ),
    "funnel.losses": (
        "loss_reasons",
        {"segment": "segment", "loss_reason": "loss_reason", "period_start": "period_start"},
        "period_type = 'week' and scope in ('company', 'segment')",
    ),
    "deals.deals": ("fct_opportunities", {"opportunity_id": "opportunity_id"}, "true"),
    "people.teams": (
        "scorecard_team",
        {name: name for name in ("scope", "segment", "team_id", "metric_id")},
        "true",
    ),
    "people.distribution": (
        "attainment_distribution",
        {name: name for name in ("scope", "segment", "team_id", "period_start")},
        "period_type = 'quarter'",
    ),
    "people.reps": ("dim_reps", {"rep_id": "rep_id"}, "true"),
    "people.rep": (
        "scorecard_rep",
        {name: name for name in ("rep_id", "metric_id", "slice_id")},
        "true",
    ),
    "activity.diagnosis": (
        "layer_diagnosis",
        {"segment": "segment"},
        "scope in ('company', 'segment')",
    ),
    "activity.ratios": (
        "metric_values",
        {
            name: name
            for name in ("metric_id", "scope", "segment", "team_id", "slice_id", "period_start")
        },
        "period_type = 'week' and scope in ('company', 'segment', 'team')",
    ),
    "metrics.glossary": ("dim_metrics", {"metric_id": "metric_id"}, "true"),
    "shared.metrics": ("dim_metrics", {"metric_id": "metric_id"}, "true"),
    "data.checks": (
        "data_quality",
        {"check_id": "check_id", "table_name": "table_name"},
        "true",
    ),
}
# Columns of a panel that come from a second table, likewise.
BESIDE: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("today.five", "dim_metrics", {"metric_id": "metric_id"}, "true"),
    (
        "quarter.forecast",
        "forecast_accuracy",
        {name: name for name in ("scope", "segment", "team_id")},
        "week_end = '2025-09-28' and scope <> 'rep'",
    ),
    (
        "deals.deals",
        "forecast_deals",
        {"opportunity_id": "opportunity_id"},
        "quarters_ahead = 0 and forecast_on = '2025-09-29'",
    ),
    ("people.reps", "rep_ranks", {"rep_id": "rep_id"}, "true"),
    ("people.reps", "scorecard_rep", {"rep_id": "rep_id"}, "metric_id = 'quota_attainment'"),
    ("metrics.glossary", "kpi_audit", {"metric_id": "metric_id"}, "true"),
)
# Sums, which other tables hold too, and the calendar: see the tests of their own.
SUMS = {"quarter.waterfall", "deals.summary", "data.tables", "shared.periods", "shared.judged"}
# By panel, which of its columns are values of a metric, and which one: named by a column of the
# panel, or the same in every row.
CONVERSION = "stage_conversion_rate"
METRIC_NUMBERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("today.incidents", ("metric_value", "baseline"), "metric_id"),
    ("today.five", ("metric_value",), "metric_id"),
    ("quarter.coverage", ("coverage",), "coverage_ratio"),
    ("funnel.stages", ("metric_value", "baseline_value"), CONVERSION),
    ("funnel.weeks", ("metric_value",), CONVERSION),
    ("funnel.decomposition", ("rate", "baseline_rate"), CONVERSION),
    ("funnel.age", ("metric_value",), "stage_age_days"),
    ("funnel.age", ("stalled_share",), "stalled_share"),
    ("funnel.losses", ("metric_value",), "loss_reason_share"),
    ("people.teams", ("metric_value",), "metric_id"),
    ("people.distribution", ("metric_value",), "quota_attainment"),
    ("people.reps", ("metric_value",), "quota_attainment"),
    ("people.rep", ("metric_value",), "metric_id"),
    ("activity.diagnosis", ("generation_value",), "generation_metric_id"),
    ("activity.diagnosis", ("activity_value", "activity_value_before"), "activity_metric_id"),
    ("activity.ratios", ("metric_value",), "metric_id"),
    ("metrics.glossary", ("metric_value",), "metric_id"),
)
# What tells one value of a metric from another, in words that stand at the number: the nearest.
NAMED = r"""
[...document.querySelectorAll('details')].forEach((d) => { d.open = true; });
[...document.querySelectorAll('.panel data')].map((d) => {
  const days = new RegExp("(\\d+ days|day|week|month|quarter) to \\d+ \\w{3} \\d{4}"
    + "|on \\d+ \\w{3} \\d{4}|90 days before|before it opened|thirteen weeks before", "i");
  const cell = d.closest('td, th');
  const head = cell && cell.closest('table').tHead.rows[0].cells[cell.cellIndex];
  const note = d.closest('.panel').querySelector('.note');
  const near = [d.parentElement, cell, head, cell && cell.parentElement,
    d.closest('.card, h4, p'), note];
  const said = near.map((e) => e && e.innerText.replaceAll('\u00a0', ' ').match(days))
    .find((m) => m);
  return [d.dataset.at, d.textContent, said ? said[0].toLowerCase() : null];
})
"""
# Words of a picture that lie upon one another, or outside the panel they belong to.
UNREADABLE = """
[...document.querySelectorAll('figure svg')].flatMap((svg) => {
  const panel = svg.closest('.panel').getBoundingClientRect();
  const words = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim()
    && !/rotate\\((?!0)/.test(text.getAttribute('transform') || ''))
    .map((text) => [text.textContent, text.getBoundingClientRect()]);
  return words.flatMap(([text, box], at) => [
    ...(box.left < panel.left || box.right > panel.right ? [text + ' is cut off'] : []),
    ...words.slice(at + 1).filter(([, other]) =>
      Math.min(box.right, other.right) - Math.max(box.left, other.left) > 2
      && Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 4)
      .map(([other]) => text + ' lies upon ' + other)]);
})
"""
# What an empty company has all the same: the catalog, the checks, the tables.
WITHOUT_ROWS = {
    **dict.fromkeys(("glossary", "checks", "tables"), ""),
    "build": "These pages were made from a plain build; a published one says here which it is, of"
    " what code and of what raw files.",
}
# What stands for no narrower place.
GENERAL = (None, "all")
# A plain build has none.
ABSENT = {"data.build"}


@pytest.fixture(scope="module")
def demo(demo: Build) -> Path:
    return demo.database


@pytest.fixture(scope="module")
def page(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / FILE
    path.write_text(render(demo, SETTINGS), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def embedded(page: Path) -> Embedded:
    return _embedded(page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with Browser(program, tmp_path_factory.mktemp("chromium")) as one:
        yield one


@pytest.fixture
def marts(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo), read_only=True) as connection:
        yield connection


def test_every_row_of_a_panel_is_one_of_its_table(
    embedded: Embedded, marts: duckdb.DuckDBPyConnection
) -> None:
    assert SOURCES.keys() | SUMS | ABSENT == embedded.keys()
    first = [(panel, *source) for panel, source in SOURCES.items()]
    told: dict[str, set[str]] = {}
    for panel, table, keys, taken in (*first, *BESIDE):
        found = embedded[panel]
        assert found["rows"], f"{panel} shows nothing of the demo company"
        cursor = marts.execute(f"select * from marts.{table} where {taken}")
        names = [name for name, *_ in cursor.description or ()]
        there = {
            tuple(_plain(row[names.index(name)]) for name in keys.values()): row
            for row in cursor.fetchall()
        }
        columns = list(found["columns"])
        shared = [name for name in columns if name in names]
        is_beside = panel in told
        # The first table that has a column is where the panel takes it from.
        shared = [name for name in shared if name not in told.get(panel, ())]
        told.setdefault(panel, set()).update(names)
        assert set(shared) - set(keys), panel
        compared = 0
        for row in found["rows"]:
            key = tuple(row[columns.index(name)] for name in keys)
            if is_beside and key not in there:
                assert all(row[columns.index(name)] is None for name in shared), (panel, key)
                continue
            compared += 1
            for name in shared:
                shown = row[columns.index(name)]
                assert shown == _plain(there[key][names.index(name)]), (panel, key, name)
        assert compared, panel


def test_the_waterfall_closes_to_the_cent_and_on_what_is_open(
    embedded: Embedded, marts: duckdb.DuckDBPyConnection
) -> None:
    open_now = dict(
        marts.execute(
            "select segment, sum(amount) from marts.pipeline_daily where date_day = ? and"
            " close_bucket = 'this' group by 1",
            [AS_OF],
        ).fetchall()
    )
    moves = _dicts(embedded["quarter.waterfall"])
    rows = [row for row in moves if row["period_type"] == "quarter"]
    segments = {row["segment"] for row in rows}
    assert segments - {"all"} == open_now.keys()
    for segment in segments:
        amounts = {
            row["movement"]: _cents(row["amount"]) for row in rows if row["segment"] == segment
        }
        closing = amounts.pop("closing")
        assert sum(amounts.values()) == closing, segment
        expected = sum(open_now.values()) if segment == "all" else open_now[segment]
        assert closing == _cents(expected), segment
    weeks = [row for row in moves if row["period_type"] == "week"]
    assert len({row["period_start"] for row in weeks if row["is_of_quarter"]}) > 3
    assert len({row["period_start"] for row in weeks}) > 4
    for week in {row["period_start"] for row in weeks}:
        for segment in segments:
            amounts = {
                row["movement"]: _cents(row["amount"])
                for row in weeks
                if (row["segment"], row["period_start"]) == (segment, week)
            }
            closing = amounts.pop("closing")
            assert sum(amounts.values()) == closing, (segment, week)


@pytest.mark.parametrize(
    ("as_of", "weeks"), [("2025-06-01", 1), ("2025-06-04", 2), ("2025-08-31", 14)]
)
def test_the_weeks_of_a_quarter_that_begins_midweek_lead_from_before_it_to_its_closing(
    browser: Browser, demo: Path, tmp_path: Path, as_of: str, weeks: int
) -> None:
    """The demo's summer quarter begins on a Sunday: of its first week one day is its own."""
    tables = (
        "table_name like 'dim%' or table_name in ('data_quality', 'fct_opportunities',"
        " 'pipeline_movements', 'pipeline_movement_deals')"
    )
    database = _copied(demo, tmp_path / "midweek.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.data_quality set as_of_date = ?", [as_of])
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    moves = _dicts(_embedded(page.read_text(encoding="utf-8"))["quarter.waterfall"])
    amounts = {
        (row["segment"], row["period_type"], row["period_start"], row["movement"]): row["amount"]
        for row in moves
        if row["is_of_quarter"]
    }
    starts = sorted({start for _, kind, start, _ in amounts if kind == "week"})
    assert (len(starts), starts[0]) == (weeks, "2025-05-26")
    for segment in {row["segment"] for row in moves}:
        chain = [amounts.get((segment, "week", start, "closing"), 0) for start in starts]
        opened = [amounts.get((segment, "week", start, "opening"), 0) for start in starts]
        assert chain[:-1] == opened[1:], segment
        if as_of == "2025-08-31":
            assert chain[-1] == amounts.get((segment, "quarter", "2025-06-01", "closing"), 0)
    browser.look(width=1440)
    for place in ("", "?segment=enterprise"):
        browser.open(page, f"#quarter{place}")
        said = browser.run("document.querySelector('#panel-quarter-weeks').innerText")
        began = "The week of 26\u00a0May\u00a02025 began before the quarter"
        assert began in said
        assert "That day the quarter opened with $" in said
        # Each column of the table closes with what it shows.
        columns = browser.run(
            "((rows) => rows[0].map((_, at) => rows.map((row) => row[at])))("
            "[...document.querySelectorAll('#panel-quarter-weeks tbody tr')].map((r) =>"
            " [...r.querySelectorAll('td')].map((c) => +(c.querySelector('data')?.value || 0))))"
        )
        assert len(columns) == weeks
        for column in columns:
            assert round(sum(column[:-1]) - column[-1], 2) == 0, column
        # What moved in the week before has its sum too.
        kinds = browser.run(
            "[...document.querySelectorAll('#panel-quarter-moves summary')].map((s) =>"
            " [s.innerText, s.querySelectorAll('data').length])"
        )
        assert kinds
        assert [text for text, numbers in kinds if not numbers] == []
    assert (browser.requests, browser.said) == ([], [])


def test_a_kind_of_move_that_came_to_nothing_in_its_first_week_is_not_left_out(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    tables = "table_name in ('data_quality', 'dim_dates', 'pipeline_movements')"
    database = _copied(demo, tmp_path / "nothing.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update marts.pipeline_movements set amount = 0 where movement = 'won'"
            " and period_start = '2025-09-01'"
        )
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.open(page, "#quarter")
    kinds = browser.run(
        "[...document.querySelectorAll('#panel-quarter-weeks tbody th')].map((t) => t.innerText)"
    )
    assert "Won" in kinds
    # Weeks that no row tells of are not over; that no deal closes in the quarter would be wrong.
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.pipeline_movements where period_type = 'week'")
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.open(page, "#quarter")
    said = browser.run("document.querySelector('#panel-quarter-weeks .empty').innerText")
    assert said == "The first week is not over."


def test_the_counts_of_open_deals_are_those_of_the_daily_pipeline(
    embedded: Embedded, marts: duckdb.DuckDBPyConnection
) -> None:
    expected = {
        tuple(keys): (deals, _cents(amount))
        for *keys, deals, amount in marts.execute(
            "select segment, team_id, rep_id, stage_id,"
            " case when close_bucket in ('this', 'past_due') then close_bucket else 'later' end,"
            " sum(deal_count), sum(amount) from marts.pipeline_daily where date_day = ?"
            " group by all",
            [AS_OF],
        ).fetchall()
    }
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in _dicts(embedded["deals.summary"]):
        key = tuple(row[n] for n in ("segment", "team_id", "rep_id", "stage_id", "closes"))
        deals, amount = found.get(key, (0, 0))
        found[key] = (deals + row["deals"], amount + _cents(row["amount"] or 0))
    assert found == expected
    listed = collections.Counter(row["closes"] for row in _dicts(embedded["deals.deals"]))
    assert listed == {
        closes: sum(deals for key, (deals, _) in expected.items() if key[-1] == closes)
        for closes in ("past_due", "this", "later")
    }


def test_a_period_ends_on_its_last_day_or_where_the_build_ends(
    embedded: Embedded, marts: duckdb.DuckDBPyConnection
) -> None:
    known = {
        (row["period_type"], row["period_start"]): (row["last_day"], row["is_complete"])
        for row in _dicts(embedded["shared.periods"])
    }
    periods = marts.execute(
        "select distinct period_type, period_start, least(period_end, ?), is_complete"
        " from marts.metric_values where period_type <> 'day'",
        [AS_OF],
    ).fetchall()
    assert len(periods) > 100
    for kind, start, last_day, is_complete in periods:
        found = known[kind, start.isoformat()]
        assert found == (str(last_day)[:10], is_complete), (kind, start)


def test_no_two_values_of_a_metric_stand_under_one_name(
    browser: Browser, page: Path, embedded: Embedded
) -> None:
    told: dict[tuple[str, ...], dict[str, set[str]]] = {}
    browser.look(width=1440)
    browser.open(page)
    for one in PAGES:
        for place in PLACES:
            browser.go(f"#{one.name}{place}")
            for at, text, name in browser.run(NAMED):
                panel, row, column = at.split("/")
                table = embedded[panel]
                values = dict(zip(table["columns"], table["rows"][int(row)], strict=True))
                for of_panel, columns, metric in METRIC_NUMBERS:
                    if (panel, column in columns) == (of_panel, True):
                        assert name, f"{at} ({text}) does not say of which days it is"
                        key = (str(values.get(metric, metric)), *_place(values), name)
                        told.setdefault(key, {}).setdefault(text, set()).add(panel)
    assert {key: texts for key, texts in told.items() if len(texts) > 1} == {}
    # Values of other days are there, so that the test says something.
    deal_sizes = [key for key in told if key[:2] == ("avg_deal_size_t90", "all")]
    assert len(deal_sizes) > 2
    assert {panel for texts in told.values() for text in texts.values() for panel in text} == {
        panel for panel, *_ in METRIC_NUMBERS
    }


def test_the_rows_of_the_tables_are_counted(
    embedded: Embedded, marts: duckdb.DuckDBPyConnection
) -> None:
    rows = _dicts(embedded["data.tables"])
    assert len(rows) > 30
    for row in rows:
        found = marts.execute(f"select count(*) from marts.{row['table_name']}").fetchall()
        assert found == [(row["row_count"],)]


def test_what_is_written_on_a_page_is_what_the_file_holds(
    browser: Browser, page: Path, embedded: Embedded
) -> None:
    browser.look(width=1440)
    browser.open(page)
    written = 0
    for one in PAGES:
        for place in PLACES:
            browser.go(f"#{one.name}{place}")
            for at, unit, text in browser.run(
                "[...document.querySelectorAll('data')].map("
                "(d) => [d.dataset.at, d.dataset.unit, d.textContent])"
            ):
                panel, row, column = at.split("/")
                table = embedded[panel]
                value = table["rows"][int(row)][list(table["columns"]).index(column)]
                assert text == show(value, unit), (at, unit, value)
                written += 1
    assert written > 1000
    assert (browser.requests, browser.said) == ([], [])


@pytest.mark.parametrize(
    ("width", "dark"), [(360, False), (360, True), (1440, False), (1440, True), (3840, False)]
)
def test_pages_fit_and_hinder_nobody(browser: Browser, page: Path, width: int, dark: bool) -> None:
    browser.look(width=width, dark=dark)
    browser.open(page)
    browser.run((TESTS / "vendor" / "axe.min.js").read_text(encoding="utf-8") + ";0")
    for one in PAGES:
        browser.go(f"#{one.name}")
        assert browser.run("document.documentElement.scrollWidth") <= width, one.name
        drawn = browser.run(
            "[...document.querySelectorAll('figure > div')].filter((d) => !d.children.length)"
            ".length"
        )
        assert drawn == 0, f"{one.name} has charts that were not drawn"
        assert browser.run(UNREADABLE) == [], one.name
        found = browser.run(
            "axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.filter("
            "(v) => ['serious', 'critical'].includes(v.impact)).map((v) => [v.id,"
            " v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary]))"
        )
        assert found == [], one.name
    assert (browser.requests, browser.said) == ([], [])


def test_paper_shows_every_column_and_what_was_chosen(browser: Browser, page: Path) -> None:
    """A sheet cannot be scrolled, opened or asked; Letter, across, is 980 pixels wide."""
    browser.look(width=980, dark=True, paper=True)
    browser.open(page)
    try:
        for one in PAGES:
            browser.go(f"#{one.name}?segment=enterprise")
            cut = browser.run(
                "[...document.querySelectorAll('main .scroll')].filter("
                "(d) => d.scrollWidth > d.clientWidth).map((d) => d.firstChild.ariaLabel)"
            )
            assert cut == [], one.name
            hidden = browser.run(
                "[...document.querySelectorAll('.filters, details[open], .more')].filter("
                "(d) => d.childElementCount && !d.offsetHeight"
                " && !d.closest('details:not([open])')).map((d) => d.className || d.tagName)"
            )
            assert hidden == [], one.name
        # Of a reader who prefers the dark, too; and the colours a legend speaks of are printed.
        style = "getComputedStyle(document.body)"
        assert browser.run(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
        assert browser.run(f"{style}.printColorAdjust") == "exact"
    finally:
        browser.look(width=1440)


def test_filters_sorting_and_links_work_by_mouse_and_keyboard(browser: Browser, page: Path) -> None:
    browser.look(width=1440)
    browser.open(page, "#funnel")
    # From the leak to its deals, by mouse.
    browser.click("#panel-funnel-stages a[href*='segment=enterprise']")
    assert browser.run("location.hash").startswith("#deals?segment=enterprise&stage_id=proposal")
    shown = browser.run(
        "[...document.querySelectorAll('#panel-deals-deals tbody tr')].map("
        "(r) => [r.cells[1].innerText.split('\\n').pop(), r.cells[3].innerText])"
    )
    assert shown
    assert {tuple(row) for row in shown} == {("Enterprise", "Proposal")}
    # A filter by keyboard; the focus stays.
    browser.run("document.getElementById('filter-health').focus()")
    browser.press("r", 82)
    assert "health=red" in browser.run("location.hash")
    assert browser.run("document.activeElement.id") == "filter-health"
    # Sorted by keyboard: the largest first, then the smallest.
    amounts = (
        "[...document.querySelectorAll('#panel-deals-deals tbody tr')].map("
        "(r) => r.querySelector('data[data-at$=\"/amount\"]')).filter((d) => d)"
        ".map((d) => +d.value)"
    )
    browser.run(
        "[...document.querySelectorAll('#panel-deals-deals th button')].find("
        "(b) => b.textContent === 'Amount').focus()"
    )
    browser.press("Enter", 13)
    first = browser.run(amounts)
    assert first == sorted(first, reverse=True)
    browser.press("Enter", 13)
    second = browser.run(amounts)
    assert second == sorted(second)
    assert second[0] < first[0]
    # More rows by mouse; the sums stay those of all that fit the filters.
    browser.go("#deals")
    before = browser.run("document.querySelectorAll('#panel-deals-deals tbody tr').length")
    browser.click("#panel-deals-deals .more button")
    after = browser.run("document.querySelectorAll('#panel-deals-deals tbody tr').length")
    assert after == 2 * before
    # From page to page by keyboard, the segment kept.
    browser.go("#today?segment=smb")
    browser.run("document.querySelector('nav a[href^=\"#quarter\"]').focus()")
    browser.press("Enter", 13)
    assert browser.run("location.hash") == "#quarter?segment=smb"
    assert (browser.requests, browser.said) == ([], [])


def test_a_segment_shows_what_is_open_of_its_teams_and_reps(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    tables = f"{DEALS} or table_name in ('kpi_incidents', 'quarter_forecast', 'forecast_accuracy')"
    database = _copied(demo, tmp_path / "teams.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.kpi_incidents where closed_on is not null")
        ((rep,),) = connection.execute(
            "select min(rep_id) from marts.dim_reps where is_active and segment = 'mid_market'"
        ).fetchall()
        # Of three that are open one is a team's, one a rep's, and one the company's.
        places = (
            ("team", "smb_west", "all"),
            ("rep", "mid_market_east", rep),
            ("company", *2 * ["all"]),
        )
        for number, place in enumerate(places, start=1):
            connection.execute(
                "update marts.kpi_incidents set segment = 'all', scope = ?, team_id = ?, rep_id = ?"
                " where incident_id = (select incident_id from marts.kpi_incidents"
                f" order by incident_id limit 1 offset {number - 1})",
                place,
            )
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.look(width=1440)
    browser.open(page)
    said = {}
    for segment in ("smb", "mid_market", "enterprise"):
        browser.go(f"#today?segment={segment}")
        said[segment] = browser.run("document.querySelector('#panel-today-incidents').innerText")
    assert "SMB west" in said["smb"]
    assert "1 open" in said["smb"]
    assert "Mid market east" in said["mid_market"]
    assert "1 open" in said["mid_market"]
    assert "Nothing is open in Enterprise." in said["enterprise"]
    # The forecast of a segment has its teams beside.
    browser.go("#quarter?segment=smb")
    told = (
        "[...document.querySelectorAll('#panel-quarter-forecast tbody th')].map((t) => t.innerText)"
    )
    assert browser.run(told) == ["SMB", "SMB east", "SMB west"]
    assert (browser.requests, browser.said) == ([], [])


def test_stages_segments_and_reasons_of_one_name_are_told_apart(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    """As after a pipeline was cloned: the demo's Demo becomes the Proposal of the renewals."""
    tables = (
        f"{DEALS} or table_name in ('kpi_status', 'metric_values', 'rate_decomposition',"
        " 'loss_reasons', 'quarter_forecast', 'forecast_accuracy')"
    )
    database = _copied(demo, tmp_path / "cloned.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update marts.dim_stages set stage_name = 'Proposal', pipeline_id = 'late_renewals'"
            " where stage_id = 'demo'"
        )
        connection.execute(
            "update marts.dim_stages set stage_name = 'Qualified' where stage_id = 'discovery'"
        )
        connection.execute("update marts.dim_segments set segment_name = 'Larger'")
        reasons = connection.execute(
            "select distinct loss_reason from marts.loss_reasons order by 1 limit 2"
        ).fetchall()
        for (reason,), told in zip(reasons, ("no_money", "No money"), strict=True):
            connection.execute(
                "update marts.loss_reasons set loss_reason = ? where loss_reason = ?",
                [told, reason],
            )
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    expected = {
        "proposal": "Proposal (Main)",
        "demo": "Proposal (Late renewals)",
        "qualified": "Qualified (qualified)",
        "discovery": "Qualified (discovery)",
        "prospecting": "Prospecting",
    }
    stages = _dicts(_embedded(page.read_text(encoding="utf-8"))["shared.stages"])
    names = {row["stage_id"]: row["stage_name"] for row in stages}
    assert names | expected == names
    assert len(set(names.values())) == len(names)
    browser.look(width=1440)
    browser.open(page, "#funnel")
    # Each bar has a place of its own.
    places = (
        "[...new Set([...document.querySelectorAll('#panel-{} figure:first-of-type svg rect')]"
        ".map((r) => r.getAttribute('y')))].length"
    )
    assert browser.run(places.format("funnel-stages")) == 5
    reason_rows = "document.querySelectorAll('#panel-funnel-losses tbody tr').length"
    assert browser.run(places.format("funnel-losses")) == browser.run(reason_rows)
    said = browser.run("document.querySelector('#main').innerText")
    assert {"Proposal (Main)", "Proposal (Late renewals)"} <= set(re.split(r"[\n\t]+", said))
    assert browser.run(UNREADABLE) == []
    browser.go("#deals")
    options = browser.run(
        "[...document.querySelectorAll('#filter-stage_id option')].map((o) => o.textContent)"
    )
    assert len(set(options)) == len(options)
    assert set(expected.values()) <= set(options)
    browser.go("#quarter")
    drawn = browser.run(
        "[...document.querySelectorAll('#panel-quarter-forecast figure svg text')]"
        ".filter((t) => t.textContent === 'Larger').length"
    )
    assert drawn > 1
    assert (browser.requests, browser.said) == ([], [])


def test_a_deal_leads_into_the_crm(browser: Browser, demo: Path, tmp_path: Path) -> None:
    url = "https://crm.example/deals/{opportunity_id}/view"
    page = tmp_path / FILE
    page.write_text(render(demo, PageSettings(crm_url=url, currency="EUR")), encoding="utf-8")
    browser.open(page, "#deals?rep_id=005Kd000000000wIAA")
    found = browser.run(
        "[...document.querySelectorAll('#panel-deals-deals tbody th a')].map((a) => a.href)"
    )
    ids = [
        row["opportunity_id"]
        for row in _dicts(_embedded(page.read_text(encoding="utf-8"))["deals.deals"])
        if row["rep_id"] == "005Kd000000000wIAA"
    ]
    assert ids
    assert found == [url.format(opportunity_id=one) for one in ids][: len(found)]
    # Amounts are in the currency of the reports.
    amount = browser.run(
        "document.querySelector('#panel-deals-deals data[data-unit=amount]').textContent"
    )
    assert amount.startswith("\u20ac")


def test_of_two_crms_each_deal_leads_into_its_own(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    database = _copied(demo, tmp_path / "two.duckdb", "true", DEALS)
    with duckdb.connect(str(database)) as connection:
        for table in ("fct_opportunities", "forecast_deals"):
            connection.execute(
                f"update marts.{table} set opportunity_id ="
                " case when ascii(right(opportunity_id, 4)) % 2 = 0 then 'one' else 'other' end"
                " || ':' || opportunity_id"
            )
    one = "https://one.example/{opportunity_id}"
    other = "https://other.example/{opportunity_id}/view"
    page = tmp_path / FILE
    links = (
        "[...document.querySelectorAll('#panel-deals-deals tbody th')].map((t) =>"
        " t.querySelector('a')?.getAttribute('href') ?? null)"
    )
    for crm_url, known in (
        ({"one": one, "other": other}, {"one": one, "other": other}),
        ({"other": other}, {"other": other}),
        # Of one URL for two CRMs nobody knows whose it is.
        (one, {}),
    ):
        settings = PageSettings.of({"pages": {"crm_url": crm_url}})
        page.write_text(render(database, settings), encoding="utf-8")
        browser.open(page, "#deals")
        rows = _dicts(_embedded(page.read_text(encoding="utf-8"))["deals.deals"])
        expected = [
            known[source].format(opportunity_id=own) if source in known else None
            for source, own in (row["opportunity_id"].split(":") for row in rows)
        ]
        found = browser.run(links)
        assert len(set(found)) > (1 if known else 0)
        assert found == expected[: len(found)]


def test_every_reason_of_a_deals_health_has_its_words() -> None:
    macro = (REPO / "macros" / "deal_health.sql").read_text(encoding="utf-8")
    codes = set(re.findall(r"then '(\w+)'", macro))
    assert len(codes) > 5
    script = (HERE / "static" / "panels_steering.js").read_text(encoding="utf-8")
    (words,) = re.findall(r"^const REASONS = \{(.*?)^\};", script, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"(\w+): \"", words)) == codes


def test_a_curve_of_coverage_is_called_by_its_own_quarter(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    tables = "table_name in ('data_quality', 'dim_dates', 'dim_metrics', 'coverage_curve')"
    database = _copied(demo, tmp_path / "curves.duckdb", "true", tables)
    page = tmp_path / FILE
    legend = (
        "[...document.querySelectorAll('#panel-quarter-coverage .legend li')].map((l) =>"
        " [l.querySelector('i').style.background, l.textContent])"
    )
    accent, year = ["var(--accent)", "this quarter"], ["var(--warn)", "a year before"]
    before, needed = ["var(--grey)", "the quarter before"], ["var(--bad)", "needed (dashed)"]
    for without, expected in (
        ("2020-01-01", [accent, before, year, needed]),
        ("2025-06-01", [accent, year, needed]),
        ("2024-09-01", [accent, needed]),
    ):
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "update marts.coverage_curve set coverage = null where quarter_start = ?", [without]
            )
        page.write_text(render(database, SETTINGS), encoding="utf-8")
        browser.open(page, "#quarter")
        browser.wait_for("document.querySelector('#panel-quarter-coverage figure svg') !== null")
        assert browser.run(legend) == expected
        drawn = browser.run(
            "[...new Set([...document.querySelectorAll('#panel-quarter-coverage figure path')]"
            ".map((p) => p.getAttribute('stroke')).filter((s) => s))]"
        )
        assert {colour for colour, _ in expected} - {needed[0]} <= set(drawn)
    assert (browser.requests, browser.said) == ([], [])


def test_an_empty_company_sees_pages_that_say_what_to_give(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    database = _copied(demo, tmp_path / "empty.duckdb", "false", "true")
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.look(width=1440)
    browser.open(page)
    for one in PAGES:
        browser.go(f"#{one.name}")
        said = browser.run(
            "[...document.querySelectorAll('.panel')].map("
            "(p) => [p.id, p.querySelector('.empty')?.textContent || ''])"
        )
        assert dict(said) == {
            f"panel-{one.name}-{panel.name}": WITHOUT_ROWS.get(
                panel.name, panel.unknown or panel.empty
            )
            for panel in one.panels
            if panel.shown
        }
        assert all(panel.empty for panel in one.panels if panel.shown), one.name
    assert (browser.requests, browser.said) == ([], [])


def test_an_error_in_the_data_stands_above_the_numbers_that_lack_something(
    browser: Browser, demo: Path, page: Path, tmp_path: Path
) -> None:
    database = _copied(demo, tmp_path / "sound.duckdb", "true", DEALS)
    with duckdb.connect(str(database)) as connection:
        ((failing, checked),) = connection.execute(
            "select rows_failing, rows_checked from marts.data_quality"
            " where severity = 'error' and rows_failing > 0"
        ).fetchall()
        connection.execute("update marts.data_quality set rows_failing = 0")
    sound = tmp_path / FILE
    sound.write_text(render(database, SETTINGS), encoding="utf-8")
    error = f"Errors in the data: unmapped stage {failing:,} of {checked:,} opportunities."
    browser.look(width=1440)
    for path, expected in ((page, [error]), (sound, [])):
        browser.open(path)
        for one in PAGES:
            browser.go(f"#{one.name}")
            told = browser.run("[...document.querySelectorAll('.error')].map((p) => p.innerText)")
            said = [text.removeprefix("\u25b2 ").split(". ")[0] + "." for text in told]
            assert said == ([] if one.name == "data" else expected), one.name
    assert (browser.requests, browser.said) == ([], [])


def test_what_is_not_known_is_not_called_good(browser: Browser, demo: Path, tmp_path: Path) -> None:
    """As a company has it that gave nothing to judge by: rows are there, values are not."""
    tables = (
        f"{DEALS} or table_name in ('ceo_five', 'kpi_status', 'kpi_incidents', 'scorecard_team',"
        " 'metric_values', 'layer_diagnosis', 'quarter_forecast', 'forecast_accuracy')"
    )
    database = _copied(demo, tmp_path / "unknown.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.kpi_incidents")
        for table in ("ceo_five", "kpi_status", "scorecard_team"):
            connection.execute(f"update marts.{table} set metric_value = null")
        connection.execute("update marts.layer_diagnosis set generation_value = null")
        connection.execute(
            "update marts.quarter_forecast set target_amount = null, team_id ="
            " case when scope = 'team' then 'unassigned' else team_id end, segment ="
            " case when segment = 'smb' then 'unassigned' else segment end"
        )
        # Names as long as people make them, and a quarter that is almost over.
        connection.execute(
            "update marts.dim_segments set segment_name = repeat('Far East ', 5) || segment"
        )
        connection.execute("update marts.dim_stages set stage_name = stage_name || ', in writing'")
        connection.execute("update marts.dim_reps set rep_name = repeat('Wolfeschlegel', 5)")
        connection.execute(
            "update marts.quarter_forecast set forecast_on = date '2025-11-30'"
            " where forecast_on = date '2025-09-28'"
        )
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.look(width=360)
    browser.open(page)
    for name in ("today", "quarter", "funnel", "deals"):
        browser.go(f"#{name}")
        assert browser.run("document.documentElement.scrollWidth") <= 360, name
        assert browser.run(UNREADABLE) == [], name
    browser.look(width=1440)
    browser.open(page)
    said = {}
    for one in PAGES:
        browser.go(f"#{one.name}")
        said[one.name] = browser.run(
            "Object.fromEntries([...document.querySelectorAll('.panel')].map((p) =>"
            " [p.id.split('-')[2], p.innerText]))"
        )
    browser.go("#deals")
    table = "document.querySelector('#panel-deals-deals .scroll')"
    assert browser.run(f"{table}.scrollWidth <= {table}.clientWidth")
    panels_of = {one.name: {panel.name: panel for panel in one.panels} for one in PAGES}
    incidents = panels_of["today"]["incidents"]
    assert incidents.unknown in said["today"]["incidents"]
    assert incidents.empty not in said["today"]["incidents"]
    for name, panel in (("today", "five"), ("funnel", "stages"), ("people", "teams")):
        assert panels_of[name][panel].empty in said[name][panel]
    # Whether enough is made is not known, and no target is drawn.
    assert "is made" not in said["activity"]["diagnosis"]
    assert "target (" not in said["quarter"]["forecast"] + said["today"]["fan"]
    # Without a team and without a segment are two things.
    assert {"No team", "No segment"} <= set(re.split(r"[\n\t]+", said["quarter"]["forecast"]))
    assert not re.search(r"NaN|undefined|Infinity|null", "".join(said["quarter"].values()))
    assert (browser.requests, browser.said) == ([], [])


def test_coverage_asks_for_a_target_only_where_there_is_none(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    """A CRM that keeps no past close dates has targets all the same, and no coverage."""
    tables = f"{DEALS} or table_name in ('coverage_curve', 'quarter_forecast', 'forecast_accuracy')"
    database = _copied(demo, tmp_path / "undated.duckdb", "true", tables)
    page = tmp_path / FILE
    said = []
    for table, column in (("coverage_curve", "coverage"), ("quarter_forecast", "target_amount")):
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"update marts.{table} set {column} = null")
        page.write_text(render(database, SETTINGS), encoding="utf-8")
        browser.open(page, "#quarter")
        said.append(browser.run("document.querySelector('#panel-quarter-coverage').innerText"))
    assert ["history of their close dates" in text for text in said] == [True, False]
    assert ["needs a target" in text for text in said] == [False, True]


def test_a_number_that_stands_for_another_calls_it_by_its_name(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    tables = f"{DEALS} or table_name in ('ceo_five', 'dim_metrics')"
    database = _copied(demo, tmp_path / "stand_in.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.ceo_five set stands_in_for = 'nrr' where place = 5")
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.open(page)
    title = browser.run("document.querySelector('.card:last-child h3').textContent")
    assert title.endswith("(for Net revenue retention)")


def test_what_rests_on_too_few_cases_is_not_called_good_either(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    tables = f"{DEALS} or table_name in ('ceo_five', 'kpi_incidents')"
    database = _copied(demo, tmp_path / "thin.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.kpi_incidents")
        connection.execute("update marts.ceo_five set status = 'insufficient_data'")
    page = tmp_path / FILE
    page.write_text(render(database, SETTINGS), encoding="utf-8")
    browser.open(page)
    said = browser.run("document.querySelector('#panel-today-incidents').innerText")
    (incidents,) = [panel for panel in PAGES[0].panels if panel.name == "incidents"]
    assert incidents.unknown in said
    assert incidents.empty not in said


def test_the_file_is_small_and_the_same_of_the_same_tables(demo: Path) -> None:
    page = render(demo, SETTINGS)
    assert len(page.encode()) < LARGEST
    assert page == render(demo, SETTINGS), "the same tables must give the same file"


def test_a_list_is_cut_with_a_reason_and_its_sums_are_not(demo: Path, tmp_path: Path) -> None:
    many = 20
    database = _copied(demo, tmp_path / "many.duckdb", "true", DEALS)
    with duckdb.connect(str(database)) as connection:
        for table in ("fct_opportunities", "forecast_deals"):
            connection.execute(
                f"insert into marts.{table} select deals.* replace (opportunity_id || '-' || n as"
                f" opportunity_id) from marts.{table} as deals, range({many - 1}) as numbers(n)"
            )
    page = render(database, SETTINGS)
    found = _embedded(page)
    ((open_deals,),) = (
        duckdb.connect(str(database), read_only=True)
        .execute("select count(*) from marts.fct_opportunities where status = 'open'")
        .fetchall()
    )
    assert found["deals.deals"]["found"] == open_deals
    assert len(found["deals.deals"]["rows"]) == 2500
    assert sum(row["deals"] for row in _dicts(found["deals.summary"])) == open_deals
    assert len(page.encode()) < LARGEST


def test_pages_are_published_with_their_database_and_show_no_address(
    demo: Path, tmp_path: Path
) -> None:
    database = _copied(demo, tmp_path / "personal.duckdb", "true", DEALS)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.fct_opportunities set name = 'Deal of ada@example.com'")
        connection.execute("update marts.dim_reps set rep_name = 'ada@example.com'")
    # A build that is not published yet, and one where the var personal_columns lets the name stand.
    store = Store(tmp_path / "published")
    allowed = {"dim_reps": ["rep_name"]}
    with locked(store.folder):
        store.builds.mkdir()
        publication = Publication(build_info(store), personal=allowed, steering=SETTINGS)
        done = publish(store, database, publication, keep=2)
    plain = render(database, SETTINGS)
    published = (store.serve / FILE).read_text(encoding="utf-8")
    for page in (plain, published):
        assert "ada@example.com" not in page
        assert "Deal of [e-mail" in page
    assert published == render(store.database(done.build_id), SETTINGS)
    with duckdb.connect(str(store.folder / "serve.duckdb"), read_only=True) as connection:
        names = connection.execute("select distinct rep_name from marts.dim_reps").fetchall()
    assert names == [("ada@example.com",)], "the table must still hold it"


def test_each_owner_gets_what_is_open_as_a_mail_and_as_markdown(demo: Path, tmp_path: Path) -> None:
    tables = f"{DEALS} or table_name = 'kpi_incidents'"
    database = _copied(demo, tmp_path / "incidents.duckdb", "true", tables)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update marts.kpi_incidents set intervention = 'see [x](https://x.example) <b>now</b>,'"
            " || ' or write to ada@example.com' where owner_role = 'vp_sales'"
        )
        expected = connection.execute(
            "select owner_role, coalesce(owner_name, ''), count(*) from marts.kpi_incidents"
            " where closed_on is null group by all order by all"
        ).fetchall()
    store = Store(tmp_path / "published")
    with locked(store.folder):
        store.builds.mkdir()
        publish(store, database, Publication(build_info(store), steering=SETTINGS), keep=2)
    folder = store.serve / "digests"
    index = json.loads((folder / "digests.json").read_text(encoding="utf-8"))
    found = sorted((one["owner_role"], one["owner_name"], one["incidents"]) for one in index)
    assert found == expected
    assert len({one["html"] for one in index}) == len(index) > 1
    for one in index:
        mail = (folder / one["html"]).read_text(encoding="utf-8")
        text = (folder / one["markdown"]).read_text(encoding="utf-8")
        assert mail.count("<tr>") == one["incidents"] + 1
        assert text.count("\n- **") == one["incidents"]
        for content in (mail, text):
            # A value says of which days it is, as on a page.
            named = r"\((90 days to|on) \d+\u00a0\w{3}\u00a02025\), "
            assert len(re.findall(named, content)) == one["incidents"]
            assert f"{one['incidents']} open as of 29\u00a0Sep\u00a02025" in content
            assert "ada@example.com" not in content
        if one["owner_role"] == "ceo":
            assert text.startswith("# CEO: ")
        if one["owner_role"] == "vp_sales":
            assert "&lt;b&gt;now&lt;/b&gt;" in mail
            assert "\\[x\\](https://x.example) \\<b\\>now" in text


def test_a_build_that_lacks_a_table_says_which(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "part.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.data_quality as select date '2025-01-01' as as_of_date"
        )
        connection.execute("create table marts.loss_reasons as select 1 as not_a_column")
    found = _embedded(render(tmp_path / "part.duckdb", SETTINGS))
    assert found["today.five"]["missing"] == "This build has no table ceo_five, dim_metrics."
    lacks = found["funnel.losses"]["missing"]
    assert lacks.startswith("This build lacks what the panel reads")
    assert "LINE" not in lacks
    assert "\n" not in lacks


def test_the_tables_may_lie_in_a_schema_of_any_name(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute("create schema main_marts")
        connection.execute(
            "create table main_marts.data_quality as select date '2025-01-01' as as_of_date"
        )
    found = _embedded(render(tmp_path / "marts.duckdb", SETTINGS))
    assert found["shared.about"]["missing"] == "This build has no table dim_dates."
    assert _dicts(found["data.tables"]) == [
        {"table_name": "data_quality", "row_count": 1, "row_count_before": None}
    ]
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("create table something as select 1 as one")
    with pytest.raises(SalesMetricsError, match="holds no public table data_quality"):
        render(tmp_path / "other.duckdb", SETTINGS)


def test_the_bundle_for_superset_names_columns_that_are_there(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    files = sorted((REPO / "docs" / "superset" / "datasets").rglob("*.yaml"))
    assert len(files) > 1
    for file in files:
        about = yaml.safe_load(file.read_text(encoding="utf-8"))
        names = ", ".join(column["column_name"] for column in about["columns"])
        sums = ", ".join(metric["expression"] for metric in about["metrics"])
        table = f"{about['schema']}.{about['table_name']}"
        marts.execute(f"select {names}, {about['main_dttm_col']} from {table} limit 1")
        assert marts.execute(f"select {sums} from {table}").fetchall()


def test_sums_of_integers_are_published_as_whole_numbers(tmp_path: Path) -> None:
    work = tmp_path / "work.duckdb"
    with duckdb.connect(str(work)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.own as select sum(n) as total from range(4) as t(n)")
        assert connection.execute("select typeof(total) from marts.own").fetchall() == [
            ("HUGEINT",)
        ]
    store = Store(tmp_path / "published")
    with locked(store.folder):
        store.builds.mkdir()
        publish(store, work, Publication(build_info(store)), keep=2)
    path = store.folder / "parquet" / "own.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(f"select typeof(total), total from '{path}'").fetchall()
    assert found == [("BIGINT", 6)]


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ({"crm": "x"}, "The var pages takes company, crm_url and leave_out"),
        ({"crm_url": "https://crm.example/"}, "must begin with https:// and hold"),
        ({"crm_url": "javascript:{opportunity_id}"}, "must begin with https:// and hold"),
        ({"crm_url": {"hubspot": "x"}}, "must begin with https:// and hold"),
        ({"leave_out": ["persons"]}, "it must be a list of today,"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told(pages: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SalesMetricsError, match=re.escape(sentence)):
        PageSettings.of({"pages": pages})


def test_a_project_around_the_package_keeps_its_settings_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text(
        "vars:\n  reporting_currency: USD\n  sales_metrics:\n    reporting_currency: EUR\n"
        "    personal_columns: {dim_reps: [rep_name]}\n    pages: {company: Acme}\n",
        encoding="utf-8",
    )
    found = project_vars(tmp_path)
    assert PageSettings.of(found) == PageSettings(company="Acme", currency="EUR")
    assert found["personal_columns"] == {"dim_reps": ["rep_name"]}


def test_what_is_left_out_is_not_in_the_file(demo: Path) -> None:
    settings = dataclasses.replace(SETTINGS, leave_out=("deals",))
    page = render(demo, settings)
    assert 'id="data-deals"' not in page
    assert 'id="data-quarter"' in page


def test_a_page_that_is_left_out_changes_no_other_one(
    browser: Browser, page: Path, demo: Path, tmp_path: Path
) -> None:
    # But for the pictures, which are drawn when their width is known.
    words = (
        "[...document.querySelectorAll('.panel')].map((p) => p.cloneNode(true)).map((p) =>"
        " (p.querySelectorAll('svg').forEach((s) => s.remove()), p.textContent))"
    )
    targets = (
        "[...document.querySelectorAll('#main a')].map((a) => a.getAttribute('href'))"
        ".filter((to) => to.startsWith('#')).map((to) => to.slice(1).split('?')[0])"
    )
    places = [(one.name, place) for one in PAGES for place in ("", "?segment=smb")]
    browser.look(width=1440)
    browser.open(page)
    whole: dict[tuple[str, str], list[str]] = {}
    led_to: set[str] = set()
    for name, place in places:
        browser.go(f"#{name}{place}")
        whole[name, place] = browser.run(words)
        led_to |= set(browser.run(targets))
    assert {"deals", "activity", "people"} <= led_to
    part = tmp_path / FILE
    for left_out in (one.name for one in PAGES):
        settings = dataclasses.replace(SETTINGS, leave_out=(left_out,))
        part.write_text(render(demo, settings), encoding="utf-8")
        browser.open(part)
        for name, place in places:
            if name == left_out:
                continue
            browser.go(f"#{name}{place}")
            assert browser.run(words) == whole[name, place], (left_out, name, place)
            assert left_out not in browser.run(targets), name
    assert (browser.requests, browser.said) == ([], [])


def test_no_trouble_is_told_as_such_where_the_page_of_the_five_is_left_out(
    browser: Browser, demo: Path, tmp_path: Path
) -> None:
    tables = f"{DEALS} or table_name in ('ceo_five', 'layer_diagnosis')"
    database = _copied(demo, tmp_path / "calm.duckdb", "true", tables)
    (activity,) = [one for one in PAGES if one.name == "activity"]
    (diagnosis,) = [panel for panel in activity.panels if panel.name == "diagnosis"]
    settings = dataclasses.replace(SETTINGS, leave_out=("today",))
    page = tmp_path / FILE
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from marts.layer_diagnosis")
    for spoiled, expected in (
        ("true", diagnosis.empty),
        ("set status = 'not_judged'", diagnosis.unknown),
        ("set status = 'strong', metric_value = null", diagnosis.unknown),
    ):
        if spoiled != "true":
            with duckdb.connect(str(database)) as connection:
                connection.execute(f"update marts.ceo_five {spoiled}")
        page.write_text(render(database, settings), encoding="utf-8")
        browser.open(page, "#activity")
        said = browser.run("document.querySelector('#panel-activity-diagnosis .empty').innerText")
        assert said == expected, spoiled


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "share", "\u2013"),
        ("2025-09-01", "day", "1 Sep 2025"),
        (0.18449, "share of target", "18.4 %"),
        (-0.02652, "change", "\u22122.7 %"),
        (0.0004, "percentage points", "+0.0 points"),
        (-0.0004, "percentage points", "0.0 points"),
        (999.4, "currency", "$999"),
        (999.5, "currency", "$1.00 k"),
        (1_244_999, "currency", "$1.24 M"),
        (-16_200, "currency", "\u2212$16.2 k"),
        (110_750.15, "currency per day", "$111 k a day"),
        (1234.5, "cents", "$1,234.50"),
        (23.4, "days", "23 days"),
        (9.96, "days", "10 days"),
        (4.54, "days", "4.5 days"),
        (1, "days", "1 day"),
        (0.125, "multiple", "0.13\u00d7"),
        (1207, "count", "1,207"),
        (6.714, "calls per opportunity", "6.71"),
        (0.0745, "pushes per deal", "0.0745"),
        (0.47286, "pushes per deal", "0.473"),
        (0.99951, "pushes per deal", "1.00"),
        (0.09996, "pushes per deal", "0.100"),
        (0, "pushes per deal", "0"),
        (41, "tasks", "41 tasks"),
        (7, "activities", "7 activities"),
    ],
)
def test_numbers_are_written_in_the_units_of_their_readers(
    value: Any, unit: str, text: str
) -> None:
    assert show(value, unit).replace("\u00a0", " ") == text


def test_every_panel_has_its_sql_and_its_function() -> None:
    keys = {key for key, _ in panels()}
    declared = {f"{one.name}.{panel.name}" for one in PAGES for panel in one.panels if panel.shown}
    files = {f"{path.parent.name}.{path.stem}" for path in PANELS.rglob("*.sql")}
    assert files == keys
    scripts = "".join((HERE / "static" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    drawn = set(re.findall(r'^  "(\w+\.\w+)"\(', scripts, re.MULTILINE))
    assert drawn == declared


def test_the_libraries_are_those_that_were_taken() -> None:
    known = json.loads((HERE / "vendor" / "vendor.json").read_text(encoding="utf-8"))
    places = {
        "d3": HERE / "vendor",
        "@observablehq/plot": HERE / "vendor",
        "axe-core": TESTS / "vendor",
    }
    assert known.keys() == places.keys()
    for name, about in known.items():
        file = places[name] / Path(about["file"]).name
        assert hashlib.sha256(file.read_bytes()).hexdigest() == about["sha256"], name
        assert (file.parent / f"{file.name.split('.')[0]}.LICENSE").is_file()


def _embedded(page: str) -> Embedded:
    found: dict[str, Any] = {}
    for text in re.findall(
        r'<script type="application/json" id="data-\w+">(.*?)</script>', page, re.DOTALL
    ):
        found |= json.loads(text)
    for table in found.values():
        # A text that comes again and again stands in the file once.
        texts = [table["words"].get(name) for name in table["columns"]]
        table["rows"] = [
            [
                said[value] if said and value is not None else value
                for said, value in zip(texts, row, strict=True)
            ]
            for row in table["rows"]
        ]
    return found


def _dicts(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _plain(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Of whom a value is, by the narrowest that is named, and of which part."""
    who = next(
        (str(row[key]) for key in ("rep_id", "team_id", "segment") if row.get(key) not in GENERAL),
        "all",
    )
    parts = ("slice_id", "stage_id", "loss_reason")
    return who, next((str(row[key]) for key in parts if row.get(key) not in GENERAL), "all")


def _cents(amount: Any) -> int:
    return round(decimal.Decimal(str(amount)) * 100)


def _copied(demo: Path, path: Path, kept: str, tables: str) -> Path:
    """The demo's public tables in a file of their own, those and their rows that fit."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{demo}' as demo (read_only)")
        connection.execute("create schema marts")
        found = connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'demo' and"
            f" table_schema = 'marts' and ({tables})"
        ).fetchall()
        for (table,) in found:
            where = "true" if table in ("data_quality", "dim_metrics") else kept
            connection.execute(
                f"create table marts.{table} as select * from demo.marts.{table} where {where}"
            )
    return path

"""The demo companies: deterministic, as committed, cut cleanly in time, their story in them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demo_companies.company import HORIZON, named_company
from demo_companies.export import write_company
from demo_companies.ids import id_suffix, salesforce_id
from demo_companies.story import Story, read_story
from sales_metrics.errors import SalesMetricsError

CUT = dt.date(2025, 3, 31)
BEFORE, STORY = dt.date(2025, 3, 1), dt.date(2025, 9, 1)


def tables(folder: Path) -> dict[str, Path]:
    """Every raw file of a company by its place in the folder."""
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".parquet", ".csv")
    }


def relation(path: Path) -> str:
    """SQL that reads a raw file; CSV as text, so that nothing is guessed."""
    if path.suffix == ".csv":
        return f"read_csv('{path}', all_varchar = true, header = true)"
    return f"read_parquet('{path}')"


def rows_of(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        return db.execute(query).fetchall()


def differences(left: Path, right: Path) -> int:
    """Rows in one file and not in the other, counted with their copies."""
    one, two = relation(left), relation(right)
    found = rows_of(
        f"select count(*) from ((from {one} except all from {two}) "
        f"union all (from {two} except all from {one}))"
    )
    return int(found[0][0])


def same_company(left: Path, right: Path) -> dict[str, int]:
    """Differing rows by table; a table that only one has counts as -1."""
    one, two = tables(left), tables(right)
    found = dict.fromkeys(one.keys() ^ two.keys(), -1)
    for name in one.keys() & two.keys():
        rows = differences(one[name], two[name])
        if rows:
            found[name] = rows
    return found


@pytest.fixture(scope="module")
def kelvinmark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed company, generated afresh."""
    folder = tmp_path_factory.mktemp("kelvinmark")
    write_company(named_company("kelvinmark"), folder)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_company(named_company("kelvinmark", opportunities=1_500), folder)
    return folder


@pytest.fixture(scope="module")
def story(demo_raw: Path) -> Story:
    return read_story(demo_raw)


def test_spark_can_read_how_the_files_are_packed(demo_raw: Path, small: Path) -> None:
    for folder in (demo_raw, small):
        files = f"parquet_metadata('{folder}/*/*.parquet')"
        packed = rows_of(f"select file_name, path_in_schema, encodings from {files}")
        assert packed
        assert not [column for column in packed if "BYTE_STREAM_SPLIT" in column[2]]


def test_generator_and_committed_files_agree(kelvinmark: Path, demo_raw: Path) -> None:
    assert same_company(kelvinmark, demo_raw) == {}


def test_committed_files_stay_small(demo_raw: Path) -> None:
    size = sum(path.stat().st_size for path in demo_raw.rglob("*") if path.is_file())
    assert size <= 12_000_000


def test_rows_do_not_depend_on_the_block_size(small: Path, tmp_path: Path) -> None:
    company = named_company("kelvinmark", opportunities=1_500)
    write_company(company, tmp_path, block=333)
    assert same_company(small, tmp_path) == {}


def test_another_seed_gives_another_company(small: Path, tmp_path: Path) -> None:
    write_company(named_company("kelvinmark", seed=99, opportunities=1_500), tmp_path)
    changed = same_company(small, tmp_path)
    assert changed["salesforce/opportunity.parquet"] > 1_000
    assert "planning/targets.csv" not in changed


def test_quiet_is_the_company_without_the_push(tmp_path: Path) -> None:
    write_company(named_company("quiet"), tmp_path)
    quiet = read_story(tmp_path)
    before, told = quiet.quarters[BEFORE], quiet.quarters[STORY]
    assert told["win_rate"] == pytest.approx(before["win_rate"], abs=0.03)
    assert told["enterprise_rate"] == pytest.approx(1 / 3, abs=0.1)
    assert told["calls_per_rep"] < 1.1 * before["calls_per_rep"]
    assert told["enterprise_no_discovery"] < 0.25


def test_truncated_export_is_the_past_of_the_full_one(small: Path, tmp_path: Path) -> None:
    """History at the cut is the full history up to it, row for row, and nothing is later."""
    write_company(named_company("kelvinmark", opportunities=1_500), tmp_path, CUT)
    early, late = tables(tmp_path), tables(small)
    end = f"timestamp '{CUT + dt.timedelta(days=1)}'"
    for name in ("opportunity_history", "opportunity_field_history", "lead", "account"):
        place = f"salesforce/{name}.parquet"
        columns = "* exclude (status, is_converted, converted_date, converted_opportunity_id)"
        picked = columns if name == "lead" else "*"
        rows = rows_of(
            f"select count(*) from ((select {picked} from {relation(late[place])} "
            f"where created_date < {end}) except all (select {picked} from "
            f"{relation(early[place])}))"
        )[0][0]
        assert rows == 0, name
    for name, column in (
        ("opportunity", "last_modified_date"),
        ("opportunity", "created_date"),
        ("opportunity_history", "created_date"),
        ("opportunity_field_history", "created_date"),
        ("task", "created_date"),
        ("task", "completed_date_time"),
        ("event", "created_date"),
        ("lead", "created_date"),
        ("user", "created_date"),
        ("dated_conversion_rate", "start_date"),
    ):
        source = relation(early[f"salesforce/{name}.parquet"])
        late_rows = rows_of(f"select count(*) from {source} where {column} >= {end}")
        assert late_rows[0][0] == 0, (name, column)


def test_current_row_at_the_cut_is_the_last_history_row(small: Path, tmp_path: Path) -> None:
    write_company(named_company("kelvinmark", opportunities=1_500), tmp_path, CUT)
    crm = tmp_path / "salesforce"
    rows = rows_of(f"""
        with last_change as (
            select opportunity_id, max_by(stage_name, (created_date, id)) as stage_name,
                max_by(close_date, (created_date, id)) as close_date
            from read_parquet('{crm}/opportunity_history.parquet')
            group by opportunity_id
        ),
        current as (
            select * from read_parquet('{crm}/opportunity.parquet')
            qualify row_number() over (partition by id order by system_modstamp desc) = 1
        )
        select count(*), count_if(c.stage_name <> case h.stage_name
                when 'Price Quote' then 'Proposal' else h.stage_name end),
            count_if(c.close_date <> h.close_date)
        from current as c inner join last_change as h on c.id = h.opportunity_id
    """)[0]
    assert rows[0] > 1_000
    assert rows[1] == 0
    # Only the few deals edited with tracking off.
    assert rows[2] <= 15


def test_the_story_is_in_the_rows(story: Story) -> None:
    before, told = story.quarters[BEFORE], story.quarters[STORY]
    assert before["win_rate"] == pytest.approx(0.21, abs=0.02)
    assert told["win_rate"] == pytest.approx(0.16, abs=0.02)
    assert before["enterprise_rate"] == pytest.approx(1 / 3, abs=0.05)
    assert told["enterprise_rate"] == pytest.approx(1 / 5, abs=0.05)
    assert abs(told["mid_market_rate"] - before["mid_market_rate"]) < 0.05
    assert told["closed_vs_target"] == pytest.approx(0.86, abs=0.02)
    assert told["enterprise_cycle"] - before["enterprise_cycle"] == pytest.approx(21, abs=5)
    assert told["calls_per_rep"] / before["calls_per_rep"] == pytest.approx(1.3, abs=0.05)
    assert told["coverage"] >= 3
    assert told["enterprise_skip_rate"] > 2 * before["enterprise_skip_rate"]
    assert told["enterprise_no_discovery"] > 2 * before["enterprise_no_discovery"]
    for name in ("meetings_booked", "demos"):
        assert told[name] > max(
            values[name] for quarter, values in story.quarters.items() if quarter != STORY
        )


def test_the_leak_shows_by_week_five_where_it_is_and_nowhere_else(story: Story) -> None:
    leak = story.windows["enterprise", "Proposal"]
    assert leak.rate_before - leak.rate > 0.08
    assert min(leak.exits, leak.exits_before) >= 150
    everyone = story.windows["all", "Proposal"]
    assert leak.exits_before <= 0.15 * everyone.exits_before
    assert leak.exits <= 0.15 * everyone.exits
    assert abs(everyone.rate - everyone.rate_before) < 0.02
    for (segment, stage), window in story.windows.items():
        if segment in ("all", "mid_market"):
            assert window.rate_before - window.rate < 0.05, (segment, stage)


DIRT = {
    "doubled opportunities": "select count(*) - count(distinct id) from opportunity",
    "doubled history": "select count(*) - count(distinct id) from opportunity_history",
    "doubled tasks": "select count(*) - count(distinct id) from task",
    "doubled events": "select count(*) - count(distinct id) from event",
    "deleted opportunities": "select count(*) from opportunity where is_deleted",
    "deleted tasks": "select count(*) from task where is_deleted",
    "no owner": "select count(*) from opportunity where owner_id is null",
    "amount not a number": "select count(*) from opportunity where amount = 'n/a'",
    "amount missing": "select count(*) from opportunity where amount is null",
    "date of the year one": "select count(*) from opportunity where close_date < date '1900-01-01'",
    "closed before creation": """select count(*) from opportunity
        where close_date >= date '1900-01-01' and close_date < cast(created_date as date)""",
    "probability out of range": "select count(*) from opportunity where probability > 100",
    "unmapped stage": """select count(*) from opportunity_history
        where stage_name = 'Paid Pilot'""",
    "renamed stage": """select count(*) from opportunity_history
        where stage_name = 'Price Quote'""",
    "history of unknown opportunities": """select count(*) from opportunity_history as h
        anti join opportunity as o on h.opportunity_id = o.id""",
    "history starts late": """select count(*) from opportunity
        where created_date < timestamp '2023-09-01'""",
    "short ids": """select count(*) from opportunity_field_history
        where length(opportunity_id) = 15""",
    "loaded late": """select count(*) from opportunity_history
        where _fivetran_synced > created_date + interval 5 day""",
    "automated mail": "select count(*) from task where type = 'Automated Email'",
    "invitee copies": "select count(*) from event where is_child",
    "reopened": """select count(*) from opportunity_field_history
        where field = 'StageName' and old_value like 'Closed%' and new_value not like 'Closed%'""",
    "overlapping rate windows": """select count(*) from dated_conversion_rate as a
        inner join dated_conversion_rate as b on a.iso_code = b.iso_code
            and a.start_date < b.start_date and b.start_date < a.next_start_date""",
    "blank currency": "select count(*) from opportunity where currency_iso_code is null",
    "segment named by the account": "select count(*) from account where segment is not null",
    "account without a segment": """select count(*) from account
        where segment is null and number_of_employees is null""",
}


@pytest.mark.parametrize("kind", DIRT)
def test_every_kind_of_dirt_is_there(kind: str, demo_raw: Path) -> None:
    with duckdb.connect() as db:
        for path in (demo_raw / "salesforce").glob("*.parquet"):
            db.execute(f"create view {path.stem} as from read_parquet('{path}')")
        assert db.execute(DIRT[kind]).fetchall()[0][0] >= 1


def test_ids_carry_the_crm_checksum() -> None:
    # Worked by hand: capitals at places 2 and 3 of the first five are 4 + 8 = 12, the letter M.
    assert id_suffix("00QKd000000000z") == "MAA"
    assert salesforce_id("006", 35) == "006Kd000000000zIAA"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"opportunities": 5}, "--opportunities must be 100 or more, not 5."),
        ({"seed": -1}, "--seed must be 0 or more, not -1."),
        ({"activities": 1.0}, "--activities must lie between 4 and 100, not 1.0."),
    ],
)
def test_wrong_options_are_told_in_a_sentence(wrong: dict[str, int], sentence: str) -> None:
    with pytest.raises(SalesMetricsError, match=sentence):
        named_company("kelvinmark", **wrong)


def test_an_export_outside_the_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SalesMetricsError, match="--until must lie between 2023-09-01"):
        write_company(named_company("quiet"), tmp_path, HORIZON + dt.timedelta(days=1))

"""Readers see one whole build or the one before, whatever happens to the job.

Counts are small here; by hand they are set larger (docs/evidence/reliability.md):
SALES_METRICS_TEST_PUBLISHES and SALES_METRICS_TEST_KILLS.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from harness import DEMO, REPO, Ask
from publishing_harness import (
    ROWS,
    build_info,
    call,
    command,
    publish_number,
    reader_result,
    served_number,
    start_publisher,
    start_reader,
    write_tiny_project,
    write_tiny_raw,
    write_work,
)
from sales_metrics.errors import LOCKED, SalesMetricsError
from sales_metrics.expectations.page import quality_rows
from sales_metrics.publishing.lock import locked
from sales_metrics.publishing.store import PARTIAL, Store, sweep, switch
from sales_metrics.publishing.writing import Publication, QualityRow, personal_keys, publish

PUBLISHES = int(os.environ.get("SALES_METRICS_TEST_PUBLISHES", "8"))
KILLS = int(os.environ.get("SALES_METRICS_TEST_KILLS", "4"))
# A run takes some seconds, a publish a tenth of one.
RUN_KILLS = int(os.environ.get("SALES_METRICS_TEST_RUN_KILLS", "2"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


def test_readers_see_only_whole_builds(folder: Path, tmp_path: Path) -> None:
    publish_number(folder, 0)
    stop = tmp_path / "stop"
    readers = [start_reader(folder, stop) for _ in range(2)]
    try:
        for number in range(1, PUBLISHES + 1):
            publish_number(folder, number)
            time.sleep(0.1)
    finally:
        stop.touch()
    results = [reader_result(reader) for reader in readers]
    assert [result["mixed"] for result in results] == [[], []]
    for result in results:
        print(result["counts"], "builds seen:", len(result["numbers"]))
        assert len(result["numbers"]) > 1, "the reader must have seen a change of builds"
    assert served_number(folder) == PUBLISHES


def test_kill_9_while_publishing_leaves_a_whole_build(folder: Path) -> None:
    publish_number(folder, 0)
    chance = random.Random(7)
    last, left_overs, published = 0, 0, 0
    for _ in range(KILLS):
        publisher = start_publisher(folder, last)
        time.sleep(chance.random() * 0.8)
        publisher.send_signal(signal.SIGKILL)
        publisher.communicate()
        number = served_number(folder)
        assert number >= last
        published += number - last
        last = number
        left_overs += len(list((folder / "builds").glob(f"{PARTIAL}*")))
        # Without help, by the same command.
        last += 1
        publish_number(folder, last)
        assert served_number(folder) == last
        assert not list((folder / "builds").glob(f"{PARTIAL}*"))
    print(f"{KILLS} kills, {left_overs} left half a build, {published} builds between them")


def test_kill_9_of_a_run_leaves_the_old_build_and_the_next_run_succeeds(
    folder: Path, tmp_path: Path
) -> None:
    project = write_tiny_project(tmp_path / "project")
    raw = write_tiny_raw(tmp_path / "raw")
    arguments = ("run", "--project-dir", project, "--raw", raw, "--published", folder)
    started = time.monotonic()
    done = call(*arguments, env={"TINY_NUMBER": "1"})
    lasts = time.monotonic() - started
    assert done.returncode == 0, done.stdout + done.stderr
    assert served_number(folder) == 1
    chance = random.Random(11)
    reached: dict[str, int] = {}
    for number in range(2, RUN_KILLS + 2):
        before = served_number(folder)
        line, environment = command(*arguments, env={"TINY_NUMBER": str(number)})
        log = tmp_path / "killed.log"
        with log.open("w") as out:
            killed = subprocess.Popen(line, env=environment, stdout=out, stderr=out)
            time.sleep(chance.random() * lasts)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        assert served_number(folder) in (before, number)
        # The last line may have been cut off anywhere.
        said = re.findall(r"\] (.+?) \.\.\.", log.read_text())
        phase = said[-1].strip() if said else "start"
        reached[phase] = reached.get(phase, 0) + 1
    print(f"{RUN_KILLS} kills in {lasts:.1f} s of run, last words: {reached}")
    done = call(*arguments, env={"TINY_NUMBER": "99"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert served_number(folder) == 99
    # dbt died with the run that had called it.
    assert [path.name for path in (folder / ".work").iterdir()] == ["cache"]


def test_a_failing_test_leaves_the_old_build_and_says_which(folder: Path, tmp_path: Path) -> None:
    project = write_tiny_project(tmp_path / "project")
    raw = write_tiny_raw(tmp_path / "raw")
    publish_number(folder, 5)
    before = Store(folder).served_id()
    arguments = ("run", "--project-dir", project, "--raw", raw, "--published", folder, "--json")
    done = call(*arguments, env={"TINY_NUMBER": "-1"})
    said = json.loads(done.stdout)
    assert done.returncode == said["exit_code"] == 1
    assert said["errors"] == [f"It does not hold that no number is negative: {ROWS} rows."]
    assert said["serves"] == before == Store(folder).served_id()
    assert served_number(folder) == 5
    assert (folder / "refused" / "dbt.log").exists()
    # A model that cannot be built is told in one sentence too.
    done = call(*arguments, env={"TINY_NUMBER": "no_such_column"})
    (sentence,) = json.loads(done.stdout)["errors"]
    assert sentence.startswith("model numbers: Binder Error: Referenced column")
    assert "Traceback" not in done.stderr + sentence
    assert served_number(folder) == 5


def test_two_runs_at_once(folder: Path, tmp_path: Path) -> None:
    """Locks are of open files, so two in one process exclude each other as two processes do."""
    with locked(folder):
        started = time.monotonic()
        with (
            pytest.raises(SalesMetricsError, match=f"process {os.getpid()}") as refused,
            locked(folder, 0.5),
        ):
            pass
        assert refused.value.exit_code == LOCKED
        assert time.monotonic() - started >= 0.5
        work = write_work(tmp_path / "work.duckdb", 1)
        done = call("publish", "--database", work, "--published", folder)
        assert done.returncode == LOCKED
        assert done.stderr.startswith("sales-metrics: Another run (process ")
    line, environment = command(
        *("publish", "--database", work, "--published", folder, "--wait", "200")
    )
    with locked(folder):
        waiting = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(1.5)
        assert waiting.poll() is None
    assert waiting.wait(timeout=300) == 0
    assert served_number(folder) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no permission to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_leaves_the_old_build(small_disk: Path, tmp_path: Path) -> None:
    store = Store(small_disk / "published")
    store.builds.mkdir(parents=True)
    small = write_work(tmp_path / "small.duckdb", 1)
    publish(store, small, Publication(build_info(store)), 3)
    large = write_work(tmp_path / "large.duckdb", 2, rows=1_000_000)
    with pytest.raises(SalesMetricsError, match=r"The disk of .* is full: free some space"):
        publish(store, large, Publication(build_info(store)), 3)
    assert served_number(store.folder) == 1
    # The half build is cleared at once: what is left is told beside it, and the next one fits.
    assert sweep(store) == []
    publish(store, write_work(tmp_path / "small.duckdb", 3), Publication(build_info(store)), 3)
    assert served_number(store.folder) == 3


def test_a_folder_without_write_permission_is_told(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        place = tmp_path / "file"
        place.write_text("a file where a folder should be")
        expected = "cannot be used"
    else:
        place = tmp_path / "closed"
        place.mkdir(mode=0o500)
        expected = "cannot be written"
    with pytest.raises(SalesMetricsError, match=expected), locked(place / "published"):
        pass


def test_builds_are_kept_listed_and_rolled_back(folder: Path) -> None:
    ids = [publish_number(folder, number, keep=3).build_id for number in range(5)]
    store = Store(folder)
    assert store.ids() == ids[2:]
    listed = json.loads(call("builds", "--published", folder, "--json").stdout)
    assert [(one["build_id"], one["is_served"]) for one in listed] == [
        (ids[2], False),
        (ids[3], False),
        (ids[4], True),
    ]
    assert listed[0]["rows"]["numbers"] == ROWS
    done = call("rollback", "--published", folder)
    assert done.returncode == 0
    assert served_number(folder) == 3
    assert (folder / "parquet").resolve() == store.build(ids[3]) / "parquet"
    # The one that is served is not cleared away, however old.
    switch(store, ids[2])
    publish_number(folder, 5, keep=3)
    done = call("rollback", ids[2], "--published", folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"sales-metrics: There is no build {ids[2]} in ")


def test_a_clock_set_back_does_not_disorder_builds(folder: Path) -> None:
    publish_number(folder, 1)
    store = Store(folder)
    long_ago = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    assert store.new_id(long_ago) > (store.served_id() or "")


def test_no_address_of_a_person_is_published(folder: Path, tmp_path: Path) -> None:
    work = write_work(tmp_path / "work.duckdb", 1)
    with duckdb.connect(str(work)) as connection:
        connection.execute(
            "create table marts.dim_reps as select 'R1' as rep_id,"
            " 'Ana <ana.lind+x@kelvin-mark.co.uk>' as rep_name, '+1 (415) 555-0100' as role,"
            " 'call 415 or 2025-06-30, 4,155,550,100' as note"
        )
    store = Store(folder)
    store.builds.mkdir(parents=True)
    query = "select rep_id, rep_name, role, note from marts.dim_reps"
    publish(store, work, Publication(build_info(store)), 3)
    with duckdb.connect(str(folder / "serve.duckdb"), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [
            ("R1", "Ana <[e-mail]>", "[phone]", "call 415 or 2025-06-30, 4,155,550,100")
        ]
    allowed = {"dim_reps": ["rep_name"]}
    publish(store, work, Publication(build_info(store), personal=allowed), 3)
    with duckdb.connect(str(folder / "serve.duckdb"), read_only=True) as connection:
        assert connection.execute(query).fetchall()[0][1:3] == (
            "Ana <ana.lind+x@kelvin-mark.co.uk>",
            "[phone]",
        )
    with duckdb.connect(str(work)) as connection:
        connection.execute("update marts.dim_reps set rep_id = 'ana@kelvinmark.example'")
    (sentence,) = personal_keys(work, {})
    assert sentence.startswith("marts.dim_reps.rep_id holds e-mail addresses in 1 rows")
    assert personal_keys(work, {"dim_reps": ["rep_id"]}) == []
    done = call("publish", "--database", work, "--published", folder)
    assert (done.returncode, sentence in done.stderr) == (1, True)


def test_what_is_published_is_what_was_built(folder: Path, tmp_path: Path) -> None:
    """Names and ids with quotes, SQL, newlines and emoji; results of checks; the build itself."""
    odd = ["O'Brien\"; drop table marts.x; --", "two\nlines", "\N{ROCKET} launch", "%s {batch} $1"]
    work = write_work(tmp_path / "work.duckdb", 1)
    with duckdb.connect(str(work)) as connection:
        connection.execute('create table marts."odd ""name""" (id varchar, amount decimal(18, 2))')
        connection.executemany(
            'insert into marts."odd ""name""" values (?, 1.10)', [[text] for text in odd]
        )
        connection.execute("alter table marts.data_quality drop column build_number")
    store = Store(folder)
    store.builds.mkdir(parents=True)
    row = QualityRow("expectation_x", odd[0], "warn", "shown", 4, 1, odd[1])
    info = publish(store, work, Publication(build_info(store), quality=[row]), 3)
    with duckdb.connect(str(folder / "serve.duckdb"), read_only=True) as connection:
        found = connection.execute('select id from marts."odd ""name""" order by rowid').fetchall()
        assert [text for (text,) in found] == odd
        assert connection.execute(
            "select * exclude (as_of_date) from marts.data_quality where check_id <> 'a'"
        ).fetchall() == [("expectation_x", odd[0], "warn", "shown", 4, 1, odd[1])]
        assert connection.execute(
            "select build_id, code_hash from marts.published_build"
        ).fetchall() == [(info.build_id, "code")]
        # Attached by its own name, a table is found without doubt.
        assert connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'serve'"
        ).fetchall() == [("v1.2.0+",)]
    with duckdb.connect() as connection:
        path = str(folder / "parquet" / 'odd "name".parquet')
        assert connection.execute("select count(*) from read_parquet(?)", [path]).fetchall() == [
            (4,)
        ]


def test_a_view_is_published_as_a_table_in_order(folder: Path, tmp_path: Path) -> None:
    work = write_work(tmp_path / "work.duckdb", 1)
    with duckdb.connect(str(work)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.shuffled as"
            " select row_id from marts.numbers order by hash(row_id)"
        )
        connection.execute("create view marts.seen as select row_id from intermediate.shuffled")
    store = Store(folder)
    store.builds.mkdir(parents=True)
    publish(store, work, Publication(build_info(store)), 3)
    with duckdb.connect(str(folder / "serve.duckdb"), read_only=True) as connection:
        rows = [row for (row,) in connection.execute("select row_id from marts.seen").fetchall()]
    assert rows == list(range(ROWS))


def test_every_expectation_is_its_own_row_of_data_quality(ask: Ask) -> None:
    from sales_metrics.dbt_runs.reading import Reading
    from sales_metrics.expectations.checking import Finding
    from sales_metrics.expectations.suites import marts_suite, raw_suite

    told = ask(DEMO)
    assert isinstance(told, Reading)
    # As if every column of the contract were there.
    everything = [
        dataclasses.replace(
            table,
            columns=tuple(
                dataclasses.replace(column, sql="x", value=column.value or "x")
                for column in table.columns
            ),
        )
        for table in told.tables
    ]
    suite = [
        *raw_suite(REPO, everything, dt.date(2026, 1, 1)),
        *marts_suite(REPO),
    ]
    rows = quality_rows([Finding(one, True, "") for one in suite])
    keys = [(row.check_id, row.table_name) for row in rows]
    assert sorted(keys) == sorted(set(keys))


def test_nothing_is_served_before_the_first_run(tmp_path: Path) -> None:
    done = call("report", "--published", tmp_path / "nowhere")
    assert (done.returncode, "Nothing is served" in done.stderr) == (2, True)


def test_what_is_no_build_is_told_in_words_of_ours(tmp_path: Path) -> None:
    foreign, table = tmp_path / "foreign.duckdb", tmp_path / "table.csv"
    with duckdb.connect(str(foreign)) as connection:
        connection.execute("create table a as select 1 as b")
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    acked = ("ack", "x", "--by", "Ana")
    for words, database, told in (
        (acked, foreign, f"{foreign} holds no table marts.kpi_breaches: build it first."),
        (acked, table, f"{table} is no whole DuckDB file: it was cut off, or is foreign."),
        (("pages",), table, f"{table} is no whole DuckDB file: it was cut off, or is foreign."),
        (("pages",), tmp_path, f"{tmp_path} is a folder: name the database file in it."),
    ):
        done = call(*words, "--database", database)
        assert done.stderr == f"sales-metrics: {told}\n"
        assert done.returncode == 2
    page = tmp_path / "nowhere" / "page.html"
    for name, option in (("pages", "--output"), ("expectations", "--page")):
        done = call(name, "--database", foreign, option, page)
        assert done.stderr == f"sales-metrics: There is no folder {page.parent}: make it first.\n"


def test_a_misspelt_command_is_one_sentence(tmp_path: Path) -> None:
    said = call("ruun").stderr
    assert "?;" not in said
    assert "'run'? `sales-metrics --help` lists what there is." in said

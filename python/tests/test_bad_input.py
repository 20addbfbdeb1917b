"""What lands is sometimes wrong: each kind is refused or told, in one sentence."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import GOLDEN, REPO, Ask
from publishing_harness import call
from sales_metrics.dbt_runs import dbt
from sales_metrics.dbt_runs.reading import Reading, Refusal
from sales_metrics.doctor.checks import judged
from sales_metrics.errors import CHECK_FAILED, USAGE
from sales_metrics.expectations.audit import Audit
from sales_metrics.expectations.checking import Finding
from sales_metrics.expectations.freshness import freshness

DEALS = 200
Rows = list[dict[str, str]]


def deals() -> Rows:
    return [
        {
            "id": f"006{number:012d}",
            "owner_id": "005000000000001",
            "name": f"Deal {number}",
            "stage_name": "Discovery",
            "amount": f"{1_000 + number}.00",
            "created_date": "2025-06-02T15:00:00.000Z",
            "close_date": "2025-09-30",
            "system_modstamp": "2025-06-30T15:00:00.000Z",
        }
        for number in range(DEALS)
    ]


def write(folder: Path, rows: Rows, table: str = "opportunity", delimiter: str = ",") -> Path:
    (folder / "salesforce").mkdir(parents=True, exist_ok=True)
    path = folder / "salesforce" / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def audited(ask: Ask, raw: Path, work: Path) -> Audit:
    work.mkdir()
    told = ask(raw)
    assert isinstance(told, Reading), told
    return Audit.of(REPO, told, work / "landing.duckdb")


@pytest.fixture(scope="module")
def last_load(ask: Ask, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The numbers of a load that was accepted, which nothing is said against."""
    folder = tmp_path_factory.mktemp("last")
    audit = audited(ask, write(folder / "raw", deals()), folder / "work")
    found = audit.raw_findings({})
    assert found
    assert [one.sentence() for one in found if not one.success] == []
    return audit.landed


def changed(**values: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{**row, **values} for row in rows]


def emptied(column: str, share: float) -> Callable[[Rows], Rows]:
    def empty(rows: Rows) -> Rows:
        return [
            {**row, column: ""} if place < share * len(rows) else row
            for place, row in enumerate(rows)
        ]

    return empty


TOMORROW = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("spoil", "sentences"),
    [
        pytest.param(
            lambda rows: changed(stage_name="Handshake")(rows[: DEALS // 10]),
            [
                "error  salesforce.opportunity: has at least 50% of the rows of the last accepted"
                " load (rows 20, last_rows 200)",
                "warn   salesforce.opportunity.stage_name: in the stage map for 95% of the rows"
                " (20 of 20 rows: Handshake)",
                "warn   salesforce.opportunity: has no picklist value that the last load did not"
                " have (column_name stage_name, value Handshake)",
            ],
            id="a load with 10 % of the rows, in a stage nobody mapped",
        ),
        pytest.param(
            # None at all would be refused before anything is read.
            lambda rows: emptied("owner_id", 0.5)(
                changed(created_date="2093-06-02T15:00:00.000Z")(
                    [*changed(amount="about ten")(rows[:-1]), rows[-1]]
                )
            ),
            [
                "error  salesforce.opportunity.amount: holds numbers in 95% of the rows (199 of"
                " 200 rows, such as about ten)",
                f"error  salesforce.opportunity.created_date: after {TOMORROW} in at most 5% of"
                " the rows (200 of 200 rows)",
                "error  salesforce.opportunity.owner_id: filled in 90% of the rows (100 of 200"
                " rows)",
                "error  salesforce.opportunity: no required column is emptier by 20% than in the"
                " last load (column_name owner_id, share 0.5, last_share 0.0)",
                # What staging cannot use is as good as empty.
                "warn   salesforce.opportunity: no optional column is emptier by 20% than in the"
                " last load (column_name amount, share 0.995, last_share 0.0)",
            ],
            id="text for numbers, dates in the future, a column half empty",
        ),
        pytest.param(
            lambda rows: emptied("amount", 0.4)(changed(amount="-3000000000")(rows) * 2),
            [
                "warn   salesforce.opportunity.id: repeats an id in at most 20% of the rows (200"
                " of 400 rows)",
                "warn   salesforce.opportunity: no optional column is emptier by 20% than in the"
                " last load (column_name amount, share 0.4, last_share 0.0)",
                "warn   salesforce.opportunity.amount: below 0 or over 1,000,000,000 in at most"
                " 1% of the rows (240 of 400 rows)",
            ],
            id="duplicates of everything, amounts nobody sells for",
        ),
    ],
)
def test_a_load_is_told_what_is_wrong_with_it(
    ask: Ask,
    last_load: Mapping[str, Any],
    tmp_path: Path,
    spoil: Callable[[Rows], Rows],
    sentences: list[str],
) -> None:
    raw = write(tmp_path / "raw", spoil(deals()))
    found = audited(ask, raw, tmp_path / "work").raw_findings(last_load)
    assert sorted(one.sentence() for one in _failed(found)) == sorted(sentences)


def test_a_cycle_of_managers(ask: Ask, tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", deals())
    people = [
        {"id": f"U{number}", "name": f"Person {number}", "manager_id": manager}
        for number, manager in enumerate(["", "U0", "U3", "U4", "U2", "U2", "U6"])
    ]
    write(raw, people, "user")
    (cycle,) = _failed(audited(ask, raw, tmp_path / "work").raw_findings({}))
    assert cycle.sentence() == (
        "warn   salesforce.user.manager_id: nobody manages himself, over others or directly"
        " (U2, U3, U4)"
    )
    assert cycle.rows_failing == 4


def _failed(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if not one.success]


def _cut_off(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy (select range as id from range(9)) to '{path}' (format parquet)")
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("file", "spoil", "sentence"),
    [
        ("opportunity.parquet", _cut_off, "is no whole Parquet file: the export was cut off"),
        (
            "opportunity.jsonl.gz",
            lambda path: path.write_bytes(gzip.compress(b'{"id": 1}\n')[:-4]),
            "is no whole gzip file: the load was cut off or the name is wrong; load it again.",
        ),
        ("opportunity.jsonl.gz", lambda path: path.write_bytes(b"{}"), "is no whole gzip file"),
        ("opportunity.parquet", lambda path: path.write_bytes(b""), "is empty: the export was cut"),
        ("opportunity.csv", lambda path: path.write_bytes(b""), "is empty: the export was cut off"),
        (
            "opportunity.csv",
            lambda path: path.write_text("id;owner_id;stage_name\n1;2;Demo\n"),
            "is divided by semicolons, not by commas: export it again with commas.",
        ),
        (
            "opportunity.csv",
            lambda path: path.write_text("id\towner_id\n1\t2\n"),
            "is divided by tabs, not by commas",
        ),
    ],
)
def test_a_file_nobody_can_read_is_named(
    ask: Ask, tmp_path: Path, file: str, spoil: Callable[[Path], Any], sentence: str
) -> None:
    folder = tmp_path / "raw" / "salesforce"
    folder.mkdir(parents=True)
    spoil(folder / file)
    told = ask(tmp_path / "raw")
    assert isinstance(told, Refusal)
    assert f"salesforce/{file} {sentence}" in told.sentences[0]
    assert told.exit_code == CHECK_FAILED


def test_a_raw_folder_that_does_not_exist(tmp_path: Path) -> None:
    done = call("run", "--raw", tmp_path / "nowhere", "--published", tmp_path / "published")
    assert done.returncode == USAGE
    assert f"There is no raw folder {tmp_path / 'nowhere'}: set SALES_METRICS_RAW" in done.stderr
    assert "Traceback" not in done.stderr
    done = call("doctor", "--raw", tmp_path / "nowhere", "--published", tmp_path / "published")
    assert done.returncode == 1
    assert "error  There is no raw folder" in done.stdout


def test_a_bucket_is_no_folder(tmp_path: Path) -> None:
    done = call("run", "--raw", "s3://raw/crm", "--published", tmp_path / "published")
    assert done.returncode == USAGE
    assert "is no folder of this machine" in done.stderr


def test_names_with_quotes_and_wildcards_pass_through(ask: Ask, tmp_path: Path) -> None:
    odd = ["O'Brien", 'say "hi"; drop table x; --', "two\nlines", "{batch} %s", "\N{ROCKET}"]
    raw = tmp_path / "it's [raw] *"
    # Neither the file nor the column is of the contract: they are there, and in nobody's way.
    rows = [
        {'we"ird; column': name, **row, "name": name}
        for name, row in zip(odd, deals(), strict=False)
    ]
    write(raw, rows)
    write(raw, rows, 'o\'dd "table"')
    read = audited(ask, raw, tmp_path / "work").reading.read
    assert [table.full_name for table in read] == ["salesforce.opportunity"]
    with duckdb.connect(str(tmp_path / "work" / "landing.duckdb"), read_only=True) as connection:
        found = connection.execute("select name from salesforce.opportunity")
        assert sorted(name for (name,) in found.fetchall()) == sorted(odd)


def test_doctor_finds_nothing_wrong_with_the_golden_folder(tmp_path: Path) -> None:
    done = call("doctor", "--raw", GOLDEN, "--published", tmp_path / "published", "--json")
    assert done.returncode == 0, done.stdout
    assert {check["status"] for check in json.loads(done.stdout)} == {"ok", "warn"}


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        (
            "planning/targets.csv",
            "segment,quarter,metric,amount\n",
            "Source planning: the required table quotas is missing in",
        ),
        (
            "as_of.csv",
            "as_of_date\n30.06.2025\n",
            "as_of.csv says '30.06.2025', which is not a day",
        ),
        (
            "as_of.csv",
            "as_of_date\n2025-02-30\n",
            "as_of.csv says '2025-02-30', which is not a day",
        ),
        ("as_of.csv", "as_of_date\n", "as_of.csv says 'nothing', which is not a day"),
        (
            "csv_export/opportunities.csv",
            "id,owner,stage,created_date,close_date,amount\n"
            + "".join(f"D-{n},ana,Demo,2025-05-0{n},3{n % 2}.07.2025,9\n" for n in range(1, 6)),
            "not one of the 5 values of opportunities.close_date can be used as date, such as"
            " '30.07.2025'. Say in the var raw_formats how its dates are written",
        ),
        # Four odd values are dirt, and told when the marts are built.
        (
            "planning/targets.csv",
            "segment,quarter,metric,amount\n" + "all,2025-07-01,closed_won_amount,much\n" * 4,
            "Source planning: the required table quotas is missing in",
        ),
    ],
)
def test_doctor_finds_what_the_build_would_refuse(
    ask: Ask, tmp_path: Path, file: str, content: str, sentence: str
) -> None:
    raw = write(tmp_path / "raw", deals())
    (raw / file).parent.mkdir(exist_ok=True)
    (raw / file).write_text(content, encoding="utf-8")
    (told,) = [check.sentence for check in judged(ask(raw)) if check.status == "error"]
    assert sentence in told


def test_doctor_says_what_it_finds_wrong_and_ends_with_1(tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", deals())
    (raw / "as_of.csv").write_text("as_of_date\n", encoding="utf-8")
    done = call("doctor", "--raw", raw, "--published", tmp_path / "published")
    assert done.returncode == 1
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("error")]
    assert "as_of.csv says 'nothing', which is not a day" in told


def test_an_export_that_has_stopped(ask: Ask, tmp_path: Path) -> None:
    audit = audited(ask, write(tmp_path / "raw", deals()), tmp_path / "work")

    def told(day: str) -> list[tuple[str, str]]:
        found = freshness(audit.reading.read, audit.landed, dt.date.fromisoformat(day))
        return [(one.severity, one.sentence()) for one in found]

    newest = "the newest row of source salesforce is of 2025-06-30, "
    assert told("2025-06-30") == [("ok", newest + "up to date")]
    assert told("2025-07-05") == [("warn", newest + "5 days before the as-of day")]
    assert told("2025-08-30") == [("error", newest + "61 days before the as-of day")]


def test_a_renamed_column_and_a_missing_file(tmp_path: Path) -> None:
    rows = [
        {("probable_stage" if name == "stage_name" else name): value for name, value in row.items()}
        for row in deals()
    ]
    work = tmp_path / "work"
    work.mkdir()
    built = dbt.build(
        project=REPO,
        profiles=REPO / "profiles",
        target=None,
        work=work,
        cache=tmp_path / "cache",
        raw=str(write(tmp_path / "raw", rows)),
        select=["stg_salesforce__opportunities"],
    )
    (sentence,) = built.sentences
    assert (built.success, built.exit_code) == (False, CHECK_FAILED)
    assert sentence.startswith("Source salesforce, table opportunity (")
    assert "the required column stage_name is missing; looked for stage_name, stagename" in sentence
    assert sentence.endswith("or do without it by the var waived_columns.")
    (tmp_path / "raw" / "salesforce" / "opportunity.csv").rename(
        tmp_path / "raw" / "salesforce" / "lead.csv"
    )
    done = call("doctor", "--raw", tmp_path / "raw", "--published", tmp_path / "published")
    assert "error  Source salesforce: the required table opportunity is missing in" in done.stdout


def test_a_work_file_somebody_else_has_open(tmp_path: Path) -> None:
    """The job's own work file has a name of its own; `publish` may be given one in use."""
    import subprocess
    import sys

    path = tmp_path / "work.duckdb"
    duckdb.connect(str(path)).close()
    holds = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", holds, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        done = call("publish", "--database", path, "--published", tmp_path / "published")
    finally:
        holder.communicate(b"\n")
    assert done.returncode == USAGE
    assert done.stderr.strip() == (
        f"sales-metrics: {path} is open in another program: close it there and run again."
    )


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "Runtime Error in model x (models/x.sql)\n  Binder Error: no y\n\n  LINE 1: select y",
            "model x: Binder Error: no y LINE 1: select y",
        ),
        (
            "Compilation Error in model x (models/x.sql)\n  Say what to do.\n  \n"
            "  > in macro check (macros/check.sql)\n  > called by model x (models/x.sql)",
            "model x: Say what to do.",
        ),
        ('IO Error: Could not set lock on file "w"', "model x: The work file is open in another"),
        ("IO Error: No space left on device", "model x: The disk is full: free some space"),
        (
            'IO Error: Cannot open file "/raw/crm/x.csv": Permission denied',
            "model x: /raw/crm/x.csv cannot be read: give the user who runs this read permission.",
        ),
        (
            "don't know what type: LINE 1: describe select * from read_parquet('/raw/x.parquet')",
            "model x: /raw/x.parquet is no whole Parquet file: the export was cut off",
        ),
        (
            "IO Error: Unexpected end of GZIP stream: /raw/x.csv.gz",
            "model x: /raw/x.csv.gz is no whole gzip file: the load was cut off",
        ),
        (
            "Binder Error: no y LINE 1: select y from read_parquet('/raw/x.parquet')",
            "model x: Binder Error: no y LINE 1",
        ),
    ],
)
def test_the_words_of_dbt_become_sentences(message: str, sentence: str) -> None:
    result: dict[str, object] = {
        "name": "x",
        "kind": "model",
        "status": "error",
        "message": message,
        "failures": None,
        "path": "models/x.sql",
        "model": None,
        "column": None,
        "test": None,
        "broken": [],
    }
    last = {"success": False, "exception": None, "errors": [], "results": [result]}
    (found,) = dbt.outcome(last).sentences
    assert found.startswith(sentence)


def test_golden_raw_rows_are_plausible(ask: Ask, tmp_path: Path) -> None:
    found = audited(ask, GOLDEN, tmp_path / "work").raw_findings({})
    assert [one.sentence() for one in _failed(found)] == []

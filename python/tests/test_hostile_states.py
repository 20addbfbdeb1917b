"""Whatever an operator finds one morning is told in one sentence, about the right file, at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publishing_harness import (
    command,
    publish_number,
    served_number,
    write_tiny_project,
    write_tiny_raw,
    write_work,
)
from sales_metrics import cli
from sales_metrics.breaches.delivery import LEDGER
from sales_metrics.dbt_runs.dbt import outcome
from sales_metrics.dbt_runs.reading import Reading
from sales_metrics.errors import CHECK_FAILED, STOPPED, USAGE, SalesMetricsError
from sales_metrics.job.phases import Phases
from sales_metrics.job.run import Job, Settings
from sales_metrics.project import raw_fingerprint
from sales_metrics.publishing.store import Store
from sales_metrics.stopping import heed, stoppable


@dataclass
class Place:
    """A project, a raw folder, a work file and two builds, the second of which is served."""

    project: Path
    raw: Path
    published: Path
    work: Path

    @property
    def build(self) -> Path:
        store = Store(self.published)
        return store.build(store.ids()[-1])

    def arguments(self, name: str) -> list[str]:
        options = {
            "--published": self.published,
            "--project-dir": self.project,
            "--raw": self.raw,
            "--database": self.work,
        }
        wanted = {
            "run": ["--published", "--project-dir", "--raw"],
            "publish": ["--published", "--project-dir", "--database"],
            "doctor": ["--published", "--project-dir", "--raw"],
        }.get(name, ["--published"])
        return [name, *(part for one in wanted for part in (one, str(options[one])))]


@dataclass
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def place(tmp_path: Path) -> Place:
    published = tmp_path / "published"
    for number in (1, 2):
        publish_number(published, number)
    return Place(
        write_tiny_project(tmp_path / "project"),
        write_tiny_raw(tmp_path / "raw"),
        published,
        write_work(tmp_path / "work.duckdb", 3),
    )


@pytest.fixture
def say(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], Said]:
    """Runs a command in this process, as the program `sales-metrics` does."""

    monkeypatch.setenv("TINY_NUMBER", "4")

    def run(name: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["sales-metrics", *place.arguments(name)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return Said(int(ended.value.code or 0), captured.out, captured.err)

    return run


def text(name: str, content: str | bytes) -> Callable[[Place], None]:
    """Puts a file where something else was; names begin with a part of the place."""

    def spoil(place: Place) -> None:
        path = _path(place, name)
        _clear(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return spoil


def folder(name: str) -> Callable[[Place], None]:
    def spoil(place: Place) -> None:
        path = _path(place, name)
        _clear(path)
        (path / "inside").mkdir(parents=True)

    return spoil


def link(name: str, target: str) -> Callable[[Place], None]:
    def spoil(place: Place) -> None:
        path = _path(place, name)
        _clear(path)
        path.symlink_to(target)

    return spoil


def cut(name: str) -> Callable[[Place], None]:
    def spoil(place: Place) -> None:
        path = _path(place, name)
        path.write_bytes(path.read_bytes()[:4_000][:-100])

    return spoil


def _path(place: Place, name: str) -> Path:
    part, _, rest = name.partition("/")
    return Path(getattr(place, part)) / rest


def _clear(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        path.rename(path.with_name(f".{path.name}.away"))


STATES = [
    ("run", text("project/dbt_project.yml", "name: [x\nvars: {"), "dbt_project.yml is no valid YA"),
    ("run", text("project/dbt_project.yml", "- a"), "dbt_project.yml has another shape than it mu"),
    ("publish", text("project/dbt_project.yml", b"\xff\x00"), "dbt_project.yml is no text in UTF-"),
    ("run", folder("project/dbt_project.yml"), "There is no dbt project in"),
    ("run", text("project/profiles/profiles.yml", "tiny: {"), "profiles.yml is no valid YAML (lin"),
    ("run", text("project/profiles/profiles.yml", "a: {}"), "profiles.yml lacks the profile tiny"),
    (
        "run",
        text(
            "project/profiles/profiles.yml",
            "tiny: {outputs: {default: {type: duckdb, path: w.duckdb}}}",
        ),
        'write path: \'{{ env_var("SALES_METRICS_DUCKDB", "w.duckdb") }}\'',
    ),
    ("run", folder("project/profiles/profiles.yml"), "There is no "),
    ("run", text("project/models/staging/a/_a__sources.yml", "sources: 7"), "has another shape"),
    ("run", text("build/build.json", '{"build_id": "2'), "build.json is no whole JSON file (line "),
    ("report", text("build/build.json", "{}"), "build.json lacks 'build_id'; `sales-metrics roll"),
    ("diff", text("build/build.json", "[]"), "build.json has another shape than it must have"),
    ("report", folder("build/build.json"), "build.json cannot be used: it is a folder where a"),
    ("report", cut("build/serve.duckdb"), "serve.duckdb is no whole DuckDB file: it was cut off"),
    ("diff", text("build/serve.duckdb", "no database"), "serve.duckdb is no whole DuckDB file"),
    ("publish", text("work", "no database"), "work.duckdb is no whole DuckDB file"),
    (
        "publish",
        folder("work"),
        "work.duckdb is a folder: name the database file in it",
    ),
    (
        "run",
        link("published", "nowhere"),
        "published is a link that leads nowhere: is its disk mou",
    ),
    ("builds", text("published", ""), "published' is a file; `sales-metrics builds --help` list"),
    ("builds", text("published/builds", ""), "builds cannot be used: a file stands where a folde"),
    ("run", folder("published/serve"), "serve is no link, so this program did not make it: move"),
    ("publish", folder("published/.lock"), ".lock cannot be used: it is a folder where a file sho"),
    ("run", text("published/.work", ""), ".work cannot be used: a file stands where a folder shou"),
    ("publish", folder("published/serve.duckdb"), "serve.duckdb cannot be used: it is a folder wh"),
    # As root may read every file, one that nobody can read is the memory of another program.
    ("run", link("raw/notes.txt", "/proc/self/mem"), "notes.txt cannot be used: its disk cannot"),
]


CATALOG = "seeds/catalog/metrics.csv"


def test_a_seed_that_lost_its_columns_is_named(place: Place, say: Callable[[str], Said]) -> None:
    text(f"project/{CATALOG}", "metric_id\nwon\n")(place)
    said = say("run")
    assert said.code == USAGE
    assert f"{place.project / CATALOG} lacks the column unit" in said.err


def test_a_name_that_is_no_text_is_told(place: Place, say: Callable[[str], Said]) -> None:
    try:
        Path(os.fsdecode(os.fsencode(place.raw) + b"/csv_export/caf\xe9.csv")).touch()
    except OSError:
        pytest.skip("this disk takes names in UTF-8 alone")
    said = say("run")
    assert said.code == CHECK_FAILED
    assert "csv_export/caf\\udce9.csv is no text in UTF-8: rename it." in said.err


@pytest.mark.parametrize(("name", "spoil", "sentence"), STATES)
def test_one_sentence_about_the_right_file(
    place: Place,
    say: Callable[[str], Said],
    name: str,
    spoil: Callable[[Place], None],
    sentence: str,
) -> None:
    spoil(place)
    said = say(name)
    (line,) = said.err.splitlines()
    assert sentence in line
    assert said.code == USAGE
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SALES_METRICS_MEMORY_LIMIT", "plenty"),
    ],
)
def test_settings_are_judged_before_anything_is_read(
    place: Place,
    say: Callable[[str], Said],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    said = say("run")
    assert (said.code, said.out) == (USAGE, "")
    assert said.err.startswith(f"sales-metrics: The environment variable {name} says '{value}'")


def test_what_is_no_build_is_left_alone(place: Place, say: Callable[[str], Said]) -> None:
    """As where the folder is a disk of its own."""
    for name in ("lost+found", "builds/lost+found", ".work/lost+found", "builds/.snapshot"):
        (place.published / name).mkdir(parents=True)
    (place.published / "builds" / "notes.txt").write_text("mine")
    assert len(say("builds").out.splitlines()) == 2
    assert say("publish").code == 0
    assert served_number(place.published) == 3
    assert say("rollback").code == 0
    assert served_number(place.published) == 2
    assert (place.published / ".work" / "lost+found").is_dir()


def test_a_broken_build_is_named_and_the_others_listed(
    place: Place, say: Callable[[str], Said]
) -> None:
    text("build/build.json", "{")(place)
    said = say("builds")
    assert (said.code, len(said.out.splitlines())) == (0, 1)
    assert said.err.startswith(f"warning: {place.build}/build.json is no whole JSON file")
    # As the sentence says.
    assert say("rollback").code == 0
    assert served_number(place.published) == 1
    # What cannot be read is not served again.
    text("build/build.json", "{")(place)
    assert say("rollback").code == USAGE
    assert served_number(place.published) == 1


@pytest.mark.parametrize(
    "content", ['{"builds": ["a', "[1, 2]", b"\x00\xff", '{"outbox": []}', None]
)
def test_a_broken_ledger_fails_nothing_and_is_told(
    place: Place, say: Callable[[str], Said], content: str | bytes | None
) -> None:
    name = f"published/{LEDGER}"
    (folder(name) if content is None else text(name, content))(place)
    said = say("publish")
    assert said.code == 0
    assert served_number(place.published) == 3
    (warning,) = [line for line in said.out.splitlines() if line.startswith("warning")]
    assert warning.startswith(f"warning: {place.published / LEDGER} ")


def test_a_folder_nothing_can_be_put_into_is_told_before_the_work(
    place: Place, say: Callable[[str], Said]
) -> None:
    immutable = ["chattr", "+i", str(place.published)]
    try:
        done = subprocess.run(immutable, capture_output=True, check=False).returncode
    except OSError:
        done = 1
    if done:
        pytest.skip("no permission to make a folder immutable")
    try:
        said = say("run")
    finally:
        subprocess.run(["chattr", "-i", str(place.published)], check=True)
    assert (said.code, said.out) == (USAGE, "")
    assert f"{place.published} cannot be written: give the user who runs this write" in said.err


def test_old_builds_that_cannot_be_deleted_are_a_warning(
    place: Place, say: Callable[[str], Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(*_: object) -> list[str]:
        raise PermissionError(1, "Operation not permitted", str(place.published / "builds" / "x"))

    monkeypatch.setattr("sales_metrics.publishing.writing.prune", stuck)
    said = say("publish")
    assert said.code == 0
    assert served_number(place.published) == 3
    assert "warning: old builds could not be deleted: " in said.out


def test_a_reader_that_opened_the_served_file_for_writing_is_named(
    place: Place, say: Callable[[str], Said]
) -> None:
    holds = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", holds, str(place.build / "serve.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        told = {name: say(name) for name in ("report", "diff", "run")}
    finally:
        holder.communicate(b"\n")
    for said in told.values():
        line = said.err.splitlines()[0]
        assert f"{place.build}/serve.duckdb is open for writing in another program" in line
        assert f"(process {holder.pid})" in line
        assert said.code == USAGE
        assert str(place.raw) not in said.err


def test_a_file_that_vanishes_while_the_raw_folder_is_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.raw / "gone.csv").symlink_to("nowhere")
    assert raw_fingerprint(place.raw)
    monkeypatch.setattr(
        "sales_metrics.project._files", lambda _: [place.raw / "csv_export" / "vanished.csv"]
    )
    with pytest.raises(SalesMetricsError, match=r"vanished\.csv cannot be used: it is not there"):
        raw_fingerprint(place.raw)


def test_what_nobody_thought_of_is_one_sentence_too(
    place: Place,
    say: Callable[[str], Said],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SALES_METRICS_WEBHOOK_URL", "https://hook.example/hush-token")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(*_: object) -> None:
        raise RuntimeError("ask una@unknown.example at https://hook.example/hush-token")

    monkeypatch.setattr(Store, "ids", broken)
    said = say("builds")
    assert said.code == CHECK_FAILED
    (line,) = said.err.splitlines()
    assert "that this program does not know (RuntimeError); the details are in " in line
    (details,) = tmp_path.glob("sales-metrics-*.log")
    assert str(details) in line
    written = details.read_text()
    assert "Traceback" in written
    assert "ask [e-mail] at ..." in written
    assert "hush-token" not in written + said.err


def test_an_unexpected_end_of_a_run_is_reported_as_a_refusal(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sales_metrics.job.run.check_raw_folder", broken)
    monkeypatch.setattr(sys, "argv", ["sales-metrics", *place.arguments("run"), "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == report["exit_code"] == CHECK_FAILED
    assert "does not know (RuntimeError)" in report["errors"][0]
    assert report["serves"] == place.build.name


# Longer than any test takes.
WITHOUT_END = "(select 4 from (select max(hash(range)) from range(1000000000000)))"


def test_a_run_that_is_interrupted_says_so(
    place: Place, say: Callable[[str], Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-C does while dbt builds: its process does not go on without the run."""
    running: list[str] = []

    def interrupt(*_: object) -> None:
        running.extend(dbt_processes())
        raise KeyboardInterrupt

    monkeypatch.setenv("TINY_NUMBER", WITHOUT_END)
    monkeypatch.setattr("sales_metrics.job.phases.Phases.progress", interrupt)
    said = say("run")
    assert said.code == STOPPED
    assert said.err.strip() == (
        "sales-metrics: Stopped before it was done; what was served before still serves."
    )
    assert served_number(place.published) == 2
    assert running
    until = time.monotonic() + 120
    while set(running) & set(dbt_processes()):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_run_that_a_scheduler_stops_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINY_NUMBER", WITHOUT_END)
    line, environment = command(*place.arguments("run"))
    with subprocess.Popen(
        line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        until = time.monotonic() + 120
        while not (running := dbt_processes(str(run.pid))):
            assert time.monotonic() < until
            time.sleep(0.05)
        run.send_signal(signal.SIGTERM)
        _, told = run.communicate(timeout=120)
    assert run.returncode == STOPPED
    assert told.strip() == (
        "sales-metrics: Stopped before it was done; what was served before still serves."
    )
    assert served_number(place.published) == 2
    while any(Path(f"/proc/{one}").exists() for one in running):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("command", ["run", "publish"])
def test_who_stops_it_while_people_are_told_hears_that_the_new_build_serves(
    place: Place, say: Callable[[str], Said], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sales_metrics.breaches.delivery.deliver", interrupt)
    said = say(command)
    assert said.code == STOPPED
    assert said.err.startswith(f"sales-metrics: Stopped after {place.build.name} was published")
    assert Store(place.published).served_id() == place.build.name
    assert served_number(place.published) == (4 if command == "run" else 3)


@pytest.mark.parametrize(
    "name", ["job.run.remember", "breaches.delivery.deliver", "publishing.writing.prune"]
)
def test_what_goes_wrong_when_the_build_serves_does_not_take_it_back(
    place: Place,
    say: Callable[[str], Said],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise SalesMetricsError("It broke.") if name.endswith("prune") else RuntimeError("broken")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(f"sales_metrics.{name}", broken)
    asked = [*place.arguments("run"), "--remember"]
    monkeypatch.setattr(place, "arguments", lambda _: asked)
    said = say("run")
    assert said.code == 0, said
    assert f"Published {place.build.name}" in said.out
    assert "warning: " in said.out
    assert not (place.published / "refused").exists()


def test_an_as_of_day_before_that_of_the_served_build_is_told(place: Place) -> None:
    settings = Settings(place.project, place.project, None, place.raw, place.published)
    job = Job(settings, Phases(quiet=True), Store(place.published), "id", place.published)
    for day in (dt.date(2025, 6, 30), dt.date(2025, 6, 29)):
        job._compare_days(Reading(as_of=day))
    assert job.warnings == [
        f"The as-of day 2025-06-29 is earlier than that of build {place.build.name}, 2025-06-30:"
        " is the raw folder an old one?"
    ]


def test_memory_that_is_used_up_is_no_fault_of_the_load(
    place: Place, say: Callable[[str], Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALES_METRICS_MEMORY_LIMIT", "1MB")
    said = say("run")
    assert said.code == USAGE
    assert said.err.startswith("error: DuckDB needs more memory than it may use: give it more")


def test_a_disk_that_is_full_while_dbt_builds_is_no_fault_of_the_load() -> None:
    full = "Runtime Error in model a (models/a.sql)\n  IO Error: Could not write: {}"
    result: dict[str, Any] = dict.fromkeys(("failures", "test", "model", "column"))
    result |= {"status": "error", "kind": "model", "name": "a", "broken": []}
    for words in ("No space left on device", "failed to offload data block of size 1"):
        message = {**result, "message": full.format(words)}
        found = outcome({"success": False, "exception": None, "errors": [], "results": [message]})
        assert found.exit_code == USAGE
        assert found.sentences[0].startswith("model a: The disk is full: free some space")


def test_builds_within_the_raw_folder_are_refused(place: Place, say: Callable[[str], Said]) -> None:
    """Each would be a change of the raw folder while it is read."""
    place.published = place.raw / "published"
    said = say("run")
    assert said.code == USAGE
    assert said.err.startswith(f"sales-metrics: The published folder {place.published} lies in")
    assert not place.published.exists()


def test_a_misspelt_folder_is_not_made(place: Place, say: Callable[[str], Said]) -> None:
    place.published = place.raw / "publisht"
    said = say("rollback")
    assert said.err == (
        f"sales-metrics: No build is kept in {place.published}: `sales-metrics run` makes one.\n"
    )
    assert not place.published.exists()


def test_a_stop_that_python_drops_is_heeded_at_the_next_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is raised in a destructor never reaches the program."""
    dropped: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda told: dropped.append(told.exc_type))

    class Stopped:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with stoppable():
        heed()
        Stopped()
        assert dropped == [KeyboardInterrupt]
        with pytest.raises(KeyboardInterrupt), Phases(quiet=True).phase("build"):
            pass
    with stoppable():
        heed()


def dbt_processes(process: str = "self") -> list[str]:
    """Processes of dbt that this or another one has begun and that still run."""
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text(encoding="utf-8").split():
            # One that has ended since has no line left.
            with contextlib.suppress(OSError):
                if b"dbt_child" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(child)
    return found


def test_an_output_that_is_full_is_no_fault_of_a_folder(place: Place) -> None:
    line, environment = command(*place.arguments("builds"))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(line, env=environment, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == USAGE
    assert done.stderr.strip() == (
        "sales-metrics: The disk of The output is full: free some space and run again; the old"
        " build still serves."
    )


def test_a_run_whose_log_cannot_be_written_publishes(place: Place) -> None:
    """What was done tells its exit code; no folder of the job is blamed."""
    line, environment = command(*place.arguments("run"), env={"TINY_NUMBER": "4"})
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(line, env=environment, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert served_number(place.published) == 4
    line, environment = command(*place.arguments("run"), env={"TINY_NUMBER": "5"})
    piped = subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert piped.stdout
    assert piped.stderr
    piped.stdout.readline()
    piped.stdout.close()
    assert (piped.stderr.read(), piped.wait(timeout=300)) == ("", 0)
    assert served_number(place.published) == 5


def test_a_program_started_without_an_output(place: Place) -> None:
    line, environment = command(*place.arguments("builds"))
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *line]
    done = subprocess.run(shell, env=environment, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_that_is_gone(place: Place, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    line, environment = command(*place.arguments("builds"))
    shell = ["sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(gone), *line]
    done = subprocess.run(shell, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == USAGE
    assert done.stderr.strip() == (
        "sales-metrics: The folder this was started in is gone: change into one that exists."
    )

"""A breach is told once, and nothing about telling it can fail a publish."""

from __future__ import annotations

import base64
import contextlib
import csv
import datetime as dt
import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publishing_harness import build_info, call, write_work
from sales_metrics.breaches.acknowledging import acknowledge
from sales_metrics.breaches.delivery import (
    ATTEMPTS,
    LEDGER,
    Delivered,
    deliver,
    prepare,
    send,
)
from sales_metrics.breaches.events import changes, read_breaches, render, sentence
from sales_metrics.breaches.webhook import URL
from sales_metrics.errors import LOCKED, SalesMetricsError
from sales_metrics.job.phases import Phases
from sales_metrics.job.run import Job, Settings
from sales_metrics.kept_files import held
from sales_metrics.publishing.store import Store, switch
from sales_metrics.publishing.writing import Publication, publish

SECRET = "hush-token"


@dataclass
class Receiver:
    """A webhook that answers as it is told and remembers what it got."""

    url: str
    answers: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def told(self) -> list[tuple[str, str]]:
        return [
            (event["breach"]["breach_id"], event["change"])
            for body in self.bodies
            for event in body["events"]
        ]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = found.answers.pop(0) if found.answers else 200
            if answer == 200:
                found.bodies.append(json.loads(body))
                found.keys.append(self.headers["Idempotency-Key"])
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}/{SECRET}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with contextlib.closing(server.socket):
        yield found
        server.shutdown()


def breach(
    breach_id: str, *, closed: str | None = None, escalated: str | None = None
) -> tuple[Any, ...]:
    return (breach_id, "coverage_ratio", "below", "emea", "2025-06-02", closed, escalated, 2.5, 3.0)


class Company:
    """Builds one after the other, each with the breaches it is given."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "published")
        self.store.builds.mkdir(parents=True)
        self._work = folder / "work.duckdb"

    def write(self, *breaches: tuple[Any, ...]) -> Path:
        write_work(self._work, 1, rows=3)
        with duckdb.connect(str(self._work)) as connection:
            connection.execute(
                "create table marts.kpi_breaches (breach_id varchar, metric_id varchar,"
                " rule varchar, segment varchar, opened_on date, closed_on date,"
                " escalated_on date, opening_value double, threshold double)"
            )
            if breaches:
                places = ", ".join("?" for _ in breaches[0])
                connection.executemany(
                    f"insert into marts.kpi_breaches values ({places})", list(breaches)
                )
        return self._work

    def publish(self, *breaches: tuple[Any, ...], as_of: str = "2025-06-30") -> str:
        publication = Publication(build_info(self.store, as_of_date=as_of))
        work = self.write(*breaches)
        info = publish(self.store, work, publication, 5, lambda to: prepare(self.store, to))
        return info.build_id

    def page(self) -> str:
        return (self.store.serve / "breaches.md").read_text(encoding="utf-8")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def never(_: float) -> None:
    pass


def told(delivered: Delivered | None) -> dict[str, int]:
    assert delivered is not None
    return dict(delivered.events)


def test_each_change_is_told_once(company: Company, receiver: Receiver) -> None:
    old = breach("old", closed="2025-06-09")
    company.publish(old, breach("a"), breach("b"))
    # What was over before anybody heard of it is no news.
    assert told(deliver(company.store, url=receiver.url)) == {"opened": 2}
    assert told(deliver(company.store, url=receiver.url)) == {}
    assert receiver.told() == [("a", "opened"), ("b", "opened")]
    company.publish(old, breach("a"), breach("b"))
    assert told(deliver(company.store, url=receiver.url)) == {}
    assert "Nothing opened, escalated or closed" in company.page()
    company.publish(old, breach("a", closed="2025-06-16"), breach("b", escalated="2025-06-16"))
    assert told(deliver(company.store, url=receiver.url)) == {"escalated": 1, "closed": 1}
    # What the data no longer hold is told too, once.
    company.publish(old, breach("a", closed="2025-06-16"))
    assert told(deliver(company.store, url=receiver.url)) == {"withdrawn": 1}
    company.publish(old, breach("a", closed="2025-06-16"))
    assert told(deliver(company.store, url=receiver.url)) == {}
    assert receiver.told()[2:] == [("b", "escalated"), ("a", "closed"), ("b", "withdrawn")]


def test_a_killed_delivery_is_made_up_for(company: Company, receiver: Receiver) -> None:
    """Killed between publishing and telling: the next run tells before it does anything else."""
    company.publish(breach("a"))
    assert told(deliver(company.store, url=receiver.url)) == {"opened": 1}
    company.publish(breach("a"), breach("b"))
    # Killed here; the next run begins with:
    assert told(deliver(company.store, url=receiver.url)) == {"opened": 1}
    company.publish(breach("a"), breach("b"))
    assert told(deliver(company.store, url=receiver.url)) == {}
    assert receiver.told() == [("a", "opened"), ("b", "opened")]


def test_a_dead_webhook_fails_nothing_and_gets_it_later(
    company: Company, receiver: Receiver
) -> None:
    company.publish(breach("a"))
    receiver.answers = [503, 500, 502]
    delivered = deliver(company.store, url=receiver.url, sleep=never)
    assert delivered is not None
    assert (delivered.webhook, receiver.told()) == ("failed", [])
    assert "it answered 502" in delivered.warnings[0]
    company.publish(breach("a"), breach("b"))
    # A retry that succeeds within the same delivery.
    receiver.answers = [503]
    assert told(deliver(company.store, url=receiver.url, sleep=never)) == {"opened": 1}
    assert receiver.told() == [("a", "opened"), ("b", "opened")]
    ids = [event["delivery_id"] for body in receiver.bodies for event in body["events"]]
    assert len(set(ids)) == 2
    assert told(deliver(company.store, url=receiver.url)) == {}
    assert len(receiver.bodies) == 1


def test_a_run_tries_a_dead_webhook_once_and_warns_once(
    company: Company, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What an earlier run left and what this one found go the same way: both wait for the next."""
    monkeypatch.setenv(URL, receiver.url)
    monkeypatch.setattr(time, "sleep", never)
    company.publish(breach("a"))
    settings = Settings(tmp_path, tmp_path, None, tmp_path, tmp_path)
    job = Job(settings, Phases(quiet=True), company.store, "id", tmp_path)
    receiver.answers = [503] * 2 * ATTEMPTS
    job.deliver()
    company.publish(breach("a"), breach("b"))
    assert told(job.deliver()) == {"opened": 1}
    assert len(receiver.answers) == ATTEMPTS
    assert job.all_warnings() == [
        "the webhook did not take 2 breach changes (it answered 503); the next run tries"
    ]
    receiver.answers = []
    assert told(deliver(company.store)) == {}
    assert receiver.told() == [("a", "opened"), ("b", "opened")]


def test_without_a_webhook_nothing_piles_up(company: Company, receiver: Receiver) -> None:
    company.publish(breach("a"))
    delivered = deliver(company.store)
    assert delivered is not None
    assert delivered.webhook == "not configured"
    assert json.loads((company.store.folder / LEDGER).read_text())["outbox"] == []
    assert told(deliver(company.store, url=receiver.url)) == {}
    assert receiver.told() == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"http://127.0.0.1:9/{SECRET}", "no connection"),
        (f"http://{SECRET}.invalid/", "no connection"),
        (f"ftp://{SECRET}/", "no http or https address"),
        (f"http://[{SECRET}/", "no connection"),
        (f"http://127.0.0.1:port/{SECRET}", "no connection"),
    ],
)
def test_the_address_is_never_shown(url: str, reason: str) -> None:
    failure = send(url, [{}], attempts=2, timeout=1, sleep=never)
    assert failure is not None
    assert reason in failure
    assert SECRET not in failure


def test_a_webhook_that_hangs_is_given_up(company: Company) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}"
        failure = send(url, [{}], attempts=1, timeout=0.3, sleep=never)
    assert failure == "no answer in 0.3 s"


def test_the_command_publishes_past_a_dead_webhook(company: Company) -> None:
    work = company.write(breach("a"))
    url = f"http://127.0.0.1:9/{SECRET}"
    done = call(
        *("publish", "--database", work, "--published", company.store.folder),
        env={"SALES_METRICS_WEBHOOK_URL": url},
    )
    assert done.returncode == 0
    assert "warning: the webhook did not take 1 breach changes (no connection" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    written = [path for path in company.store.folder.rglob("*") if path.is_file()]
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


def test_a_build_without_breaches_says_so(company: Company, tmp_path: Path) -> None:
    work = write_work(tmp_path / "other.duckdb", 1, rows=3)
    publication = Publication(build_info(company.store))
    publish(company.store, work, publication, 5, lambda to: prepare(company.store, to))
    assert "This build has no table kpi_incidents." in company.page()
    assert told(deliver(company.store)) == {}


def test_text_of_the_data_stays_text() -> None:
    odd = {"breach_id": "x", "metric_id": "a*b\n# c", "segment": "<b>|`", "rule": "below"}
    page = render(changes({}, [odd]), "2025-06-30")
    assert "**a\\*b # c** (\\<b\\>\\|\\`): below" in page


LEAK = {
    "breach_id": "leak",
    "metric_id": "stage_conversion_rate",
    "segment": "enterprise",
    "team_id": "all",
    "slice_id": "proposal",
    "opened_on": "2025-07-13",
    "due_on": "2025-07-14",
    "owner_role": "sales_manager",
    "owner_name": "Emeka Ito",
    "intervention": "review every deal",
    "evidence": "16.1 % of 200 cases",
    "amount_at_stake": 950_119.83,
}
TOLD = (
    "Emeka Ito (sales manager), by 14 July 2025: review every deal. **stage\\_conversion\\_rate**"
    " (enterprise, proposal): 16.1 % of 200 cases; about 950,000 a quarter are at stake;"
    " open since 13 July 2025."
)


def test_an_incident_is_a_sentence_that_says_who_does_what_by_when_and_why() -> None:
    assert sentence(LEAK) == TOLD
    escalated = {**LEAK, "owner_name": None, "escalated_on": "2025-07-27", "escalate_to": "ceo"}
    assert sentence(escalated).startswith("sales manager, by 14 July 2025: review")
    assert sentence(escalated).endswith("; escalated to CEO on 27 July 2025.")
    assert sentence({**LEAK, "acted_on": "2025-07-15"}).endswith("acted upon on 15 July 2025.")
    closed = {**LEAK, "closed_on": "2025-08-03"}
    assert "is well again: closed on 3 August 2025, open since 13 July 2025." in sentence(closed)
    lapsed = {**closed, "is_lapsed": True}
    assert "is no longer measured: closed on 3 August 2025, open" in sentence(lapsed)


def test_every_owner_has_a_digest_of_what_is_open() -> None:
    other = {**LEAK, "breach_id": "other", "owner_name": "Ada", "amount_at_stake": 10}
    over = {**LEAK, "breach_id": "over", "closed_on": "2025-08-03"}
    page = render([], "2025-08-31", [LEAK, other, over])
    assert page.count("### Emeka Ito (sales manager) (1)") == 1
    assert page.index("### Emeka Ito") < page.index("### Ada (sales manager) (1)")
    assert "Nothing opened" in page


def test_the_webhook_says_it_in_words(company: Company, receiver: Receiver) -> None:
    """Chat tools show `text`; the events stand beside it."""
    company.publish(breach("a"))
    deliver(company.store, url=receiver.url)
    (body,) = receiver.bodies
    assert body["text"].startswith("Opened: nobody: no intervention named. **coverage\\_ratio**")
    assert "open since 2 June 2025" in body["text"]


def test_incidents_are_told_instead_of_breaches_and_most_at_stake_first(company: Company) -> None:
    work = company.write(breach("a"), breach("b"))
    with duckdb.connect(str(work)) as connection:
        connection.execute(
            "create table marts.kpi_incidents as select * from (values"
            " ('small', 'nrr', date '2025-06-02', 10.0),"
            " ('unknown', 'nrr', date '2025-06-01', null), ('large', 'nrr', date '2025-06-03', 20))"
            " as t(incident_id, metric_id, opened_on, amount_at_stake)"
        )
    told = read_breaches(work)
    assert told is not None
    assert [one["breach_id"] for one in told] == ["large", "small", "unknown"]


def test_the_report_says_of_what_currency_an_amount_is_and_has_no_signs_of_markdown(
    company: Company,
) -> None:
    work = company.write(breach("a"))
    with duckdb.connect(str(work)) as connection:
        connection.execute(
            "create table marts.kpi_incidents as select 'a_1' as incident_id, 'nrr' as metric_id,"
            " date '2025-06-02' as opened_on, 1160000.0 as amount_at_stake, 'a*b' as segment"
        )
    publication = Publication(build_info(company.store))
    publish(company.store, work, publication, 5, lambda to: prepare(company.store, to, "EUR"))
    said = call("report", "--published", company.store.folder).stdout.replace("\u00a0", " ")
    assert "nrr (a*b): " in said
    assert "about €1.16 M a quarter are at stake" in said
    assert "**" not in said


class TestAck:
    """`sales-metrics ack` writes what a build then reads."""

    def raw(self, folder: Path, text: str | None) -> Path:
        planning = folder / "raw" / "planning"
        planning.mkdir(parents=True)
        if text is not None:
            (planning / "interventions.csv").write_text(text)
        return planning.parent

    def ack(self, company: Company, raw: Path, *arguments: str) -> tuple[int, str]:
        done = call("ack", *arguments, "--database", company.write(breach("a")), "--raw", raw)
        return done.returncode, done.stdout + done.stderr

    def rows(self, raw: Path) -> list[list[str]]:
        with (raw / "planning" / "interventions.csv").open(newline="") as file:
            return list(csv.reader(file))

    def test_what_was_done_is_added_to_what_is_there(
        self, company: Company, tmp_path: Path
    ) -> None:
        raw = self.raw(tmp_path, "act,breach_id,taken_by,taken_at\ncalled,b,Bo,2025-01-01")
        assert self.ack(company, raw, "a", "--by", "Ana", "--act", "went through, all")[0] == 0
        assert self.ack(company, raw, "a", "--by", "Ana", "--snooze-until", "2999-07-01")[0] == 0
        assert self.ack(company, raw, "a", "--by", "Ana")[0] == 0
        header, *rows = self.rows(raw)
        assert header == ["act", "breach_id", "taken_by", "taken_at"]
        assert [row[0] for row in rows] == [
            *("called", "went through, all", "snoozed until 2999-07-01", "acknowledged")
        ]
        assert {(row[1], row[2]) for row in rows[1:]} == {("a", "Ana")}

    def test_a_first_act_makes_the_file(self, company: Company, tmp_path: Path) -> None:
        raw = self.raw(tmp_path, None)
        assert self.ack(company, raw, "a", "--by", "Ana")[0] == 0
        assert self.rows(raw)[0] == ["breach_id", "taken_at", "taken_by", "act"]

    def test_a_file_that_lies_elsewhere_and_others_write_stays_so(
        self, company: Company, tmp_path: Path
    ) -> None:
        raw = self.raw(tmp_path, None)
        shared = tmp_path / "shared.csv"
        shared.write_text("breach_id,taken_at,taken_by,act\n")
        shared.chmod(0o664)
        link = raw / "planning" / "interventions.csv"
        link.symlink_to(shared)
        assert self.ack(company, raw, "a", "--by", "Ana")[0] == 0
        assert link.is_symlink()
        assert (len(self.rows(raw)), shared.stat().st_mode & 0o777) == (2, 0o664)

    def test_two_at_once_are_both_kept(self, company: Company, tmp_path: Path) -> None:
        raw = self.raw(tmp_path, None)
        work = company.write(breach("a"))
        together = threading.Barrier(8)

        def act(by: str) -> None:
            together.wait()
            acknowledge(work, raw, "a", by, "acknowledged", dt.datetime.now(dt.UTC))

        threads = [threading.Thread(target=act, args=(f"p{one}",)) for one in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(row[2] for row in self.rows(raw)[1:]) == [f"p{one}" for one in range(8)]
        assert [one.name for one in (raw / "planning").iterdir()] == ["interventions.csv"]

    def test_it_waits_for_a_run_that_reads(
        self, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Written in its middle, the run would be refused as one whose load changed."""
        monkeypatch.setattr("sales_metrics.kept_files.SECONDS_OF_A_WRITE", 0)
        raw = self.raw(tmp_path, None)
        work = company.write(breach("a"))
        now = dt.datetime.now(dt.UTC)
        with held(raw, alone=False, wait_seconds=0), held(raw, alone=False, wait_seconds=0):
            with pytest.raises(SalesMetricsError, match=r"works in .*: wait for it") as refused:
                acknowledge(work, raw, "a", "Ana", "acknowledged", now)
            assert refused.value.exit_code == LOCKED
        assert len(list(raw.rglob("*"))) == 1
        acknowledge(work, raw, "a", "Ana", "acknowledged", now)
        assert len(self.rows(raw)) == 2

    @pytest.mark.parametrize(
        "other",
        [
            *("interventions.json", "interventions.csv.gz", "Interventions.csv"),
            *("interventions.parquet", "interventions/part.csv"),
        ],
    )
    def test_a_file_that_a_build_would_read_instead_is_told(
        self, company: Company, tmp_path: Path, other: str
    ) -> None:
        raw = self.raw(tmp_path, None)
        path = raw / "planning" / other
        path.parent.mkdir(exist_ok=True)
        path.write_text("there")
        code, said = self.ack(company, raw, "a", "--by", "Ana")
        assert code != 0
        assert "is another file of the table interventions" in said
        assert not (raw / "planning" / "interventions.csv").exists()

    def test_it_asks_the_served_build_and_says_which_build_will_know(
        self, company: Company, tmp_path: Path
    ) -> None:
        raw = self.raw(tmp_path, None)
        company.publish(breach("a"))
        published = company.store.folder
        done = call("ack", "a", "--by", "Ana", "--published", published, "--raw", raw)
        assert done.returncode == 0, done.stderr
        today = self.rows(raw)[1][1][:10]
        # The served build is as of a day long before.
        assert f"Builds as of {today} or later know it." in done.stdout

    @pytest.mark.parametrize("command", [("ack", "a", "--by", "Ana"), ("remember",)])
    def test_what_no_build_would_read_is_not_written(
        self, company: Company, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        raw = self.raw(tmp_path, None)
        (tmp_path / "dbt_project.yml").write_text(
            "name: a\nvars: {raw_schemas: {planning: plans, ledger: kept}}\n", encoding="utf-8"
        )
        work = company.write(breach("a"))
        done = call(*command, "--database", work, "--raw", raw, cwd=tmp_path)
        assert done.returncode != 0
        schema, table = ("plans", "interventions") if len(command) > 1 else ("kept", "known_attr")
        assert f"from {schema}, so that no build reads" in done.stderr
        assert f"to the table {table}" in done.stderr
        assert [one.name for one in raw.rglob("*")] == ["planning"]

    def test_a_served_build_has_nothing_to_remember(self, company: Company, tmp_path: Path) -> None:
        company.publish(breach("a"))
        published = company.store.folder
        done = call("remember", "--published", published, "--raw", tmp_path, cwd=tmp_path)
        assert done.returncode != 0
        assert "use `sales-metrics run --remember`" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "text", "told"),
        [
            (("x", "--by", "Ana"), None, "This build knows no incident or breach x"),
            (("a", "--by", " "), None, "--by names nobody"),
            (("a", "--by", "Ana", "--act", ""), None, "--act is empty"),
            (("a", "--by", "Ana"), "breach,who\n", "it must have breach_id, taken_at"),
            (
                ("a", "--by", "Ana", "--act", "b", "--snooze-until", "2999-07-01"),
                None,
                "Either it was acted upon or it is put off: not both.",
            ),
            (("a", "--by", "Ana", "--snooze-until", "2025-07-01"), None, "2025-07-01 is over"),
            (("a", "--by", "Ana", "--snooze-until", "1.7.2999"), None, "a day such as 2025-12-31"),
        ],
    )
    def test_what_cannot_be_written_is_one_sentence(
        self,
        company: Company,
        tmp_path: Path,
        arguments: tuple[str, ...],
        text: str | None,
        told: str,
    ) -> None:
        raw = self.raw(tmp_path, text)
        code, said = self.ack(company, raw, *arguments)
        assert code != 0
        assert told in said
        assert "Traceback" not in said
        before = text or ""
        file = raw / "planning" / "interventions.csv"
        assert (file.read_text() if file.exists() else "") == before


@dataclass
class Scripted:
    """A server on this machine that says what it is told to and keeps what it got."""

    port: int
    got: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def scripted(answer: bytes, pause: float = 0) -> Iterator[Scripted]:
    """Answers every request with `answer`: at once, or with a pause after each byte."""
    import socket

    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(2)
                    found.got.append(_request(connection))
                    if not pause:
                        connection.sendall(answer)
                    for place in range(len(answer) if pause else 0):
                        if stop.wait(pause):
                            break
                        connection.sendall(answer[place : place + 1])

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        found = Scripted(server.getsockname()[1])
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield found
        stop.set()
        thread.join(5)


def _request(connection: Any) -> bytes:
    text = b""
    while b"\r\n\r\n" not in text or not text.endswith(b"]}"):
        more = connection.recv(65_536)
        if not more:
            break
        text += more
    return text


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308, 204, 401, 404])
def test_only_2xx_is_taken_and_a_redirect_is_not_followed(company: Company, code: int) -> None:
    """A page to log in answers 200 to whoever is sent there, and loses what it got."""
    company.publish(breach("r1"), breach("r2"))
    with scripted(OK) as elsewhere:
        head = f"HTTP/1.1 {code} X\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:"
        with scripted(f"{head}{elsewhere.port}/login\r\n\r\n".encode()) as moved:
            url = f"http://127.0.0.1:{moved.port}/{SECRET}"
            delivered = deliver(company.store, url=url, sleep=never)
    assert delivered is not None
    assert elsewhere.got == []
    waiting = json.loads((company.store.folder / LEDGER).read_text())["outbox"]
    if code == 204:
        assert (delivered.webhook, waiting) == ("2 sent", [])
        return
    assert delivered.webhook == "failed"
    assert f"it answered {code}" in delivered.warnings[0]
    assert [one["breach"]["breach_id"] for one in waiting] == ["r1", "r2"]
    assert len(moved.got) == ATTEMPTS


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200, id="a header without end"),
        pytest.param(OK[:-2].replace(b": 2", b": 900") + b"y" * 900, id="a body without end"),
    ],
)
def test_the_deadline_is_for_the_whole_call(answer: bytes) -> None:
    """Every byte comes long before a time limit of single reads; all of them take a minute."""
    with scripted(answer, pause=0.07) as drip:
        started = time.monotonic()
        failure = send(
            f"http://127.0.0.1:{drip.port}/{SECRET}", [{}], attempts=1, timeout=0.5, sleep=never
        )
        # A minute if nobody looks at the clock.
        assert time.monotonic() - started < 10
    assert failure == "no answer in 0.5 s"


def test_credentials_in_the_address_are_sent_as_basic_authentication() -> None:
    with scripted(OK) as server:
        url = f"http://j%C3%B6rg:p%40ss%2Fw%3Ard@127.0.0.1:{server.port}/hook?key=a%20b"
        assert send(url, [{}], attempts=1, sleep=never) is None
    head = server.got[0].split(b"\r\n\r\n")[0].decode()
    assert head.startswith("POST /hook?key=a%20b HTTP/1.1\r\n")
    encoded = base64.b64encode("jörg:p@ss/w:rd".encode()).decode()
    assert f"\r\nAuthorization: Basic {encoded}" in head
    assert f"\r\nHost: 127.0.0.1:{server.port}" in head
    assert "rg:" not in head.replace(encoded, "")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http:///{}", "names no host"),
        ("http://{}:0/", "names no port from 1 to 65535"),
        ("http://{}:70000/", "names no port from 1 to 65535"),
        ("http://{}\r\nX-Evil: 1/", "holds a blank or a control character"),
        ("http://127.0.0.1/a b{}", "holds a blank or a control character"),
        ("http://-..{}/", "names no host"),
        ("http://{}\u2024\u2024x/", "names no host"),
        ("http://us%3Aer:{}@127.0.0.1/", "a colon in the user"),
        ("http://user:{}%0D%0A@127.0.0.1/", "a control character"),
        ("http://%ff:{}@127.0.0.1/", "are no UTF-8"),
        ("file:///{}", "no http or https address"),
        ("{}", "no http or https address"),
    ],
)
def test_an_impossible_address_is_refused_unseen(url: str, reason: str) -> None:
    failure = send(url.format(SECRET), [{}], attempts=1, timeout=1, sleep=never)
    assert failure is not None
    assert reason in failure
    assert SECRET not in failure


def test_changes_of_a_build_that_is_not_served_wait(company: Company, receiver: Receiver) -> None:
    first = company.publish(breach("a"))
    deliver(company.store, url=receiver.url)
    company.publish(breach("a"), breach("wrong"))
    receiver.answers = [503] * ATTEMPTS
    deliver(company.store, url=receiver.url, sleep=never)
    switch(company.store, first)
    delivered = deliver(company.store, url=receiver.url)
    assert delivered is not None
    assert (delivered.webhook, receiver.told()) == ("nothing to send", [("a", "opened")])
    # The next build is later than both, and takes back what the wrong one said.
    company.publish(breach("a"))
    deliver(company.store, url=receiver.url)
    assert receiver.told()[1:] == [("wrong", "opened"), ("wrong", "withdrawn")]


def test_a_build_of_an_earlier_day_takes_nothing_back(company: Company, receiver: Receiver) -> None:
    """As of a day before it opened, a breach is neither gone nor new again on the day after."""
    company.publish(breach("a"), breach("b"))
    deliver(company.store, url=receiver.url)
    company.publish(breach("a"), as_of="2025-06-15")
    delivered = deliver(company.store, url=receiver.url)
    assert delivered is not None
    assert delivered.warnings == [
        "the build is as of 2025-06-15, and people know of breaches as of 2025-06-30: its changes"
        " are told to nobody"
    ]
    assert "Nothing opened, escalated or closed" in company.page()
    company.publish(breach("a"), breach("b"), breach("c"), as_of="2025-07-01")
    deliver(company.store, url=receiver.url)
    assert receiver.told() == [("a", "opened"), ("b", "opened"), ("c", "opened")]


def test_an_escalation_taken_back_opens_nothing_anew(company: Company, receiver: Receiver) -> None:
    """Somebody acted on its very day; a later escalation is told."""
    for escalated in (None, "2025-06-30", None, "2025-07-09"):
        company.publish(breach("a", escalated=escalated))
        deliver(company.store, url=receiver.url)
    assert receiver.told() == [("a", "opened"), ("a", "escalated"), ("a", "escalated")]


def test_a_day_to_come_silences_nobody(company: Company, receiver: Receiver) -> None:
    """A slip of the as-of day is over with the next build."""
    company.publish(breach("a"), as_of="2190-01-01")
    deliver(company.store, url=receiver.url)
    company.publish(breach("a"), breach("b"))
    deliver(company.store, url=receiver.url)
    assert receiver.told() == [("a", "opened"), ("b", "opened")]


def test_many_changes_come_in_posts_a_chat_tool_takes(company: Company, receiver: Receiver) -> None:
    """What was taken is not told again when a later post is not."""
    breaches = [breach(f"b{number:02}") for number in range(25)]
    company.publish(*breaches)
    receiver.answers = [200, 200] + [413] * ATTEMPTS
    delivered = deliver(company.store, url=receiver.url, sleep=never)
    assert delivered is not None
    assert "did not take 5 breach changes (it answered 413)" in delivered.warnings[0]
    deliver(company.store, url=receiver.url)
    assert [len(body["events"]) for body in receiver.bodies] == [10, 10, 5]
    assert receiver.told() == [(str(one[0]), "opened") for one in breaches]


def test_a_hanging_webhook_does_not_delay_the_build(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent before there is a build, or a refusal, to tell of."""
    sent: list[str] = []
    company.publish(breach("a"))
    settings = Settings(tmp_path, tmp_path, None, tmp_path, tmp_path)
    job = Job(settings, Phases(quiet=True), company.store, "id", tmp_path)

    def build() -> None:
        sent.append("built")
        raise SalesMetricsError("refused", exit_code=1)

    monkeypatch.setattr(job, "_published", build)
    monkeypatch.setattr(job, "deliver", lambda: sent.append("told"))
    assert job.run().exit_code == 1
    assert sent == ["built", "told"]


def test_what_waits_survives_a_run_without_the_address(
    company: Company, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sales_metrics.breaches.delivery.MOST_IN_OUTBOX", 2)
    company.publish(breach("a"), breach("b"), breach("c"))
    receiver.answers = [503] * ATTEMPTS
    delivered = deliver(company.store, url=receiver.url, sleep=never)
    assert delivered is not None
    assert "the last 2 breach changes, 1 older ones were dropped" in delivered.warnings[0]
    company.publish(breach("a"), breach("b"), breach("c"))
    deliver(company.store)
    deliver(company.store, url=receiver.url)
    assert receiver.told() == [("b", "opened"), ("c", "opened")]

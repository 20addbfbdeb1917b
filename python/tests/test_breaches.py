"""A breach is told once, and nothing about telling it can fail a publish."""

from __future__ import annotations

import contextlib
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
from sales_metrics.breaches.delivery import (
    ATTEMPTS,
    LEDGER,
    URL,
    Delivered,
    deliver,
    prepare,
    send,
)
from sales_metrics.breaches.events import changes, render
from sales_metrics.job.phases import Phases
from sales_metrics.job.run import Job, Settings
from sales_metrics.publishing.store import Store
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

    def publish(self, *breaches: tuple[Any, ...]) -> str:
        publication = Publication(build_info(self.store))
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
    assert "This build has no table kpi_breaches." in company.page()
    assert told(deliver(company.store)) == {}


def test_text_of_the_data_stays_text() -> None:
    odd = {"breach_id": "x", "metric_id": "a*b\n# c", "segment": "<b>|`", "rule": "below"}
    page = render(changes({}, [odd]), "2025-06-30")
    assert "- **a\\*b # c** (\\<b\\>\\|\\`): below" in page

"""Tells people about breaches, each change once.

`prepare` writes the page and the JSON file into a build before it is served. `deliver` then, in the
ledger beside the builds, marks the changes as told and puts them in the outbox of the webhook. What
the webhook does not take stays in the outbox for the next run, under the same delivery id, so a
receiver can tell a repetition after a kill from news.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sales_metrics.breaches.events import changes, read_breaches, render, state
from sales_metrics.publishing.store import DATABASE, INFO, Store, fsync

PAGE, EVENTS = "breaches.md", "breaches.json"
LEDGER = "breaches_told.json"
URL = "SALES_METRICS_WEBHOOK_URL"
ATTEMPTS, TIMEOUT_SECONDS, PAUSE_SECONDS = 3, 5.0, 1.0
# An outbox nobody empties must not grow for ever.
MOST_IN_OUTBOX = 1_000


@dataclass(frozen=True)
class Ledger:
    """What people have been told."""

    # Builds whose changes are told.
    builds: Sequence[str] = ()
    # State last told, by breach.
    known: Mapping[str, str] | None = None
    outbox: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Delivered:
    events: Mapping[str, int]
    webhook: str
    warnings: Sequence[str] = ()
    # Why the webhook took nothing.
    failure: str | None = None

    def counts(self) -> dict[str, Any]:
        return {**self.events, "webhook": self.webhook}

    def sentence(self) -> str:
        told = ", ".join(f"{count} {change}" for change, count in self.events.items())
        return f"breaches: {told or 'nothing new'}; webhook: {self.webhook}"


def prepare(store: Store, folder: Path) -> None:
    """Writes breaches.md and breaches.json into the folder of a build that is not served yet."""
    breaches = read_breaches(folder / DATABASE)
    as_of = json.loads((folder / INFO).read_text(encoding="utf-8"))["as_of_date"]
    if breaches is None:
        page = f"# Breaches as of {as_of}\n\nThis build has no table kpi_breaches.\n"
        (folder / PAGE).write_text(page, encoding="utf-8")
        return
    events = changes(read_ledger(store).known or {}, breaches)
    content = {
        "as_of_date": as_of,
        "events": [asdict(event) for event in events],
        "states": {breach["breach_id"]: state(breach) for breach in breaches},
    }
    (folder / PAGE).write_text(render(events, as_of), encoding="utf-8")
    (folder / EVENTS).write_text(
        json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8"
    )


def deliver(
    store: Store,
    *,
    sleep: Callable[[float], None] | None = None,
    url: str | None = None,
    failed: str | None = None,
) -> Delivered | None:
    """Tells what the served build brought, unless it was told; then empties the outbox.

    A webhook that `failed` this run already is not tried again: what is new waits with the rest.
    """
    build_id = store.served_id()
    if build_id is None:
        return None
    url = url or os.environ.get(URL, "").strip() or None
    ledger = read_ledger(store)
    events: dict[str, int] = {}
    file = store.build(build_id) / EVENTS
    if build_id not in ledger.builds and file.exists():
        content = json.loads(file.read_text(encoding="utf-8"))
        for event in content["events"]:
            events[event["change"]] = events.get(event["change"], 0) + 1
        ledger = _told(store, ledger, build_id, content, bool(url))
        _write_ledger(store, ledger)
    if not ledger.outbox or url is None:
        return Delivered(events, "not configured" if url is None else "nothing to send")
    failure = failed or send(url, ledger.outbox, sleep=sleep or time.sleep)
    if failure:
        waiting = len(ledger.outbox)
        return Delivered(
            events,
            "failed",
            [f"the webhook did not take {waiting} breach changes ({failure}); the next run tries"],
            failure,
        )
    _write_ledger(store, Ledger(ledger.builds, ledger.known, ()))
    return Delivered(events, f"{len(ledger.outbox)} sent")


def send(
    url: str,
    events: Sequence[Mapping[str, Any]],
    *,
    attempts: int = ATTEMPTS,
    timeout: float = TIMEOUT_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> str | None:
    """Posts the changes as JSON; returns why it failed, in words that never show the URL."""
    if not url.startswith(("http://", "https://")):
        return f"{URL} is no http or https address"
    body = json.dumps({"events": list(events)}, ensure_ascii=False).encode()
    failure = "no attempt"
    for attempt in range(attempts):
        if attempt:
            sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
        try:
            request = urllib.request.Request(
                url,
                data=body,
                method="POST",
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "Idempotency-Key": hashlib.sha256(body).hexdigest(),
                },
            )
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                answer.read(1)
            return None
        except urllib.error.HTTPError as error:
            failure = f"it answered {error.code}"
        except TimeoutError:
            failure = f"no answer in {timeout:g} s"
        except (OSError, ValueError, http.client.HTTPException) as error:
            # The text of the error may hold the address.
            failure = f"no connection, {type(getattr(error, 'reason', error)).__name__}"
    return failure


def read_ledger(store: Store) -> Ledger:
    try:
        content = json.loads((store.folder / LEDGER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Ledger()
    return Ledger(**content)


def _told(
    store: Store, ledger: Ledger, build_id: str, content: Mapping[str, Any], outgoing: bool
) -> Ledger:
    news = [
        {
            "delivery_id": f"{event['breach'].get('breach_id')}:{event['change']}:{build_id}",
            "as_of_date": content["as_of_date"],
            **event,
        }
        for event in content["events"]
    ]
    kept = [*(one for one in ledger.builds if one in set(store.ids())), build_id]
    withdrawn = {
        event["breach"]["breach_id"]: "withdrawn"
        for event in content["events"]
        if event["change"] == "withdrawn"
    }
    outbox = [*ledger.outbox, *news][-MOST_IN_OUTBOX:] if outgoing else []
    return Ledger(kept, {**content["states"], **withdrawn}, outbox)


def _write_ledger(store: Store, ledger: Ledger) -> None:
    """Replaced whole, so that a kill leaves the old one or the new one."""
    path = store.folder / LEDGER
    new = path.with_name(f".new-{LEDGER}")
    new.write_text(json.dumps(asdict(ledger), ensure_ascii=False), encoding="utf-8")
    fsync(new)
    new.replace(path)
    fsync(store.folder)

"""Tells people about breaches, each change once.

`prepare` writes the page and the JSON file into a build before it is served. `deliver` then, in the
ledger beside the builds, marks the changes as told and puts them in the outbox of the webhook. What
the webhook does not take stays in the outbox for the next run, under the same delivery id, so a
receiver can tell a repetition after a kill from news. What a build found that somebody rolled back
waits until a later build is served.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sales_metrics.breaches.events import changes, read_breaches, render, state, text
from sales_metrics.breaches.webhook import URL, UnusableAddressError, post, read_address
from sales_metrics.errors import SalesMetricsError, about, told_of
from sales_metrics.publishing.store import DATABASE, INFO, Store, fsync

PAGE, EVENTS = "breaches.md", "breaches.json"
LEDGER = "breaches_told.json"
# An attempt lasts so long at most, everything in it.
ATTEMPTS, TIMEOUT_SECONDS, PAUSE_SECONDS = 3, 5.0, 1.0
# Chat tools cut off, or refuse, what is longer than some 28 KB.
MOST_IN_POST = 10
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
    # As-of day of the last of them.
    as_of_date: str | None = None

    def is_later_than(self, as_of: str) -> bool:
        """Whether people know of a later day; one to come was a slip, and does not count."""
        tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
        return bool(self.as_of_date) and as_of < str(self.as_of_date) <= tomorrow.isoformat()


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


def prepare(store: Store, folder: Path, currency: str | None = None) -> None:
    """Writes breaches.md and breaches.json into the folder of a build that is not served yet.

    `currency` is that of the reports, in which all amounts are.
    """
    breaches = read_breaches(folder / DATABASE, currency)
    as_of = json.loads((folder / INFO).read_text(encoding="utf-8"))["as_of_date"]
    if breaches is None:
        page = f"# Incidents as of {as_of}\n\nThis build has no table kpi_incidents.\n"
        (folder / PAGE).write_text(page, encoding="utf-8")
        return
    try:
        ledger = read_ledger(store)
    except SalesMetricsError:
        # `deliver` says so; the build must not wait for it, nor are people told twice.
        ledger = Ledger()
    # What opened later than its day is not gone, nor new again tomorrow.
    events = [] if ledger.is_later_than(as_of) else changes(ledger.known or {}, breaches)
    content = {
        "as_of_date": as_of,
        "currency": currency,
        "events": [asdict(event) for event in events],
        "states": {breach["breach_id"]: state(breach) for breach in breaches},
    }
    (folder / PAGE).write_text(render(events, as_of, breaches), encoding="utf-8")
    (folder / EVENTS).write_text(
        json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8"
    )


def told_currency(store: Store, build_id: str) -> str | None:
    """Of what currency the amounts are that people were told of a build."""
    file = store.build(build_id) / EVENTS
    if not file.exists():
        return None
    with about(file):
        currency = json.loads(file.read_text(encoding="utf-8")).get("currency")
    return None if currency is None else str(currency)


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
    ledger, events, warnings = _noted(store, read_ledger(store), build_id, bool(url))
    ready = [one for one in ledger.outbox if _build_of(one) <= build_id]
    if not ready or url is None:
        return Delivered(events, "not configured" if url is None else "nothing to send", warnings)
    for start in range(0, len(ready), MOST_IN_POST):
        some = ready[start : start + MOST_IN_POST]
        failure = failed or send(url, some, sleep=sleep or time.sleep)
        if failure:
            told = (
                f"the webhook did not take {len(ready) - start} breach changes ({failure}); the"
                " next run tries"
            )
            return Delivered(events, "failed", [*warnings, told], failure)
        ledger = replace(ledger, outbox=[one for one in ledger.outbox if one not in some])
        _write_ledger(store, ledger)
    return Delivered(events, f"{len(ready)} sent", warnings)


def _noted(
    store: Store, ledger: Ledger, build_id: str, outgoing: bool
) -> tuple[Ledger, dict[str, int], list[str]]:
    """The ledger with the news of a build, how many of each change, and warnings."""
    file = store.build(build_id) / EVENTS
    # One that was rolled back to is older than what people know.
    if build_id <= max(ledger.builds, default="") or not file.exists():
        return ledger, {}, []
    with about(file):
        content = json.loads(file.read_text(encoding="utf-8"))
        as_of = str(content["as_of_date"])
    if ledger.is_later_than(as_of):
        told = f"the build is as of {as_of}, and people know of breaches as of {ledger.as_of_date}"
        return ledger, {}, [f"{told}: its changes are told to nobody"]
    news = [event for event in content["events"] if _is_news(ledger, event)]
    ledger, dropped = _told(store, ledger, build_id, {**content, "events": news}, outgoing)
    _write_ledger(store, ledger)
    warning = (
        f"the outbox holds the last {MOST_IN_OUTBOX} breach changes, {dropped} older ones were"
        f" dropped: {PAGE} has what is open"
    )
    return ledger, Counter(event["change"] for event in news), [warning] if dropped else []


def deliver_or_warn(
    store: Store, failed: str | None = None
) -> tuple[Delivered | None, Sequence[str]]:
    """Whatever goes wrong with telling people, the build is published: it is a warning."""
    try:
        delivered = deliver(store, failed=failed)
    except SalesMetricsError as error:
        return None, [str(error)]
    except Exception as error:
        return None, [f"breaches could not be told: {told_of(error, store.folder / LEDGER)}"]
    return delivered, delivered.warnings if delivered else ()


def send(
    url: str,
    events: Sequence[Mapping[str, Any]],
    *,
    attempts: int = ATTEMPTS,
    timeout: float = TIMEOUT_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> str | None:
    """Posts the changes as JSON; returns why it failed, in words that never show the URL."""
    try:
        address = read_address(url)
    except UnusableAddressError as error:
        return str(error)
    content = {"text": text(events), "events": list(events)}
    body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": hashlib.sha256(body).hexdigest(),
    }
    failure: str | None = "no attempt"
    for attempt in range(attempts):
        if attempt:
            sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
        failure = post(address, body, headers, timeout)
        if failure is None:
            break
    return failure


def read_ledger(store: Store) -> Ledger:
    path = store.folder / LEDGER
    if not path.exists():
        return Ledger()
    remedy = "nobody is told of breaches until it is mended, or deleted, which tells all open ones"
    with about(path, remedy):
        content = json.loads(path.read_text(encoding="utf-8"))
        ledger = Ledger(
            content["builds"], content["known"], content["outbox"], content.get("as_of_date")
        )
        if not isinstance(ledger.builds, list) or not isinstance(ledger.known or {}, dict):
            raise TypeError("builds must be a list, and known hold names with values")
        for one in ledger.outbox:
            _build_of(one)
    return ledger


def _is_news(ledger: Ledger, event: Mapping[str, Any]) -> bool:
    """A build that was made without the ledger holds what people were told long ago."""
    known = ledger.known or {}
    return bool(known.get(event["breach"]["breach_id"]) != event["change"])


def _build_of(news: Mapping[str, Any]) -> str:
    return str(news["delivery_id"]).rsplit(":", 1)[-1]


def _told(
    store: Store, ledger: Ledger, build_id: str, content: Mapping[str, Any], outgoing: bool
) -> tuple[Ledger, int]:
    """The ledger after it, and how many changes no longer fitted the outbox."""
    news = [
        {
            "delivery_id": f"{event['breach'].get('breach_id')}:{event['change']}:{build_id}",
            "as_of_date": content["as_of_date"],
            **event,
        }
        for event in content["events"]
    ]
    kept = [*sorted(set(ledger.builds) & set(store.ids())), build_id]
    withdrawn = {
        event["breach"]["breach_id"]: "withdrawn"
        for event in content["events"]
        if event["change"] == "withdrawn"
    }
    # Without a webhook nothing piles up; what waits while its address is missing waits on.
    outbox = [*ledger.outbox, *(news if outgoing else [])]
    dropped = max(len(outbox) - MOST_IN_OUTBOX, 0)
    known = {**content["states"], **withdrawn}
    return Ledger(kept, known, outbox[dropped:], content["as_of_date"]), dropped


def _write_ledger(store: Store, ledger: Ledger) -> None:
    """Replaced whole, so that a kill leaves the old one or the new one."""
    path = store.folder / LEDGER
    new = path.with_name(f".new-{LEDGER}")
    new.write_text(json.dumps(asdict(ledger), ensure_ascii=False), encoding="utf-8")
    fsync(new)
    new.replace(path)
    fsync(store.folder)

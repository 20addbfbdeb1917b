"""One POST to the webhook: taken or not within a deadline, and the address never shown.

Only an answer of 2xx means that the webhook took it; a redirect means that somebody else stands
there, such as a page to log in. The deadline is for the whole call, from the look-up of the name to
the last byte of the answer: a socket's own time limit begins anew with every byte.

Proxies are those of the environment (`https_proxy`, `no_proxy`), as for other programs.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

URL = "SALES_METRICS_WEBHOOK_URL"
# What a webhook has to say fits here; the rest is not read.
LONGEST_ANSWER = 65_536


class UnusableAddressError(Exception):
    """Why, in words that do not show the address."""


@dataclass(frozen=True)
class Address:
    """Where to post, without the credentials that stood in it."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


def read_address(text: str) -> Address:
    """The address as a request needs it; raises UnusableAddressError."""
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in text):
        raise UnusableAddressError(f"{URL} holds a blank or a control character")
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        raise UnusableAddressError(f"no connection, {URL} names no host") from None
    if parts.scheme not in ("http", "https"):
        raise UnusableAddressError(f"{URL} is no http or https address")
    try:
        port = parts.port
    except ValueError:
        raise UnusableAddressError(f"no connection, {URL} names no port from 1 to 65535") from None
    if port == 0:
        raise UnusableAddressError(f"no connection, {URL} names no port from 1 to 65535")
    try:
        # Twice, for full stops of other scripts become plain ones and leave empty labels.
        host = (parts.hostname or "").encode("idna").decode("ascii").encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not host or not all(sign.isalnum() or sign in "-._:[]%" for sign in host):
        raise UnusableAddressError(f"no connection, {URL} names no host")
    place = f"[{host}]" if ":" in host else host
    path = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = urllib.parse.quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    url = urllib.parse.urlunsplit(
        (parts.scheme, place if port is None else f"{place}:{port}", path, query, "")
    )
    return Address(url, _credentials(parts))


def post(address: Address, body: bytes, headers: Mapping[str, str], seconds: float) -> str | None:
    """Posts once; returns why it was not taken, or nothing."""
    call = _Call(address, body, headers, seconds)
    # A name that is looked up cannot be interrupted: the thread is left behind, and ends by itself.
    thread = threading.Thread(target=call.run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        call.hang_up()
        return f"no answer in {seconds:g} s"
    return call.failure


def _credentials(parts: urllib.parse.SplitResult) -> dict[str, str]:
    if parts.username is None and parts.password is None:
        return {}
    try:
        user, password = (
            urllib.parse.unquote(text or "", errors="strict")
            for text in (parts.username, parts.password)
        )
    except UnicodeError:
        raise UnusableAddressError(f"the credentials in {URL} are no UTF-8") from None
    if ":" in user or any(ord(sign) < 32 or ord(sign) == 127 for sign in user + password):
        raise UnusableAddressError(
            f"the credentials in {URL} hold a sign that none may hold: a colon in the user, or a"
            " control character"
        )
    given = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {given}"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """The answer is then an error like any other."""
        return


class _Call:
    """One request in a thread of its own, which may be hung up from outside."""

    def __init__(
        self, address: Address, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> None:
        self._address, self._body, self._headers = address, body, headers
        self._seconds = seconds
        self._connections: list[http.client.HTTPConnection] = []
        # Kept beside, for the library lets go of a connection whose answer has begun.
        self._sockets: list[socket.socket] = []
        self.failure: str | None = "no connection"

    def run(self) -> None:
        try:
            self.failure = self._posted()
        except urllib.error.HTTPError as error:
            redirect = ", a redirect" if 300 <= error.code < 400 else ""
            self.failure = f"it answered {error.code}{redirect}"
            error.close()
        # Whatever it is: in a thread it would be printed, and its text may hold the address.
        except Exception as error:
            reason = getattr(error, "reason", error)
            self.failure = (
                f"no answer in {self._seconds:g} s"
                if isinstance(reason, TimeoutError)
                else f"no connection, {type(reason).__name__}"
            )

    def _posted(self) -> str | None:
        request = urllib.request.Request(
            self._address.url,
            data=self._body,
            method="POST",
            headers={**self._headers, **self._address.headers},
        )
        opener = urllib.request.build_opener(_NoRedirect, *self._handlers())
        with opener.open(request, timeout=self._seconds) as answer:
            if not 200 <= answer.status < 300:
                return f"it answered {answer.status}"
            answer.read(LONGEST_ANSWER)
        return None

    def _handlers(self) -> list[urllib.request.BaseHandler]:
        """The handlers of urllib, whose connections are remembered."""
        connections, sockets = self._connections, self._sockets

        class Plain(http.client.HTTPConnection):
            def connect(self) -> None:
                connections.append(self)
                super().connect()
                sockets.append(self.sock)

        class Secure(http.client.HTTPSConnection):
            def connect(self) -> None:
                connections.append(self)
                super().connect()
                sockets.append(self.sock)

        class PlainHandler(urllib.request.HTTPHandler):
            def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(Plain, request)

        class SecureHandler(urllib.request.HTTPSHandler):
            def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(Secure, request)

        return [PlainHandler(), SecureHandler()]

    def hang_up(self) -> None:
        """Ends what the thread waits for; what it was told no longer counts."""
        for found in [*self._sockets, *(one.sock for one in self._connections)]:
            if isinstance(found, socket.socket):
                with contextlib.suppress(OSError):
                    found.shutdown(socket.SHUT_RDWR)

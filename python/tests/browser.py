"""A headless Chromium, told over a pipe what to do: no driver, no port, no package beside it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe"),
)
WAIT_SECONDS = 90


def find_chromium() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page; what it asks of the network and what it says to the console is kept."""

    def __init__(self, program: str, folder: Path) -> None:
        down_read, self._to = os.pipe()
        self._from, up_write = os.pipe()

        def pipes() -> None:
            # Chromium reads from 3 and writes to 4; the ends may have either number.
            first, second = os.dup(down_read), os.dup(up_write)
            high_first, high_second = os.dup2(first, 98), os.dup2(second, 99)
            os.dup2(high_first, 3)
            os.dup2(high_second, 4)

        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            preexec_fn=pipes,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(down_read)
        os.close(up_write)
        self._rest = b""
        self._last = 0
        self.requests: list[str] = []
        self.said: list[str] = []
        self._session: str | None = None
        target = next(
            one for one in self._call("Target.getTargets")["targetInfos"] if one["type"] == "page"
        )
        attached = self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._to)
        os.close(self._from)
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def look(
        self, *, width: int, dark: bool = False, height: int = 900, paper: bool = False
    ) -> None:
        """The size of the window or of the sheet, and which colours the reader prefers."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = "dark" if dark else "light"
        self._call(
            "Emulation.setEmulatedMedia",
            media="print" if paper else "",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def open(self, path: Path, place: str = "") -> None:
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=path.resolve().as_uri() + place)
        self.wait_for("document.documentElement?.dataset.ready === 'yes'")
        self.settle()

    def go(self, place: str) -> None:
        """To another page of the file."""
        self.run(f"location.hash = {json.dumps(place)}")
        self.settle()

    def settle(self) -> None:
        """Until charts have taken their width and are drawn."""
        self.run(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame("
            "() => setTimeout(done, 30))))"
        )

    def wait_for(self, condition: str) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while not self.run(condition):
            if time.monotonic() > end:
                raise AssertionError(f"{condition} did not come true; said: {self.said}")
            time.sleep(0.02)

    def run(self, script: str) -> Any:
        done = self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in done:
            raise AssertionError(json.dumps(done["exceptionDetails"], indent=1)[:2000])
        return done["result"].get("value")

    def click(self, selector: str) -> None:
        """With the mouse, at the middle of the element."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=box[0],
                y=box[1],
                button="left",
                clickCount=1,
            )
        self.settle()

    def press(self, key: str, code: int) -> None:
        text = "\r" if key == "Enter" else key if len(key) == 1 else None
        down = {"type": "keyDown", "key": key, "windowsVirtualKeyCode": code}
        self._call("Input.dispatchKeyEvent", **down, **({"text": text} if text else {}))
        self._call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
        self.settle()

    def picture(self, path: Path) -> None:
        """The whole page, as long as it is."""
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        done = self._call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(done["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while True:
            got = self._message()
            if got.get("id") == self._last:
                if "error" in got:
                    raise AssertionError(f"{method}: {got['error']}")
                return dict(got["result"])
            self._note(got)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 20)
            if not part:
                raise AssertionError("the browser has ended")
            self._rest += part
        one, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(one))

    def _note(self, event: dict[str, Any]) -> None:
        method, about = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            url = str(about["request"]["url"])
            if not url.startswith(("file:", "data:", "about:")):
                self.requests.append(url)
        elif method == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            self.said.append(str(details.get("exception", {}).get("description", details)))
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning"):
            self.said.append(str(about["args"]))
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.said.append(about["entry"]["text"])

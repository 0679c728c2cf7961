"""A headless Chromium, spoken to through its driver in the W3C's WebDriver protocol."""

import base64
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.ports import free_port

PATIENCE: Final = 20.0
"""Seconds in which a page has to show what is looked for."""
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One window."""

    def __init__(self, session: httpx2.Client) -> None:
        self._session = session

    def open(self, address: str) -> None:
        self._call("POST", "url", url=address)

    @property
    def address(self) -> str:
        return str(self._call("GET", "url"))

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns."""
        return self._call("POST", "execute/sync", script=script, args=arguments)

    def click(self, selector: str, text: str = "") -> None:
        """Click on the element whose text contains this, once there is one."""
        self._call("POST", f"element/{self._found(selector, text)}/click")

    def type(self, selector: str, text: str) -> None:
        self._call("POST", f"element/{self._found(selector)}/value", text=text)

    def texts(self, selector: str) -> list[str]:
        """What is to be read in the elements."""
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)"
        found: list[str] = self.run(script, selector)
        return found

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait until something is true."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"{what}; {self.address}; {self.texts('body')}"
            time.sleep(0.2)

    def complaints(self) -> list[str]:
        """The errors in the console since it was last asked, and what the policy kept out."""
        said = self._call("POST", "se/log", type="browser")
        return [line["message"] for line in said if line["level"] == "SEVERE"]

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._call("GET", "screenshot")))

    def _found(self, selector: str, text: str = "") -> str:
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".find(e => e.getClientRects().length && e.innerText.includes(arguments[1])) || null"
        )
        element: list[Any] = []

        def there() -> bool:
            element[:] = [self.run(script, selector, text)]
            return element[0] is not None

        self.until(there, f"{selector} with {text!r} is not there")
        return str(element[0][_ELEMENT])

    def _call(self, method: str, path: str, **told: Any) -> Any:
        answer = self._session.request(method, path, json=told if method == "POST" else None)
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value


@contextmanager
def browser() -> Iterator[Browser]:
    """A window of 1280 by 800 that lives as long as it is needed."""
    driver, program = shutil.which("chromedriver"), shutil.which("chromium")
    assert driver, "chromedriver is not here: apt-get install chromium-driver"
    assert program, "chromium is not here: apt-get install chromium"
    port = free_port()
    options = {
        "binary": program,
        "args": ["--headless=new", "--no-sandbox", "--window-size=1280,800", "--lang=en"],
    }
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL"},
    }
    process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}/", timeout=PATIENCE) as client:
            asked = {"capabilities": {"alwaysMatch": wanted}}
            opened = _once_it_listens(lambda: client.post("session", json=asked))
            session = opened.json()["value"]["sessionId"]
            client.base_url = httpx2.URL(f"http://127.0.0.1:{port}/session/{session}/")
            try:
                yield Browser(client)
            finally:
                client.delete(f"http://127.0.0.1:{port}/session/{session}")
    finally:
        process.terminate()
        process.wait()


def _once_it_listens(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except httpx2.ConnectError:
            assert time.monotonic() < end, "the driver does not listen"
            time.sleep(0.1)

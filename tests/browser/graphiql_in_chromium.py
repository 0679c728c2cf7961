"""GraphiQL as staff see it; run by `make test-browser`, which needs Chromium and the real files.

Its name keeps it out of `make test`, which needs neither.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import httpx2
import pytest

from auth.permissions import Staff
from database.connection import Database
from server.bundle import FOLDER, INSTALL, is_installed
from tests.browser.chromium import Browser, browser
from tests.factories import PASSWORD, add_user, import_sample
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "graphiql.png"
WHY = "Why is a learner's component flagged, and what to do?"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@contextmanager
def serving(url: str, folder: Path) -> Iterator[str]:
    port = free_port()
    program = Path(sys.executable).with_name("learner-tracking")
    own = {
        "DATABASE_URL": url,
        "LEARNER_TRACKING_TODAY": "2010-02-19",
        "LEARNER_TRACKING_SECURE_COOKIES": "false",
    }
    process = subprocess.Popen(  # noqa: S603 - our own program
        [program, "serve", "--port", str(port)],
        cwd=folder,
        env={**os.environ, **own},
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            while True:
                try:
                    client.get("/healthz")
                    break
                except httpx2.TransportError:
                    assert process.poll() is None, "the server does not start"
                    sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def log_in(window: Browser, address: str, email: str) -> None:
    window.open(f"{address}/staff")
    window.type("input[name=email]", email)
    window.type("input[name=password]", PASSWORD)
    window.click("#log-in button")


def editor(window: Browser, which: str) -> str:
    """The text of the query, variables or result pane."""
    script = (
        "const e = document.querySelector(arguments[0] + ' .CodeMirror');"
        "return e ? e.CodeMirror.getValue() : ''"
    )
    return str(window.run(script, which))


def result(window: Browser) -> str:
    return editor(window, ".graphiql-response .result-window") or editor(
        window, ".graphiql-response"
    )


async def test_staff_ask_the_graph_in_a_browser(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    assert is_installed(FOLDER), f"GraphiQL is not installed: {INSTALL}"
    await import_sample(database, tmp_path / "feed", centres=3, learners=240)
    await add_user(database, "user@example.org", "10132")
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    await add_user(database, "operator@example.org", staff=Staff.OPERATOR)

    with serving(database_url, tmp_path) as address, browser() as window:
        refuses_users(window, address)
        shows_a_nested_answer(window, address)
        follows_a_subscription(window, address)
        writes_for_operators_who_say_so(window, address)


def refuses_users(window: Browser, address: str) -> None:
    log_in(window, address, "user@example.org")
    window.until(lambda: "for the staff" in window.texts("#told")[0], "the user is not told")
    assert window.texts("#told") == [
        "This page is for the staff of the awarding body only. You have been logged out."
    ]
    assert window.address == f"{address}/staff"
    assert window.run("return document.cookie") == ""
    window.open(f"{address}/graphql")
    assert "Send operations by POST." in window.texts("body")[0]
    assert [one for one in window.complaints() if "405" not in one] == []


def shows_a_nested_answer(window: Browser, address: str) -> None:
    log_in(window, address, "support@example.org")
    window.until(lambda: window.address == f"{address}/graphql", "GraphiQL is not opened")
    window.click(".saved button", WHY)
    window.until(
        lambda: "query WhyIsItFlagged" in editor(window, ".graphiql-query-editor"),
        "the example is not in the editor",
    )
    window.click(".graphiql-execute-button")
    window.until(lambda: "guided learning hours" in result(window), "there is no answer")
    assert '"name": "Joanne Abbott"' in result(window)
    assert '"errors"' not in result(window)
    window.run(
        "document.querySelector('.graphiql-response .CodeMirror').CodeMirror.scrollTo(0, 460)"
    )
    sleep(0.5)
    window.picture(PICTURE)
    # The schema, by introspection, in the explorer and in the documentation.
    window.click("button[aria-label='Show GraphiQL Explorer']")
    window.until(lambda: "searchLearners" in window.texts(".docExplorerWrap")[0], "no explorer")
    window.click("button[aria-label='Show Documentation Explorer']")
    window.until(lambda: "Query" in window.texts(".graphiql-doc-explorer")[0], "no docs")
    window.click("button[aria-label='Show History']")
    window.until(lambda: "WhyIsItFlagged" in window.texts(".graphiql-history")[0], "no history")
    assert window.run("return document.getElementById('writes')") is None
    assert window.run("return localStorage.length") == 0
    window.click("button[aria-label='Open settings dialog']")
    window.until(lambda: "Theme" in window.texts("[role=dialog]")[0], "no settings")
    window.click("[role=dialog] .graphiql-dialog-close")
    assert window.complaints() == []
    # A script of nobody's is told of, so silence means that nothing was kept out.
    window.run("document.head.append(document.createElement('script'))")
    window.run("document.querySelector('head script').textContent = 'alert(1)'")
    window.until(lambda: "script-src" in "".join(window.complaints()), "nobody complains")
    window.click("#log-out")
    window.until(lambda: window.address == f"{address}/staff", "nobody is logged out")
    assert window.run("return sessionStorage.length") == 0


def write(window: Browser, query: str) -> None:
    window.until(
        lambda: window.run("return !!document.querySelector('.graphiql-query-editor .CodeMirror')"),
        "there is no editor",
    )
    window.run(
        "document.querySelector('.graphiql-query-editor .CodeMirror')"
        ".CodeMirror.setValue(arguments[0])",
        query,
    )


def follows_a_subscription(window: Browser, address: str) -> None:
    log_in(window, address, "support@example.org")
    write(window, 'subscription { centreChanged(centre: "10132") { kinds at } }')
    window.click(".graphiql-execute-button")
    window.until(lambda: '"kinds": []' in result(window), "nothing comes")
    window.click(".graphiql-execute-button[aria-label^=Stop]")
    window.until(
        lambda: len(window.texts(".graphiql-execute-button[aria-label^=Execute]")) == 1,
        "it does not stop",
    )
    assert window.complaints() == []
    window.click("#log-out")
    window.until(lambda: window.address == f"{address}/staff", "nobody is logged out")


def writes_for_operators_who_say_so(window: Browser, address: str) -> None:
    log_in(window, address, "operator@example.org")
    write(window, "mutation { sessionLogOut { __typename } }")
    window.click(".graphiql-execute-button")
    window.until(lambda: "WRITES_OFF" in result(window), "it was not refused")
    window.click("#writes")
    window.click(".graphiql-execute-button")
    window.until(lambda: '"SessionLogOut"' in result(window), "it was not carried out")
    assert [one for one in window.complaints() if "403" not in one] == []

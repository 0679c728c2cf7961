"""The demo: what it prints is what works."""

import json
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from time import sleep
from typing import Any

import httpx2
import pytest

from tests.cli.commands import DAY, PROGRAM, Ran, Terminal
from tests.factories import Caller, log_in_by_password, served
from tests.ports import free_port

STANDINGS = {
    "Viewer at one centre": ["CENTRE_VIEWER"],
    "Administrator": ["CENTRE_ADMINISTRATOR"],
    "Centre user": ["CENTRE_USER"],
    "Consortium manager": ["NON_CENTRE_VIEWER"] * 3,
    "Support staff": [],
}
WHO = list(STANDINGS)


def payloads(ran: Ran) -> list[dict[str, Any]]:
    """What the printed curl commands send."""
    return [json.loads(text) for text in re.findall(r"-d '([^']+)'", ran.out)]


def people(ran: Ran) -> dict[str, tuple[str, str]]:
    """E-mail and password by who it is."""
    return {row[0]: (row[1], row[2]) for row in ran.cells if len(row) == 3}


async def test_the_demo_prints_a_log_in_for_each_role_and_a_question_that_work(
    alone: Terminal,
) -> None:
    ran = alone.done("demo", "--prepare-only")

    assert list(people(ran)) == WHO
    assert "curl -s $ADDRESS" in ran.out
    assert "ADDRESS=http://127.0.0.1:8000/graphql" in ran.out
    assert "Serving" not in ran.out
    log_in_payload, question = payloads(ran)
    async with served(f"sqlite://{alone.folder / 'demo' / 'learner-tracking.sqlite3'}") as client:
        nobody = Caller(client)
        answer = await nobody.data(log_in_payload["query"], **log_in_payload["variables"])
        caller = Caller(client, answer["sessionLogIn"]["token"])
        learners = (await caller.data(question["query"]))["learners"]
        reach, standings = {}, {}
        for who, (email, password) in people(ran).items():
            each = await log_in_by_password(client, email, password)
            found = await each.data("{ learners(first: 1) { totalCount } centres { totalCount } }")
            held = (await each.data("{ me { access { standing } } }"))["me"]["access"]
            standings[who] = [one["standing"] for one in held]
            reach[who] = found["centres"]["totalCount"], found["learners"]["totalCount"]

    assert len(learners["nodes"]) == 3
    assert learners["totalCount"] > 0
    assert {who: centres for who, (centres, _) in reach.items()} == dict(
        zip(WHO, (1, 1, 1, 3, 3), strict=True)
    )
    assert reach["Support staff"] == (3, 240)
    assert reach["Consortium manager"] == (3, 240)
    assert reach["Administrator"] == reach["Centre user"] == reach["Viewer at one centre"]
    assert standings == STANDINGS


def test_an_earlier_demo_makes_way(alone: Terminal) -> None:
    first, second = (alone.done("demo", "--prepare-only", "--port", "8123") for _ in range(2))

    assert list(people(second)) == WHO
    assert people(first) != people(second)
    assert "ADDRESS=http://127.0.0.1:8123/graphql" in second.out
    assert "Applied. 240 learners derived in" in second.out


IN_USE = (
    "demo/learner-tracking.sqlite3 is in use, by a demo or a server that is running: stop that"
    " first, or name another folder, as in `learner-tracking demo --folder demo-2`."
)


@contextmanager
def running(alone: Terminal, *arguments: str, **settings: str) -> Iterator[httpx2.Client]:
    """A server that has begun to answer, and ends."""
    port = free_port()
    with subprocess.Popen(  # noqa: S603 - our own program
        [PROGRAM, *arguments, "--port", str(port)],
        cwd=alone.folder,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
                while not answers(client):
                    assert process.poll() is None
                    sleep(0.1)
                yield client
        finally:
            process.send_signal(signal.SIGTERM)


def answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def terms_of(client: httpx2.Client) -> Any:
    """What only the database knows, and everybody may ask."""
    return client.post("/graphql", json={"query": "{ currentTerms { version } }"}).json()["data"]


def accounts(alone: Terminal) -> list[tuple[str, ...]]:
    """The accounts with the hashes of their passwords, which are others in every demo."""
    with closing(sqlite3.connect(alone.folder / "demo" / "learner-tracking.sqlite3")) as database:
        return database.execute("SELECT email, password_hash FROM account ORDER BY id").fetchall()


def test_a_demo_that_is_running_is_left_alone_on_whatever_port_another_one_is_to_be(
    alone: Terminal,
) -> None:
    with running(alone, "demo") as client:
        before = accounts(alone)

        for more in (["--prepare-only"], ["--port", str(free_port())]):
            assert alone.refused("demo", *more) == IN_USE

        assert accounts(alone) == before
        assert terms_of(client) == {"currentTerms": {"version": "1"}}

    assert list(people(alone.done("demo", "--prepare-only"))) == WHO
    assert accounts(alone) != before


def test_a_demo_leaves_the_database_of_a_server_alone(alone: Terminal) -> None:
    alone.done("demo", "--prepare-only")
    url = "sqlite://demo/learner-tracking.sqlite3"

    with running(alone, "serve", DATABASE_URL=url, LEARNER_TRACKING_TODAY=DAY) as client:
        assert alone.refused("demo", "--prepare-only") == IN_USE
        assert terms_of(client) == {"currentTerms": {"version": "1"}}


def test_what_an_earlier_demo_left_broken_makes_way(alone: Terminal) -> None:
    (alone.folder / "demo").mkdir()
    (alone.folder / "demo" / "learner-tracking.sqlite3").write_text("no database at all", "utf-8")

    assert list(people(alone.done("demo", "--prepare-only"))) == WHO


@pytest.mark.parametrize("folder", ["list.csv", "list.csv/demo"])
def test_a_demo_in_the_place_of_a_file_is_refused(alone: Terminal, folder: str) -> None:
    (alone.folder / "list.csv").write_text("uln\n", "utf-8")

    told = alone.refused("demo", "--prepare-only", "--folder", folder)

    assert told == f"{folder} cannot be a folder: a file is in its place."
    assert (alone.folder / "list.csv").read_text("utf-8") == "uln\n"


@pytest.mark.parametrize("value", ["Friday", "2010-02-30", "19/02/2010"])
def test_a_demo_on_no_day_is_refused(alone: Terminal, value: str) -> None:
    told = alone.refused("demo", "--prepare-only", LEARNER_TRACKING_TODAY=value)

    assert told == "LEARNER_TRACKING_TODAY: A day of the form YYYY-MM-DD is expected."

"""What is told of operations: numbers by few names, and one line that holds nobody's words."""

from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2
import orjson
import pytest

from auth.permissions import Staff
from database.connection import Database
from server.app import create_app
from server.settings import Settings
from tests.factories import (
    DAY,
    LOG_IN,
    PASSWORD,
    UNHURRIED,
    Caller,
    add_user,
    log_in,
    served,
)
from tests.server.feeding import service_token

TOKEN: Final = "a token for those who measure"
HERE: Final = {"authorization": f"Bearer {TOKEN}"}
REFUSED: Final = ("GRAPHQL_INVALID", "BODY_INVALID")
NAMED: Final = "query Told($a: ULN) { serviceInfo { date } learner(uln: $a) { name } }"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def numbers(client: httpx2.AsyncClient) -> dict[str, float]:
    """Every number by its name and labels."""
    answer = await client.get("/metrics", headers=HERE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_operations_are_counted_by_the_names_of_stored_documents_only(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await add_user(database, "reader@example.org")
    (tmp_path / "one.graphql").write_text("query Stored { serviceInfo { date } }")
    given: dict[str, Any] = {"documents_folder": tmp_path, "metrics_token": TOKEN}
    async with served(database_url, **given) as client:
        caller = Caller(client)
        for n in range(20):
            await caller.data(f"query Made{n} {{ serviceInfo {{ date }} }}")
        await caller.ask("query Stored { __typename }")
        await client.post("/graphql", json={"documentId": "0" * 64})
        await caller.ask(LOG_IN, input={"email": "reader@example.org", "password": "wrong"})
        await caller.ask(LOG_IN, input={"email": "reader@example.org", "password": PASSWORD})
        await caller.ask("{ nothing }")
        await client.post("/graphql", content=b" " * (2 << 20))
        found = await numbers(client)

    def operations(caller: str, outcome: str) -> float:
        labels = f'caller="{caller}",operation="other",outcome="{outcome}"'
        return found[f"learner_tracking_operations_total{{{labels}}}"]

    assert operations("anonymous", "OK") == 23
    assert operations("anonymous", "GRAPHQL_INVALID") == 1
    assert operations("anonymous", "PERSISTED_QUERY_NOT_FOUND") == 1
    assert found['learner_tracking_log_ins_total{outcome="let in"}'] == 1
    assert found['learner_tracking_log_ins_total{outcome="refused"}'] == 1
    assert found['learner_tracking_refusals_total{code="TOO_LARGE"}'] == 1
    assert found['learner_tracking_operation_cost_bucket{caller="anonymous",le="1.0"}'] == 21
    assert found['learner_tracking_operation_seconds_count{operation="other"}'] == 25
    assert "learner_tracking_events_waiting" in found
    for reason in ("too_little_read", "too_much_unread"):
        assert f'learner_tracking_readers_cut_off_total{{reason="{reason}"}}' in found
    assert not [name for name in found if "Made" in name or "Stored" in name]


async def test_a_stored_operation_is_counted_by_its_name(database_url: str, tmp_path: Path) -> None:
    text = "query Stored { serviceInfo { date } }"
    (tmp_path / "one.graphql").write_text(text)
    given: dict[str, Any] = {"documents_folder": tmp_path, "metrics_token": TOKEN}
    async with served(database_url, **given) as client:
        await client.post("/graphql", json={"documentId": sha256(text.encode()).hexdigest()})
        found = await numbers(client)

    assert found['learner_tracking_operation_seconds_count{operation="Stored"}'] == 1


async def test_numbers_are_read_with_a_token_or_from_this_machine_only(
    database_url: str,
) -> None:
    async with served(database_url, metrics_token=TOKEN) as client:
        for headers in ({}, {"authorization": "Bearer x"}, {"authorization": f"Basic {TOKEN}"}):
            refused = await client.get("/metrics", headers=headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (404, "NOT_FOUND")
    given: dict[str, Any] = UNHURRIED
    app = create_app(Settings(DATABASE_URL=database_url, today=DAY, **given))
    for address, headers, status in (
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 404),
        ("127.0.0.1", {"X-Forwarded-Host": "a.example"}, 404),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, 404),
        ("192.0.2.7", {}, 404),
        ("unknown", {}, 404),
    ):
        transport = httpx2.ASGITransport(app, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://a.example") as client:
            assert (await client.get("/metrics", headers=headers)).status_code == status, address


async def test_each_operation_is_one_line_without_variables_and_values(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(database_url, log_format="json") as client:
        await Caller(client).ask(NAMED, a="1000000000")
        await Caller(client).ask("query Told { nothing }")
        await client.post("/graphql", content=b"{", headers={"content-type": "application/json"})
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]
    told = [line for line in lines if line["event"] == "operation"]

    assert [line["outcome"] for line in told] == ["UNAUTHENTICATED", *REFUSED]
    assert {frozenset(line) for line in told} == {
        frozenset(
            {
                *("name", "caller", "centres", "milliseconds", "cost", "statements"),
                *("outcome", "request_id", "event", "level", "timestamp"),
            }
        )
    }
    assert [line["name"] for line in told] == ["Told", None, None]
    assert "1000000000" not in str(told)


async def test_staff_are_told_what_an_operation_took_and_others_are_not(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    await add_user(database, "helper@example.org", staff=Staff.SUPPORT)
    async with served(database_url) as client:
        costs = []
        for email in ("reader@example.org", "helper@example.org"):
            caller = await log_in(client, email)
            answer = (await caller.response("{ centres { nodes { name } } }")).json()
            costs.append(answer["extensions"]["cost"])
        robot = Caller(client, await service_token(database))
        program = (await robot.response("{ feedRuns { totalCount } }")).json()
    others, staff = costs
    assert set(others) == {"requested", "allowed"}
    assert set(program["extensions"]["cost"]) == set(staff) > set(others)
    assert staff["statements"] == 2  # the session's and the list's
    assert staff["rows"] == 1
    assert staff["milliseconds"] > 0


async def test_a_slow_operation_is_told_with_what_it_waited_for(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await add_user(database, "helper@example.org", staff=Staff.SUPPORT)
    async with served(database_url, slow_seconds=1e-9, log_format="json") as client:
        caller = await log_in(client, "helper@example.org")
        capsys.readouterr()
        await caller.ask("query Slow { me { sessions { id } } centres { nodes { name } } }")
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]
    (slow,) = [line for line in lines if line["event"] == "slow_operation"]
    assert slow["name"] == "Slow"
    fields = {field["field"] for field in slow["slowest"]}
    # graphql-core's own executor tells nobody what it waits for.
    breadth_first = Settings().executor == "breadth_first"
    assert fields >= {"Query.centres", "Me.sessions"} if breadth_first else fields == set()
    assert all(field["objects"] == 1 for field in slow["slowest"])
    assert slow["statements"] >= 3


async def test_statements_and_sizes_of_batches_are_counted(
    database: Database, database_url: str
) -> None:
    await add_user(database, "helper@example.org", staff=Staff.SUPPORT)
    async with served(database_url, metrics_token=TOKEN) as client:
        caller = await log_in(client, "helper@example.org")
        before = await numbers(client)
        await caller.ask('{ centre(number: "10132") { name } }')
        after = await numbers(client)
    told = {name: after[name] - before.get(name, 0) for name in after}
    assert told['learner_tracking_operation_statements_sum{operation="other"}'] == 2
    assert told["learner_tracking_loader_keys_count"] == 1
    assert told["learner_tracking_loader_keys_sum"] == 1

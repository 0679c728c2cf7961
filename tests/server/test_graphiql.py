"""GraphiQL: who gets it, from where its files come, and that it reads only."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from auth.matrix import CallerKind
from auth.permissions import Staff
from database.connection import Database
from server.bundle import FILES, PINNED
from server.documents import PAGES
from server.graphiql import NAME
from server.saved import FOLDER, examples
from tests.callers import CallerMaker
from tests.exchange.feeds import begin
from tests.factories import PASSWORD, add_user, import_sample, log_in, log_in_by_password, served

PAGE: Final = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
LOG_OUT: Final = "mutation { sessionLogOut { __typename } }"
OURS: Final = {"x-learner-tracking": "staff"}


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@dataclass(frozen=True)
class Place:
    """A server with GraphiQL, and how people of every kind come to it."""

    client: httpx2.AsyncClient
    maker: CallerMaker

    async def browser(self, kind: CallerKind) -> dict[str, str]:
        """What the browser of somebody of a kind sends with every request."""
        token = (await self.maker.caller(kind)).token
        return {**PAGE, "cookie": f"lt_session={token}"} if token else PAGE

    async def page(self, kind: CallerKind = CallerKind.SUPPORT) -> str:
        """GraphiQL as somebody of a kind gets it."""
        answer = await self.client.get("/graphql", headers=await self.browser(kind))
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/html; charset=utf-8",
        )
        return answer.text


@pytest.fixture
async def place(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """With stand-ins for the files that are fetched."""
    await begin(database, tmp_path / "feed")
    ((centre_id,),) = await database.reader.tuples("SELECT MIN(id) FROM centre")
    (tmp_path / PINNED).mkdir()
    for name in FILES:
        (tmp_path / PINNED / name).write_text(f"/* {name} */")
    async with served(database_url, graphiql_folder=tmp_path) as client:
        yield Place(client, CallerMaker(database, centre_id))


def policy(answer: httpx2.Response) -> dict[str, str]:
    """What the page may do, by directive."""
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


def addresses(page: str) -> list[str]:
    """The files that a page loads."""
    return re.findall(r'(?:src|href)="(/[^"]+)"', page)


# Who gets it -------------------------------------------------------------------------------------


async def test_only_staff_get_graphiql_and_everybody_else_the_answer_of_always(
    place: Place,
) -> None:
    nobody = await place.client.get("/graphql", headers=PAGE)
    got = set()
    for kind in CallerKind:
        headers = await place.browser(kind)
        answer = await place.client.get("/graphql", headers=headers)
        if answer.status_code == 200:
            got.add(kind)
            continue
        assert (answer.status_code, answer.content) == (405, nobody.content), kind
        assert answer.headers["allow"] == "POST"
        assert answer.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}

    assert got == {CallerKind.SUPPORT, CallerKind.OPERATOR}


async def test_staff_get_graphiql_in_a_browser_only(place: Place) -> None:
    browser = await place.browser(CallerKind.SUPPORT)
    token = browser["cookie"].partition("=")[2]
    for headers in (
        {**browser, "accept": "application/json"},
        {**browser, "accept": "*/*"},
        {**PAGE, "authorization": f"Bearer {token}"},
    ):
        answer = await place.client.get("/graphql", headers=headers)
        assert answer.status_code == 405, headers


async def test_the_page_may_load_nothing_from_elsewhere_and_stand_in_no_other(
    place: Place,
) -> None:
    answer = await place.client.get("/graphql", headers=await place.browser(CallerKind.SUPPORT))
    log_in_page = await place.client.get("/staff", headers=PAGE)

    assert policy(answer) == POLICY
    assert policy(log_in_page) == {**POLICY, "style-src": "'self'"}
    for page in (answer, log_in_page):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "://" not in page.text
        assert re.findall(r"<script(?! src=)|\son\w+=|\sstyle=", page.text) == []


async def test_every_file_of_a_page_is_there_for_its_readers_for_ever(place: Place) -> None:
    browser = await place.browser(CallerKind.OPERATOR)
    page, log_in_page = await place.page(), (await place.client.get("/staff")).text
    kinds = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

    assert len(addresses(page)) == 8
    assert len(addresses(log_in_page)) == 2
    for address in addresses(page) + addresses(log_in_page):
        answer = await place.client.get(address, headers=browser)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"] == kinds[Path(address).suffix]
        whose = "private" if address.startswith("/graphiql/") else "public"
        assert answer.headers["cache-control"] == f"{whose}, max-age=31536000, immutable"


async def test_to_others_the_files_of_graphiql_do_not_exist(place: Place) -> None:
    page, browser = await place.page(), await place.browser(CallerKind.SUPPORT)
    release = addresses(page)[0].split("/")[2]
    unknown = await place.client.get("/no/such/address")
    for address in [*addresses(page), f"/graphiql/{release}/examples.json"]:
        for kind in (CallerKind.ANONYMOUS, CallerKind.CENTRE_USER, CallerKind.SERVICE):
            answer = await place.client.get(address, headers=await place.browser(kind))
            assert (answer.status_code, answer.content) == (404, unknown.content), address
    for address in (
        f"/graphiql/{release}/staff.html",
        f"/graphiql/{release}/..%2f..%2f__init__.py",
        f"/graphiql/{release}/%2fetc%2fpasswd",
        "/graphiql/other/graphiql.js",
        f"/staff/{release}/page.js",
        f"/staff/{release}/graphiql.html",
        "/staff/other/staff.js",
    ):
        answer = await place.client.get(address, headers=browser)
        assert answer.status_code == 404, address


async def test_where_graphiql_was_not_fetched_staff_are_told_how(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await add_user(database, "help@example.org", staff=Staff.SUPPORT)
    async with served(database_url, graphiql_folder=tmp_path / "none") as client:
        await log_in_by_password(client, "help@example.org")  # the client keeps the cookie
        answer = await client.get("/graphql", headers=PAGE)

    assert answer.status_code == 200
    assert "<pre>learner-tracking graphiql</pre>" in answer.text
    assert [address.rpartition("/")[2] for address in addresses(answer.text)] == [
        "page.css",
        "page.js",
    ]


# Logging in --------------------------------------------------------------------------------------


async def test_staff_log_in_on_their_page_and_go_on_to_graphiql(
    database: Database, place: Place
) -> None:
    await add_user(database, "help@example.org", staff=Staff.SUPPORT)
    before = await place.client.get("/staff", headers=PAGE)
    asked = sent_by(before.text, "StaffLogIn", email="help@example.org", password=PASSWORD)
    answer = await place.client.post("/graphql", json=asked, headers=OURS)
    after = await place.client.get("/staff", headers=PAGE)
    whoami = sent_by(before.text, "StaffMe")
    me = await place.client.post("/graphql", json=whoami, headers=OURS)
    unmarked = await place.client.post("/graphql", json=whoami)

    assert before.status_code == 200
    assert answer.json()["data"]["sessionLogIn"] == {"me": {"staff": "SUPPORT", "termsDue": False}}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (after.status_code, after.headers["location"]) == (303, "/graphql")
    assert me.json()["data"] == {"me": {"staff": "SUPPORT", "termsDue": False}}
    assert unmarked.json()["data"] == {"me": None}


@pytest.mark.parametrize("who", ["user@example.org", "new@example.org"])
async def test_users_and_staff_with_terms_to_accept_stay_on_the_page(
    database: Database, place: Place, who: str
) -> None:
    await add_user(database, "user@example.org")
    await add_user(database, "new@example.org", staff=Staff.SUPPORT, terms=False)
    page = await place.client.get("/staff", headers=PAGE)
    await log_in_by_password(place.client, who)
    again = await place.client.get("/staff", headers=PAGE)
    terms = await place.client.post("/graphql", json=sent_by(page.text, "StaffTerms"))
    version = terms.json()["data"]["currentTerms"]["version"]
    accepting = sent_by(page.text, "StaffTermsAccept", version=version)
    accepted = await place.client.post("/graphql", json=accepting, headers=OURS)
    await place.client.post("/graphql", json=sent_by(page.text, "StaffLogOut"), headers=OURS)
    left = await place.client.post("/graphql", json=sent_by(page.text, "StaffMe"), headers=OURS)

    assert again.status_code == 200
    assert accepted.json()["data"] == {"termsAccept": {"termsDue": False}}
    assert left.json()["data"] == {"me": None}


async def test_where_only_stored_documents_are_run_staff_log_in_and_out_all_the_same(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await add_user(database, "new@example.org", staff=Staff.SUPPORT, terms=False)
    given: dict[str, Any] = {
        "documents_folder": tmp_path,
        "stored_documents_only": "anonymous,user,api_token,staff",
    }
    asked: list[tuple[str, dict[str, str]]] = [
        ("StaffLogIn", {"email": "new@example.org", "password": PASSWORD}),
        ("StaffTerms", {}),
        ("StaffTermsAccept", {"version": "1"}),
        ("StaffMe", {}),
    ]
    answers = []
    async with served(database_url, graphiql_folder=tmp_path, **given) as client:
        page = (await client.get("/staff", headers=PAGE)).text
        for name, values in asked:
            body = sent_by(page, name, **values)
            answers.append(await client.post("/graphql", json=body, headers=OURS))
        page = (await client.get("/graphql", headers=PAGE)).text
        for name in ("StaffLogOut", "StaffMe"):
            body = sent_by(page, name)
            answers.append(await client.post("/graphql", json=body, headers=OURS))
        refused = await client.post("/graphql", json={"query": "{ me { email } }"}, headers=OURS)

    logged_in, terms, accepted, me, *left = [answer.json()["data"] for answer in answers]
    assert logged_in == {"sessionLogIn": {"me": {"staff": "SUPPORT", "termsDue": True}}}
    assert terms["currentTerms"]["version"] == "1"
    assert accepted == {"termsAccept": {"termsDue": False}}
    assert me == {"me": {"staff": "SUPPORT", "termsDue": False}}
    assert left == [{"sessionLogOut": {"__typename": "SessionLogOut"}}, {"me": None}]
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_STORED"}


def test_the_scripts_send_the_operations_of_their_document_and_none_of_their_own() -> None:
    text = (PAGES / "staff.graphql").read_text("utf-8")
    scripts = [(PAGES / name).read_text("utf-8") for name in ("staff.js", "page.js")]
    named = [set(re.findall(r'"(Staff\w+)"', script)) for script in scripts]

    assert set(re.findall(r"^(?:query|mutation) (\w+)", text, re.MULTILINE)) == named[0]
    assert named[1] == {"StaffLogOut"}
    assert not [script for script in scripts if "mutation" in script]


def sent_by(page: str, name: str, **given: Any) -> dict[str, Any]:
    """An operation as the script of a page sends it."""
    found = re.search(r'<body [^>]*data-document="([0-9a-f]{64})"', page)
    assert found is not None
    variables = {"input": given} if given else {}
    return {"documentId": found[1], "operationName": name, "variables": variables}


# Reading only ------------------------------------------------------------------------------------


async def test_graphiql_changes_something_for_operators_only_who_switched_it_on(
    place: Place,
) -> None:
    me = {"query": "{ me { email } }"}
    for kind, client, writes, refused in (
        (CallerKind.OPERATOR, NAME, None, True),
        (CallerKind.OPERATOR, NAME, "off", True),
        (CallerKind.OPERATOR, NAME, "on", False),
        (CallerKind.SUPPORT, NAME, None, True),
        (CallerKind.SUPPORT, NAME, "on", True),
        (CallerKind.CENTRE_USER, NAME, "on", True),
        (CallerKind.SUPPORT, "staff", None, False),
        (CallerKind.CENTRE_USER, "1", None, False),
    ):
        headers = {**await place.browser(kind), "accept": "*/*", "x-learner-tracking": client}
        if writes is not None:
            headers["x-learner-tracking-writes"] = writes
        answer = await place.client.post("/graphql", json={"query": LOG_OUT}, headers=headers)
        after = await place.client.post("/graphql", json=me, headers=headers)
        if refused:
            assert answer.status_code == 403
            assert answer.json()["errors"][0]["extensions"] == {"code": "WRITES_OFF"}
        else:
            assert answer.json()["data"] == {"sessionLogOut": {"__typename": "SessionLogOut"}}
        assert (after.json()["data"]["me"] is not None) is refused, (kind, client, writes)


async def test_the_switch_is_shown_to_operators_only(place: Place) -> None:
    assert 'id="writes"' in await place.page(CallerKind.OPERATOR)
    assert 'id="writes"' not in await place.page(CallerKind.SUPPORT)


async def test_graphiql_is_shown_the_schema_and_a_user_who_says_graphiql_is_not(
    place: Place,
) -> None:
    query = {"query": "{ __schema { queryType { name } } }"}
    told = []
    for kind in (CallerKind.SUPPORT, CallerKind.CENTRE_USER):
        headers = {**await place.browser(kind), "accept": "*/*", "x-learner-tracking": NAME}
        told.append((await place.client.post("/graphql", json=query, headers=headers)).json())

    assert told[0]["data"] == {"__schema": {"queryType": {"name": "Query"}}}
    assert told[1]["errors"][0]["extensions"] == {"code": "INTROSPECTION_OFF"}


# Saved examples ----------------------------------------------------------------------------------


async def test_every_saved_example_has_an_answer_without_errors_on_the_sample(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=3, learners=240)
    await add_user(database, "administrator@demo.example", "10132")
    await add_user(database, "help@example.org", staff=Staff.SUPPORT)
    answers: dict[str, Any] = {}
    async with served(database_url) as client:
        caller = await log_in(client, "help@example.org")
        for example in examples():
            variables = json.loads(example.variables) if example.variables else {}
            answers[example.title] = await caller.data(example.query, **variables)

    empty = [title for title, data in answers.items() if not all(data.values())]
    assert empty == []
    flagged = answers["Why is a learner's component flagged, and what to do?"]["learner"]
    assert flagged["name"] == "Joanne Abbott"
    assert flagged["components"][5]["flags"][0]["advice"][0]["title"] == "Add guided learning hours"
    assert answers["Find a learner by name or ULN"]["searchLearners"]["totalCount"] > 0


async def test_the_examples_are_those_of_the_folder_each_with_a_title_of_its_own(
    place: Place,
) -> None:
    page, browser = await place.page(), await place.browser(CallerKind.SUPPORT)
    release = addresses(page)[0].split("/")[2]
    answer = await place.client.get(f"/graphiql/{release}/examples.json", headers=browser)
    shown = answer.json()
    beside = {path.stem for path in FOLDER.glob("*.json")}

    assert answer.headers["content-type"] == "application/json"
    assert shown == [one._asdict() for one in examples()]
    assert len({one["title"] for one in shown}) == len([*FOLDER.glob("*.graphql")]) >= 10
    assert beside <= {path.stem for path in FOLDER.glob("*.graphql")}
    assert all(one["query"].startswith("query ") for one in shown)

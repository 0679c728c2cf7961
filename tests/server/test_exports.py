"""Lists as files: nothing in them runs, nothing leaks, and who took what is told."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from auth.matrix import CallerKind, holds
from auth.permissions import GrantKind, Permission, Role, Staff
from database.connection import Database
from server.lists import LISTS
from tests.callers import CallerMaker
from tests.exchange.feeds import ANNA_ULN, EAST, WEST, find, send, tiny_feed
from tests.factories import add_user, served
from tests.graph.asking import complete_the_sample
from tests.graph.editing import SET_AWARD, registration_id
from tests.graph.watching import LOG
from tests.server.exporting import Taker, lines, taker

MANAGER, VISITOR, STRANGER = "manager@west.example", "visitor@west.example", "x@east.example"
SUPPORT = "support@example.org"

OF_ONE_CENTRE = ("access-log", "unmatched-entries")


@pytest.fixture
async def tiny(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    """A server over two centres, of which one is full of somebody's mark."""
    feed = tiny_feed()
    anna = find(feed, "learners.csv", learner_ref="anna")
    anna |= {"given_name": "=1+1", "family_name": "@Ash"}
    find(feed, "learners.csv", learner_ref="cleo").update(family_name="MARK", given_name="MARK")
    find(feed, "centres.csv", centre_number=EAST)["name"] = "MARK College"
    stray = find(feed, "entries.csv", entry_ref="stray-1")
    stray |= {"result": "ABSENT", "result_release_on": "2010-02-20", "given_name": "+Anna"}
    other = find(feed, "entries.csv", entry_ref="stray-2")
    other |= {"result": "PASS", "result_release_on": "2010-02-19"}
    await send(database, tmp_path / "feed", feed)
    await complete_the_sample(database)
    await database.writer.execute("UPDATE learner SET uci = 'UCI-1', upn = 'UPN-1'")
    await add_user(database, MANAGER, WEST, role=Role.ADMINISTRATOR, manages_users=True)
    await add_user(database, VISITOR, WEST, kind=GrantKind.NON_CENTRE)
    await add_user(database, STRANGER, EAST)
    await add_user(database, SUPPORT, staff=Staff.SUPPORT)
    async with served(database_url) as client:
        yield client


def error(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    told = answer.json()
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message"}
    return answer.status_code, told["error"]["code"]


async def test_a_workbook_holds_days_months_numbers_and_tells_about_itself(
    tiny: httpx2.AsyncClient,
) -> None:
    person = await taker(tiny, MANAGER)
    asked = '{"centres":["10001"]}'
    about, rows = await person.xlsx("learners", filter=asked)
    anna = next(row for row in rows if row["ULN"] == ANNA_ULN)
    told = {name: anna[name] for name in ("Date of birth", "Registered", "Anticipated award")}
    assert told == {
        "Date of birth": date(1993, 9, 14),
        "Registered": date(2008, 9, 1),
        "Anticipated award": date(2010, 8, 1),
    }
    assert (anna["Given name"], anna["Family name"]) == ("=1+1", "@Ash")
    assert isinstance(anna["Percent complete"], float)
    assert about["List"] == "Learners"
    assert about["Rows"] == "2"
    assert about["Taken by"] == f"Robin Reader <{MANAGER}>"
    assert about["Asked for"] == f"filter: {asked}"

    _, counted = await person.xlsx("completion")
    assert [row["Learners"] for row in counted] == [0, 0, 0, 2, 0, 0]
    assert [row["Share"] for row in counted] == [0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_no_cell_of_a_csv_file_is_taken_for_a_formula(tiny: httpx2.AsyncClient) -> None:
    person = await taker(tiny, MANAGER)
    for name in LISTS:
        asked = {"centre": WEST} if name in OF_ONE_CENTRE else {}
        answer = await person.get(f"{name}.csv", **asked)
        note, *rest = lines(answer.content)
        assert note[0].startswith("About this export. List: ")
        assert [cell for row in rest for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []
    rows = await person.csv("learners")
    assert [(row["Given name"], row["Family name"]) for row in rows][:1] == [("'=1+1", "'@Ash")]
    rows = await person.csv("unmatched-entries", centre=WEST)
    assert "'+Anna" in [row["Given name"] for row in rows]


# Who sees what -----------------------------------------------------------------------------------


async def test_what_may_not_be_read_at_a_centre_is_empty(
    tiny: httpx2.AsyncClient, database: Database
) -> None:
    await database.writer.execute(
        "UPDATE declaration SET created_by_id = (SELECT MIN(id) FROM account)"
    )
    hidden = ("Date of birth", "UCI", "UPN")
    for email, seen in ((MANAGER, ("1993-09-14", "UCI-1", "UPN-1")), (VISITOR, ("", "", ""))):
        person = await taker(tiny, email)
        rows = await person.csv("learners")
        anna = next(row for row in rows if row["ULN"] == ANNA_ULN)
        assert tuple(anna[name] for name in hidden) == seen
        rows = await person.csv("declarations")
        assert {row["Declared by"] for row in rows} == {"Robin Reader" if seen[0] else ""}


async def test_the_history_is_that_of_the_graph_and_names_nobody_to_visitors(
    tiny: httpx2.AsyncClient, database: Database
) -> None:
    manager, visitor = await taker(tiny, MANAGER), await taker(tiny, VISITOR)
    given = {"id": await registration_id(database), "month": "2010-07", "expectedVersion": 1}
    await manager.data(SET_AWARD, input=given)
    shown = await manager.data("{ changes { nodes { field before after actor } } }")
    rows = await manager.csv("changes", filter='{"sources": ["USER"]}')
    assert [(row["Field"], row["Before"], row["After"], row["Changed by"]) for row in rows] == [
        tuple(node.values()) for node in shown["changes"]["nodes"]
    ]
    assert {row["ULN"] for row in rows} == {ANNA_ULN}
    assert ("award", "2010-08", "2010-07", "Robin Reader") in [
        (row["Field"], row["Before"], row["After"], row["Changed by"]) for row in rows
    ]
    rows = await visitor.csv("changes")
    assert {row["Changed by"] for row in rows} == {""}
    assert await manager.csv("changes", filter='{"sources": ["FEED"]}') == []


async def test_a_file_says_which_centres_of_a_consortium_it_lacks(
    tiny: httpx2.AsyncClient,
) -> None:
    wanted = '{"consortium": "GATES"}'
    for email, told in (
        (MANAGER, "1 centres of the consortium, out of reach"),
        (SUPPORT, None),
    ):
        about, _ = await (await taker(tiny, email)).xlsx("completion", filter=wanted)
        assert about.get("Not included") == told


async def test_a_file_says_how_many_of_the_centres_that_were_asked_for_it_lacks(
    tiny: httpx2.AsyncClient,
) -> None:
    wanted = json.dumps({"centres": [WEST, EAST]})
    told = "1 of these 2 is no centre in your reach; the answer is about the others."
    person = await taker(tiny, MANAGER)
    about, rows = await person.xlsx("learners", filter=wanted)
    assert about.get("Not included") == told
    assert len(rows) == 2
    about, _ = await person.xlsx("changes", filter=wanted)
    assert about.get("Not included") == told


async def test_nothing_of_another_centre_is_in_any_file(tiny: httpx2.AsyncClient) -> None:
    person, staff = await taker(tiny, MANAGER), await taker(tiny, SUPPORT)
    for name in LISTS:
        asked = {"centre": WEST} if name in OF_ONE_CENTRE else {}
        answer = await person.get(f"{name}.csv", **asked)
        assert answer.status_code == 200
        assert "MARK" not in answer.text
        assert EAST not in answer.text
    assert "MARK" in (await staff.get("learners.csv")).text
    strange, absent = [json.dumps({"centres": [number]}) for number in (EAST, "99999")]
    assert await person.csv("learners", filter=strange) == []
    told = "This is no centre in your reach; the answer is about nobody."
    for wanted in (strange, absent):
        about, rows = await person.xlsx("learners", filter=wanted)
        assert (about.get("Not included"), rows) == (told, [])
    strange = await person.get("unmatched-entries.csv", centre=EAST)
    absent = await person.get("unmatched-entries.csv", centre="99999")
    assert error(strange) == (404, "NOT_FOUND")
    assert strange.json() == absent.json()


async def test_a_result_is_absent_before_its_release(tiny: httpx2.AsyncClient) -> None:
    person = await taker(tiny, MANAGER)
    rows = await person.csv("unmatched-entries", centre=WEST)
    assert sorted((row["Result"], row["Result released"]) for row in rows) == [
        ("", ""),
        ("", ""),
        ("PASS", "2010-02-19"),
    ]
    about, sheet = await person.xlsx("unmatched-entries", centre=WEST)
    assert "ABSENT" not in str((about, sheet))


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_every_kind_of_caller_takes_away_what_the_permissions_say(
    tiny: httpx2.AsyncClient, database: Database
) -> None:
    ((centre_id,),) = await database.reader.tuples("SELECT id FROM centre WHERE number = ?", WEST)
    maker = CallerMaker(database, centre_id)
    refused = {
        CallerKind.ANONYMOUS: (401, "UNAUTHENTICATED"),
        CallerKind.TERMS_DUE: (403, "TERMS_NOT_ACCEPTED"),
    }
    for kind in CallerKind:
        made = await maker.caller(kind)
        answer = await Taker(tiny, made.token).get("learners.csv")
        if kind not in refused and holds(kind, Permission.EXPORT_MAKE):
            assert answer.status_code == 200, kind
        else:
            assert error(answer) == refused.get(kind, (403, "FORBIDDEN")), kind


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_cookie_counts_only_beside_the_header(tiny: httpx2.AsyncClient) -> None:
    person = await taker(tiny, MANAGER)
    cookie = {"cookie": f"lt_session={person.headers['authorization'].removeprefix('Bearer ')}"}
    tiny.cookies.clear()
    bare = await tiny.get("/export/learners.csv", headers=cookie)
    assert error(bare) == (401, "UNAUTHENTICATED")
    own = await tiny.get("/export/learners.csv", headers={**cookie, "x-learner-tracking": "1"})
    assert own.status_code == 200


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_cannot_be_asked_is_refused_with_a_code(tiny: httpx2.AsyncClient) -> None:
    person, visitor = await taker(tiny, MANAGER), await taker(tiny, VISITOR)
    for file, asked, expected in (
        ("pupils.csv", {}, (404, "NOT_FOUND")),
        ("learners.pdf", {}, (404, "NOT_FOUND")),
        ("learners", {}, (404, "NOT_FOUND")),
        ("learners.csv", {"filter": "{"}, (400, "FILTER")),
        ("learners.csv", {"filter": "[]"}, (400, "FILTER")),
        ("learners.csv", {"filter": '{"centre": "10001"}'}, (400, "FILTER")),
        ("learners.csv", {"filter": '{"awardYear": "soon"}'}, (400, "FILTER")),
        ("learners.csv", {"filter": '{"entryFlag": ["SECRET-NAME"]}'}, (400, "FILTER")),
        ("learners.csv", {"filter": '{"centres": ["1"]}'}, (400, "CENTRE_NUMBER_INVALID")),
        ("learners.csv", {"orderBy": "LENGTH"}, (400, "QUERY")),
        ("learners.csv", {"groupBy": "CENTRE"}, (400, "QUERY")),
        ("completion.csv", {"groupBy": "COMPONENT"}, (400, "GROUP_BY")),
        ("learners.csv", {"filter": '{"awardYear": 20010}'}, (400, "YEAR_OUT_OF_RANGE")),
        ("changes.csv", {"filter": '{"from": "yesterday"}'}, (400, "MOMENT_INVALID")),
        (
            "changes.csv",
            {"filter": '{"from": "2010-02-19T09:30:00Z", "to": "2010-02-18T09:30:00Z"}'},
            (400, "RANGE_REVERSED"),
        ),
        ("issues.csv", {"on": "tomorrow"}, (400, "DAY_INVALID")),
        ("learners.csv", {"on": "1999-12-31"}, (400, "DAY_OUT_OF_RANGE")),
        ("completion.csv", {"on": ""}, (400, "DAY_INVALID")),
        ("declarations.csv", {"on": "2010-05-20"}, (400, "QUERY")),
        ("deadlines.csv", {"until": "soon"}, (400, "DAY_INVALID")),
        ("deadlines.csv", {"until": "2010-02-18"}, (400, "DAY_OUT_OF_RANGE")),
        ("deadlines.csv", {"on": "2010-05-20"}, (400, "QUERY")),
        ("unmatched-entries.csv", {}, (400, "QUERY")),
    ):
        answer = await person.get(file, **asked)
        assert error(answer) == expected, (file, asked)
        assert "SECRET-NAME" not in answer.text
    wanted = '{"awardYear": 2010, "SECRET-NAME": 1, "lines": []}'
    unknown = (await person.get("learners.csv", filter=wanted)).json()["error"]
    assert unknown == {
        "code": "FILTER",
        "message": "filter: It has a field that LearnerFilter does not know, number 2 of 3.",
    }
    twice = await tiny.get("/export/learners.csv?filter={}&filter={}", headers=person.headers)
    assert error(twice) == (400, "QUERY")
    posted = await tiny.post("/export/learners.csv", headers=person.headers)
    assert error(posted) == (405, "METHOD")
    assert posted.headers["allow"] == "GET"
    forbidden = await visitor.get("unmatched-entries.csv", centre=WEST)
    assert error(forbidden) == (403, "FORBIDDEN")


async def test_the_log_is_a_file_for_those_who_answer_for_it(tiny: httpx2.AsyncClient) -> None:
    manager, visitor = await taker(tiny, MANAGER), await taker(tiny, VISITOR)
    staff = await taker(tiny, SUPPORT)
    await staff.csv("learners")
    asked = {"centre": WEST, "filter": '{"kinds": ["RECORD_READ", "EXPORT_MADE"]}'}
    rows = await manager.csv("access-log", **asked)
    log = await manager.data(
        LOG, centre=WEST, filter={"kinds": ["RECORD_READ", "EXPORT_MADE"]}, first=100
    )
    # The file itself is in the log by the time that the graph is asked.
    nodes = [
        node for node in log["accessLog"]["nodes"] if "access-log" not in (node["subject"] or "")
    ]
    assert [(row["Who"], row["ULN"], row["Subject"]) for row in rows] == [
        (
            node["actor"]["name"],
            node["learner"]["uln"] if node["learner"] else "",
            node["subject"] or "",
        )
        for node in nodes
    ]
    assert {row["What"] for row in rows} == {"Record read", "Export made"}
    assert {row["Centre number"] for row in rows} == {WEST}
    assert error(await visitor.get("access-log.csv", centre=WEST)) == (403, "FORBIDDEN")
    assert error(await manager.get("access-log.csv")) == (403, "FORBIDDEN")
    assert error(await manager.get("access-log.csv", centre=EAST)) == (404, "NOT_FOUND")
    assert len(await staff.csv("access-log")) >= len(rows)


# The log -----------------------------------------------------------------------------------------


async def test_the_log_tells_who_took_what_of_which_centre(tiny: httpx2.AsyncClient) -> None:
    manager, staff = await taker(tiny, MANAGER), await taker(tiny, SUPPORT)
    visitor, stranger = await taker(tiny, VISITOR), await taker(tiny, STRANGER)
    await staff.csv("learners", filter='{"levels": ["HIGHER", "ADVANCED"]}')
    await manager.xlsx("issues")
    await visitor.get("unmatched-entries.csv", centre=WEST)

    kinds = {"kinds": ["EXPORT_MADE", "REFUSED", "RECORD_READ"]}
    found = (await manager.data(LOG, centre=WEST, filter=kinds))["accessLog"]["nodes"]
    told = [(node["kind"], node["actor"]["name"], node["code"], node["subject"]) for node in found]
    assert told == [
        ("REFUSED", "Robin Reader", "UNMATCHED_ENTRY_READ", "export/unmatched-entries"),
        ("EXPORT_MADE", "Robin Reader", "DONE", f"{_issues(told)} rows of issues.xlsx"),
        ("EXPORT_MADE", "Support", "DONE", "2 rows of learners.csv, levels"),
        *[("RECORD_READ", "Support", None, None)] * 2,
    ]
    everything = await staff.data(LOG, filter=kinds)
    ofs = [
        (node["centre"] and node["centre"]["number"], node["subject"])
        for node in everything["accessLog"]["nodes"]
        if node["kind"] == "EXPORT_MADE"
    ]
    assert (EAST, "1 rows of learners.csv, levels") in ofs
    assert error(await stranger.get("learners.pdf")) == (404, "NOT_FOUND")


@pytest.mark.parametrize("on", [{}, {"on": "2010-06-01"}])
@pytest.mark.parametrize("grouped", [{}, {"groupBy": "CENTRE"}, {"groupBy": "LEVEL"}])
async def test_the_log_of_a_centre_tells_who_took_counts_of_its_learners(
    tiny: httpx2.AsyncClient, on: dict[str, str], grouped: dict[str, str]
) -> None:
    manager, staff = await taker(tiny, MANAGER), await taker(tiny, SUPPORT)
    for name in ("completion", "flag-counts", "issue-counts"):
        await staff.csv(name, **grouped, **on)
    await staff.xlsx("completion", filter='{"centres": ["%s"]}' % EAST, **grouped, **on)  # noqa: UP031 - braces of JSON
    await manager.csv("completion", **grouped, **on)
    nobody = '{"awardYear": 1990}'
    await manager.csv("completion", filter=nobody, **on)

    kinds = {"kinds": ["EXPORT_MADE"]}
    at_home = (await manager.data(LOG, centre=WEST, filter=kinds))["accessLog"]["nodes"]
    everywhere = (await staff.data(LOG, filter=kinds))["accessLog"]["nodes"]

    assert [(node["actor"]["name"], node["code"], node["subject"]) for node in at_home] == [
        ("Robin Reader", "DONE", "counts of 2 learners in completion.csv"),
        *[
            ("Support", "DONE", f"counts of 2 learners in {name}.csv")
            for name in ("issue-counts", "flag-counts", "completion")
        ],
    ]
    assert [
        (node["centre"] and node["centre"]["number"], node["subject"])
        for node in everywhere
        if node["centre"] is None or node["centre"]["number"] != WEST
    ] == [
        (None, "6 rows of completion.csv, awardYear"),
        (EAST, "counts of 1 learner in completion.xlsx, centres"),
        *[
            (EAST, f"counts of 1 learner in {name}.csv")
            for name in ("issue-counts", "flag-counts", "completion")
        ],
    ]


@pytest.mark.parametrize("on", [{}, {"on": "2010-06-01"}])
@pytest.mark.parametrize("name", ["completion", "flag-counts", "issue-counts"])
async def test_counts_name_a_line_as_lists_do_and_by_its_code_where_the_catalogue_lacks_it(
    tiny: httpx2.AsyncClient, database: Database, name: str, on: dict[str, str]
) -> None:
    async with database.transaction() as connection:
        await connection.execute("UPDATE registration SET line = 'BREWING' WHERE ref = 'R-ben'")
        await connection.execute(
            "UPDATE line_of_learning SET name = 'The making of engines' WHERE code = 'ENGINEERING'"
        )
    person = await taker(tiny, MANAGER)
    listed = await person.csv("learners", **on)
    counted = await person.csv(name, groupBy="LINE", **on)
    _, sheet = await person.xlsx(name, groupBy="LINE", **on)
    for rows in (listed, counted, sheet):
        found = dict.fromkeys(row["Line of learning"] for row in rows)
        assert sorted(found) == ["BREWING", "The making of engines"]


def _issues(told: list[tuple[Any, ...]]) -> int:
    """How many issues there were: at least one, or the workbook would prove nothing."""
    number = int(told[1][3].partition(" ")[0])
    assert number > 0
    return number

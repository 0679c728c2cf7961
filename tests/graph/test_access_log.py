"""The log: who may read it, what of it, and page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from auth.events import Event, EventKind, append_all
from database.connection import Database
from schema.ids import encode_id
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    CLEO_ULN,
    EAST,
    WEST,
)
from tests.factories import Caller, counted, log_in_by_password
from tests.graph.asking import (
    codes,
    places,
    whole,
)
from tests.graph.watching import (
    COLLEAGUE,
    EASTERN,
    GUEST,
    LOG,
    OPERATOR,
    READS,
    RECORD,
    SUPPORT,
    WESTERN,
    World,
    who_and_whom,
)

# Who may read it ---------------------------------------------------------------------------------


async def test_a_centre_user_reads_the_log_of_the_own_centre_and_nothing_of_others(
    world: World,
) -> None:
    for uln in (ANNA_ULN, CLEO_ULN):
        await world.data(SUPPORT, RECORD, uln=uln)

    (west,) = await world.log(WESTERN, WEST, filter=READS)
    (east,) = await world.log(EASTERN, EAST, filter=READS)

    assert (west["learner"]["uln"], east["learner"]["uln"]) == (ANNA_ULN, CLEO_ULN)
    everything_west = await world.log(WESTERN, WEST)
    assert {told["centre"]["number"] for told in everything_west} == {WEST}
    assert {told["kind"] for told in everything_west} >= {"RECORD_READ"}


async def test_a_centre_out_of_reach_answers_like_none(world: World) -> None:
    await world.data(SUPPORT, RECORD, uln=CLEO_ULN)
    answers = {
        await whole(await world.caller(WESTERN), LOG, centre=centre) for centre in (EAST, "99999")
    }
    assert answers == {'{"data": {"accessLog": null}}'}


async def test_without_the_permission_the_log_is_refused(world: World) -> None:
    for email, centre in (
        (COLLEAGUE, WEST),
        (GUEST, WEST),
        (COLLEAGUE, None),
        (WESTERN, None),
    ):
        answer = await world.ask(email, LOG, centre=centre)
        assert answer["data"] == {"accessLog": None}
        (error,) = answer["errors"]
        assert error["extensions"] == {"code": "FORBIDDEN"}
        assert error["message"].startswith("This needs the permission ACCESS_LOG_READ")


async def test_nobody_reads_the_log_without_logging_in(world: World) -> None:
    answer = await Caller(world.client).ask(LOG, centre=WEST)
    assert answer["data"] == {"accessLog": None}
    assert codes(answer["errors"]) == {"UNAUTHENTICATED"}


async def test_staff_read_everything_and_the_log_of_one_centre(world: World) -> None:
    for uln in (ANNA_ULN, CLEO_ULN):
        await world.data(COLLEAGUE if uln == ANNA_ULN else EASTERN, RECORD, uln=uln)

    for email in (SUPPORT, OPERATOR):
        query = LOG.replace("learner { uln }", "")
        for centre, actors in ((None, [EASTERN, COLLEAGUE]), (WEST, [COLLEAGUE])):
            found = await world.data(email, query, centre=centre, filter=READS)
            nodes = found["accessLog"]["nodes"]
            assert found["accessLog"]["totalCount"] == len(actors)
            assert [told["actor"]["email"] for told in nodes] == actors
    await log_in_by_password(world.client, SUPPORT)
    kinds = {told["kind"] for told in await world.log(SUPPORT)}
    assert {"FEED_APPLIED", "LOG_IN", "RECORD_READ"} <= kinds


async def test_a_grant_for_one_line_opens_nothing_of_the_log(world: World) -> None:
    await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)
    assert await world.log(WESTERN, WEST)
    await world.database.writer.execute("UPDATE access_grant SET line = 'ENGINEERING'")
    assert await world.log(WESTERN, WEST) == []


async def test_who_of_the_staff_it_was_is_for_staff(world: World) -> None:
    await world.data(SUPPORT, RECORD, uln=ANNA_ULN)
    await world.data(OPERATOR, RECORD, uln=ANNA_ULN)
    await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)

    actors = [told["actor"] for told in await world.log(WESTERN, WEST, filter=READS)]
    assert actors == [
        {"name": "Robin Reader", "email": COLLEAGUE},
        {"name": "Operator", "email": None},
        {"name": "Support", "email": None},
    ]
    found = await world.log(WESTERN, WEST, filter={**READS, "login": SUPPORT})
    assert found == []
    (told,) = await world.log(SUPPORT, WEST, filter={**READS, "login": SUPPORT})
    assert told["actor"] == {"name": "Robin Reader", "email": SUPPORT}


async def test_addresses_are_for_staff(world: World) -> None:
    query = f"""{{ accessLog(centre: "{WEST}", filter: {{kinds: [RECORD_READ]}}) {{
      nodes {{ kind address }}
    }} }}"""
    await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)
    shown = await world.data(SUPPORT, query)
    refused = await world.ask(WESTERN, query)

    assert shown["accessLog"]["nodes"] == [{"kind": "RECORD_READ", "address": "127.0.0.1"}]
    assert refused["data"]["accessLog"]["nodes"] == [{"kind": "RECORD_READ", "address": None}]
    assert places(refused["errors"]) == ["accessLog.nodes.address"]
    assert codes(refused["errors"]) == {"FORBIDDEN"}


async def test_a_learner_who_has_left_the_centre_is_no_longer_named(world: World) -> None:
    await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)
    learner_id = (await world.data(COLLEAGUE, f'{{ learner(uln: "{ANNA_ULN}") {{ id }} }}'))[
        "learner"
    ]["id"]
    wanted = {**READS, "learner": learner_id}
    assert len(await world.log(WESTERN, WEST, filter=wanted)) == 2

    async with world.database.transaction() as connection:
        for table, key in (("registration", "id"), ("completion", "registration_id")):
            await connection.execute(
                f"UPDATE {table} SET centre_id = (SELECT id FROM centre WHERE number = ?)"  # noqa: S608
                f" WHERE {key} = (SELECT id FROM registration WHERE ref = 'R-anna')",
                EAST,
            )

    nodes = await world.log(WESTERN, WEST, filter=READS)
    assert who_and_whom(nodes) == [(COLLEAGUE, None), (COLLEAGUE, None)]
    assert await world.log(WESTERN, WEST, filter=wanted) == []
    assert len(await world.log(SUPPORT, WEST, filter=wanted)) == 2


# Finding -----------------------------------------------------------------------------------------


async def plant(database: Database, *events: Event) -> None:
    """Events that were written before."""
    await append_all(database.writer, events)


async def test_pages_neither_skip_nor_repeat_while_events_come_in(world: World) -> None:
    ((west,),) = await world.database.reader.tuples("SELECT id FROM centre WHERE number = ?", WEST)
    now = datetime.now(UTC)

    def happened(number: int) -> Event:
        return Event(now, EventKind.RECORD_READ, centre_id=west, request_id=f"R{number}")

    await plant(world.database, *(happened(number) for number in range(20)))
    found: list[str] = []
    after, later = None, 20
    while True:
        page = (await world.data(WESTERN, LOG, centre=WEST, filter=READS, first=3, after=after))[
            "accessLog"
        ]
        found += [told["requestId"] for told in page["nodes"]]
        assert page["totalCount"] == later
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        await plant(world.database, happened(later), happened(later + 1))
        later += 2

    assert found == [f"R{number}" for number in reversed(range(20))]
    newest = await world.log(WESTERN, WEST, filter=READS)
    assert [told["requestId"] for told in newest] == [f"R{n}" for n in reversed(range(later))]


async def test_every_condition_narrows_the_list_and_its_count(world: World) -> None:
    ((west,),) = await world.database.reader.tuples("SELECT id FROM centre WHERE number = ?", WEST)
    people_ = await world.database.reader.tuples("SELECT email, id FROM account")
    learners = await world.database.reader.tuples("SELECT uln, id FROM learner")
    actors, ids = (dict(map(tuple, rows)) for rows in (people_, learners))
    start = datetime(2010, 2, 19, 9, 30, tzinfo=UTC)
    told = [
        Event(
            start + timedelta(minutes=number),
            kind,
            actor_id=actors[email],
            standing="CENTRE_VIEWER",
            centre_id=west,
            learner_id=ids[uln],
            request_id=f"R{number}",
        )
        for number, (kind, email, uln) in enumerate(
            (
                (EventKind.RECORD_READ, COLLEAGUE, ANNA_ULN),
                (EventKind.REFUSED, COLLEAGUE, BEN_ULN),
                (EventKind.RECORD_READ, WESTERN, BEN_ULN),
                (EventKind.LOG_OUT, GUEST, ANNA_ULN),
            )
        )
    ]
    await plant(world.database, *told)
    anna, cleo = (encode_id("Learner", ids[uln]) for uln in (ANNA_ULN, CLEO_ULN))
    early = {"to": "2010-03-01T00:00:00Z"}

    for wanted, expected in (
        ({}, "3210"),
        ({"kinds": ["RECORD_READ"]}, "20"),
        ({"kinds": ["RECORD_READ", "LOG_OUT"]}, "320"),
        ({"kinds": []}, "3210"),
        ({"login": COLLEAGUE}, "10"),
        ({"login": f"  {COLLEAGUE.upper()} "}, "10"),
        ({"login": "nobody@example.org"}, ""),
        ({"login": "no address"}, ""),
        ({"learner": anna}, "30"),
        ({"learner": cleo}, ""),
        ({"learner": encode_id("Centre", ids[ANNA_ULN])}, ""),
        ({"learner": anna, "login": COLLEAGUE}, "0"),
        ({"from": "2010-02-19T09:31:00+00:00"}, "321"),
        ({"from": "2010-02-19T10:31:00+01:00"}, "321"),
        ({"from": "2010-02-19T09:31:00"}, "321"),
        ({"from": "2010-02-19T09:31:00.000001Z"}, "32"),
        ({"to": "2010-02-19T09:31:00+00:00"}, "0"),
        ({"to": "2010-02-19T04:31:00-05:00"}, "0"),
        ({"from": "2010-02-19T09:31:00Z", "to": "2010-02-19T09:32:00Z"}, "1"),
        ({"from": "2010-02-19T09:31:00Z", "to": "2010-02-19T09:31:00Z"}, ""),
    ):
        nodes = await world.log(WESTERN, WEST, filter={**early, **wanted})
        assert [node["requestId"] for node in nodes] == [f"R{n}" for n in expected], wanted


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"learner": "garbage"}, "ID_INVALID", "learner"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "MOMENT_INVALID", "from"),
        ({"to": "9999-12-31T23:59:59-14:00"}, "MOMENT_INVALID", "to"),
        ({"from": "2010-02-19T09:32:00Z", "to": "2010-02-19T09:31:00Z"}, "RANGE_REVERSED", "from"),
        (
            {"from": "2010-02-19T09:31:00Z", "to": "2010-02-19T10:30:00+01:00"},
            "RANGE_REVERSED",
            "from",
        ),
    ],
)
async def test_what_cannot_be_a_condition_is_refused(
    world: World, wanted: dict[str, str], code: str, field: str
) -> None:
    answer = await world.ask(WESTERN, LOG, centre=WEST, filter=wanted)
    assert answer["data"] == {"accessLog": None}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": code, "field": field}


async def test_the_log_takes_as_many_statements_for_one_event_as_for_many(world: World) -> None:
    caller = await world.caller(WESTERN)
    query = LOG.replace("totalCount", "")
    numbers = []
    for _ in range(3):
        await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)
        await world.data(COLLEAGUE, RECORD, uln=BEN_ULN)
        await world.log(WESTERN, WEST, filter=READS)  # writes what was noted
        with counted() as statements:
            await caller.data(query, centre=WEST, filter=READS)
        numbers.append(statements)
    assert {len(texts) for texts in numbers} == {5}  # session, centre, page, learners, centres
    assert not any("COUNT(*)" in text for texts in numbers for text in texts)


async def test_who_names_no_centre_is_told_to_do_so(world: World) -> None:
    everywhere = "{ accessLog { totalCount } }"
    answers = [await world.ask(email, everywhere) for email in (WESTERN, GUEST)]
    assert [answer["errors"][0]["message"] for answer in answers] == [
        "This needs the permission ACCESS_LOG_READ everywhere; name a centre at which you have it.",
        "This needs the permission ACCESS_LOG_READ.",
    ]

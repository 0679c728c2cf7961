"""What goes into the log: looks at records, refusals, feeds."""

import re
from datetime import UTC, datetime
from pathlib import Path

from database.connection import Database
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    CLEO_ULN,
    EAST,
    WEST,
    apply,
    tiny_feed,
    write_feed,
)
from tests.factories import Caller, import_sample, served
from tests.graph.asking import (
    centre_numbers,
    codes,
    complete_the_sample,
    everything,
)
from tests.graph.watching import (
    COLLEAGUE,
    EASTERN,
    GUEST,
    LOG,
    OPERATOR,
    READS,
    RECORD,
    REFUSALS,
    SUPPORT,
    WESTERN,
    World,
    people,
    who_and_whom,
)

# Looks at records ---------------------------------------------------------------------------------


async def test_a_look_at_a_record_is_told_to_the_centre_with_who_and_whom(world: World) -> None:
    before = datetime.now(UTC)
    await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)

    (told,) = await world.log(WESTERN, WEST, filter=READS)

    assert before <= datetime.fromisoformat(told.pop("at")) <= datetime.now(UTC)
    assert re.fullmatch(r"[0-9a-f]{32}", told.pop("requestId"))
    assert told == {
        "kind": "RECORD_READ",
        "standing": "CENTRE_VIEWER",
        "user": None,
        "code": None,
        "subject": None,
        "actor": {"name": "Robin Reader", "email": COLLEAGUE},
        "centre": {"number": WEST},
        "learner": {"uln": ANNA_ULN},
    }


async def test_one_request_is_one_look_however_often_it_asks(world: World) -> None:
    query = f"""{{
      a: learner(uln: "{ANNA_ULN}") {{ name }} b: learner(uln: "{ANNA_ULN}") {{ uln }}
      c: learner(uln: "{BEN_ULN}") {{ uln }} nobody: learner(uln: "{CLEO_ULN}") {{ uln }}
    }}"""
    assert (await world.data(COLLEAGUE, query))["nobody"] is None
    assert sorted(who_and_whom(await world.log(WESTERN, WEST, filter=READS))) == [
        (COLLEAGUE, ANNA_ULN),
        (COLLEAGUE, BEN_ULN),
    ]
    await world.data(COLLEAGUE, query)
    assert len(await world.log(WESTERN, WEST, filter=READS)) == 4
    assert await world.log(EASTERN, EAST, filter=READS) == []


async def test_whatever_belongs_to_a_record_and_has_an_id_is_a_look_at_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await complete_the_sample(database)
    west, east, _ = await centre_numbers(database)
    await people(database, west, east)
    async with served(database_url) as client:
        world = World(client, database)
        ids = (await everything(await world.caller(COLLEAGUE)))[west].nodes
        for name, id_ in ids.items():
            before = len(await world.log(WESTERN, west, filter=READS))
            found = await world.data(COLLEAGUE, "query ($id: ID!) { node(id: $id) { id } }", id=id_)
            assert found["node"]["id"] == id_
            after = await world.log(WESTERN, west, filter=READS)
            assert len(after) - before == (name not in {"centre", "unmatched"}), name
        before = len(after)
        await world.data(
            COLLEAGUE,
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            ids=[*ids.values(), *ids.values()],
        )
        after = await world.log(WESTERN, west, filter=READS)
        # The parts come from the first component that has all of them, the learner's own.
        assert {told["learner"]["uln"] for told in after} == {
            (await everything(await world.caller(COLLEAGUE)))[west].uln
        }
        assert len(after) == before + 1


async def test_lists_are_looks_for_staff_only(world: World) -> None:
    below_a_centre = f"""{{
      centre(number: "{WEST}") {{ learners {{ edges {{ node {{ name }} }} }} }}
      again: centres {{ nodes {{ learners {{ nodes {{ name }} }} }} }}
    }}"""
    of_all = "{ learners { nodes { name } } }"
    fragment = """{ learners { ...Page } }
    fragment Page on LearnerConnection { totalCount nodes { name } }"""
    for query in (below_a_centre, of_all, fragment):
        await world.data(COLLEAGUE, query)
        await world.data(WESTERN, query)
        assert await world.log(WESTERN, WEST, filter=READS) == []

    for number, query in enumerate((below_a_centre, of_all, fragment), 1):
        await world.data(SUPPORT, query)
        western = await world.log(WESTERN, WEST, filter=READS)
        eastern = await world.log(EASTERN, EAST, filter=READS)
        assert sorted(told["learner"]["uln"] for told in western) == sorted(
            number * [ANNA_ULN, BEN_ULN]
        )
        assert [told["learner"]["uln"] for told in eastern] == number * [CLEO_ULN]
        assert {told["standing"] for told in (*western, *eastern)} == {"SUPPORT"}


async def test_a_list_by_a_number_is_a_look_at_whom_it_finds(world: World) -> None:
    by_number = f'filter: {{ nameOrUln: "{ANNA_ULN}" }}'
    queries = (
        f"{{ learners({by_number}) {{ nodes {{ dateOfBirth }} }} }}",
        f'{{ learners({by_number}, on: "2010-05-20") {{ nodes {{ name }} }} }}',
        f'{{ centre(number: "{WEST}") {{ learners({by_number}) {{ nodes {{ name }} }} }} }}',
        f'{{ searchLearners(term: "{ANNA_ULN}") {{ nodes {{ name }} }} }}',
    )
    for number, query in enumerate(queries, 1):
        await world.data(COLLEAGUE, query)
        told = await world.log(WESTERN, WEST, filter=READS)
        assert who_and_whom(told) == number * [(COLLEAGUE, ANNA_ULN)], query
    await world.data(COLLEAGUE, f"{{ learners({by_number}) {{ totalCount }} }}")
    assert len(await world.log(WESTERN, WEST, filter=READS)) == len(queries)


async def test_a_count_is_no_look_at_anybody(world: World) -> None:
    await world.data(
        SUPPORT,
        f"""{{
          learners {{ totalCount pageInfo {{ hasNextPage }} }}
          centre(number: "{WEST}") {{ learners {{ totalCount }} }}
        }}""",
    )
    assert await world.log(SUPPORT, filter=READS) == []


async def test_only_the_page_that_was_given_is_looked_at(world: World) -> None:
    data = await world.data(SUPPORT, "{ learners(first: 2) { nodes { uln } } }")
    assert sorted(who_and_whom(await world.log(OPERATOR, filter=READS))) == sorted(
        (SUPPORT, node["uln"]) for node in data["learners"]["nodes"]
    )


async def test_staff_who_read_the_log_with_learners_look_at_these_too(world: World) -> None:
    await world.data(COLLEAGUE, RECORD, uln=ANNA_ULN)
    await world.log(WESTERN, WEST, filter=READS)
    await world.data(SUPPORT, "{ accessLog(first: 100) { nodes { learner { name } } } }")

    assert who_and_whom(await world.log(OPERATOR, filter=READS)) == [
        (SUPPORT, ANNA_ULN),
        (COLLEAGUE, ANNA_ULN),
    ]


async def test_a_learner_with_courses_at_two_centres_is_told_to_those_whose_part_was_read(
    world: World,
) -> None:
    async with world.database.transaction() as connection:
        await connection.execute(
            "UPDATE registration SET learner_id = (SELECT id FROM learner WHERE uln = ?)"
            " WHERE ref = 'R-cleo'",
            ANNA_ULN,
        )
        await connection.execute(
            "UPDATE completion SET shared = TRUE, learner_id ="
            " (SELECT id FROM learner WHERE uln = ?) WHERE registration_id ="
            " (SELECT id FROM registration WHERE ref = 'R-cleo')",
            ANNA_ULN,
        )
    await world.data(SUPPORT, "query ($uln: ULN!) { learner(uln: $uln) { id } }", uln=ANNA_ULN)
    query = "query ($uln: ULN!) { learner(uln: $uln) { registrations { id } } }"
    found = await world.data(SUPPORT, query, uln=ANNA_ULN)
    first, second = found["learner"]["registrations"]
    for registration in (first, second):
        await world.data(
            SUPPORT, "query ($id: ID!) { node(id: $id) { id } }", id=registration["id"]
        )
    west = await world.log(WESTERN, WEST, filter=READS)
    east = await world.log(EASTERN, EAST, filter=READS)

    # All three say so to the centre of the foremost one; the first says nothing to the other.
    assert sorted([len(west), len(east)]) == [2, 3]
    assert {told["learner"]["uln"] for told in (*west, *east)} == {ANNA_ULN}


# Refusals ----------------------------------------------------------------------------------------


async def test_a_refusal_is_noted_once_a_field_and_request(world: World) -> None:
    query = """{ learners { nodes { dateOfBirth born: dateOfBirth uci } } }"""
    for _ in range(2):
        answer = await world.ask(GUEST, query)
        assert codes(answer["errors"]) == {"FORBIDDEN"}

    nodes = await world.log(WESTERN, WEST, filter=REFUSALS)
    assert sorted((told["subject"], told["code"]) for told in nodes) == [
        ("Learner.dateOfBirth", "BIRTH_DATE_READ"),
        ("Learner.dateOfBirth", "BIRTH_DATE_READ"),
        ("Learner.uci", "IDENTIFIER_READ"),
        ("Learner.uci", "IDENTIFIER_READ"),
    ]
    assert {(told["actor"]["email"], told["standing"]) for told in nodes} == {
        (GUEST, "NON_CENTRE_VIEWER")
    }
    assert len({told["requestId"] for told in nodes}) == 2


async def test_root_fields_that_are_refused_are_noted_with_the_centre(world: World) -> None:
    await world.ask(COLLEAGUE, LOG, centre=WEST)
    await world.ask(GUEST, f'{{ entries: unmatchedEntries(centre: "{WEST}") {{ totalCount }} }}')
    await world.ask(WESTERN, LOG)

    told = [
        (told["subject"], told["code"], told["actor"]["email"])
        for told in await world.log(WESTERN, WEST, filter=REFUSALS)
    ]
    assert told == [
        ("Query.unmatchedEntries", "UNMATCHED_ENTRY_READ", GUEST),
        ("Query.accessLog", "ACCESS_LOG_READ", COLLEAGUE),
    ]
    (everywhere,) = (
        told for told in await world.log(SUPPORT, filter=REFUSALS) if told["centre"] is None
    )
    assert (everywhere["subject"], everywhere["actor"]["email"]) == ("Query.accessLog", WESTERN)


async def test_changes_that_are_refused_are_noted_with_the_centre(world: World) -> None:
    query = """
    mutation ($mine: AccessGrantInput!, $other: AccessGrantInput!) {
      accessGrant(input: $mine) { ... on Problem { code } }
      again: accessGrant(input: $mine) { ... on Problem { code } }
      other: accessGrant(input: $other) { ... on Problem { code } }
    }
    """
    answer = await world.data(
        COLLEAGUE,
        query,
        mine={"centre": WEST, "login": EASTERN},
        other={"centre": EAST, "login": EASTERN},
    )
    assert answer == {
        "accessGrant": {"code": "FORBIDDEN"},
        "again": {"code": "FORBIDDEN"},
        "other": {"code": "NOT_FOUND"},
    }
    (told,) = await world.log(SUPPORT, filter=REFUSALS)
    assert (told["subject"], told["code"]) == ("Mutation.accessGrant", "USER_MANAGE")
    assert (told["centre"], told["standing"]) == ({"number": WEST}, "CENTRE_VIEWER")
    assert await world.log(WESTERN, WEST, filter=REFUSALS) == [told]


async def test_who_has_yet_to_log_in_has_tried_nothing(world: World) -> None:
    caller = Caller(world.client)
    for query in (LOG, "{ learners { nodes { uln } } }", "{ me { email } }"):
        assert codes(await caller.errors(query)) == {"UNAUTHENTICATED"}
    assert await world.log(SUPPORT, filter=REFUSALS) == []


# Feeds -------------------------------------------------------------------------------------------


async def test_feeds_are_in_the_log_unless_they_were_only_tried(
    world: World, tmp_path: Path
) -> None:
    feeds = {"kinds": ["FEED_APPLIED"]}
    (first,) = await world.log(SUPPORT, filter=feeds)
    bad = tiny_feed()
    bad["learners.csv"][0]["uln"] = "1"
    folder = write_feed(tmp_path / "bad", bad)
    await apply(world.database, folder, dry_run=True)
    assert await world.log(SUPPORT, filter=feeds) == [first]
    report = await apply(world.database, folder)

    (second, _) = await world.log(SUPPORT, filter=feeds)
    assert (first["code"], first["standing"], first["actor"]) == ("APPLIED", "OPERATOR", None)
    assert (second["code"], second["subject"]) == ("REFUSED", f"feed run {report.run_id}")
    assert second["centre"] is None
    assert await world.log(WESTERN, WEST, filter=feeds) == []

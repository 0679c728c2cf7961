"""What is out of reach answers like what does not exist, wherever it is asked for."""

from pathlib import Path

from auth.permissions import GrantKind, Role, Staff
from database.connection import Database
from schema.ids import encode_id
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    CLEO_ULN,
    EAST,
    SPARE_ULN,
    WEST,
    begin,
    entry,
    registration,
    send,
    tiny_feed,
)
from tests.factories import add_user, import_sample, log_in, served
from tests.graph.asking import (
    LEARNER_BY_ULN,
    OVERALL,
    RECORD,
    centre_numbers,
    complete_the_sample,
    everything,
    whole,
)

NODE = """
query ($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Centre { name }
    ... on Learner { name }
    ... on Entry { qan }
  }
}
"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
LEARNER_BY_ID = f"query ($id: ID!) {{ learner(id: $id) {{ {RECORD} dateOfBirth uci }} }}"
CENTRE = f"""
query ($number: CentreNumber!) {{
  centre(number: $number) {{
    id name consortia {{ name }} users {{ email }}
    learners(first: 3) {{ totalCount nodes {{ {RECORD} }} }}
    unmatchedEntries {{ totalCount nodes {{ qan }} }}
  }}
}}
"""
UNMATCHED = """
query ($number: CentreNumber!) {
  unmatchedEntries(centre: $number) { totalCount nodes { id qan } }
}
"""
FILTERED = """
query ($number: CentreNumber!) {
  learners(filter: {centres: [$number]}) { totalCount nodes { id } pageInfo { hasNextPage } }
}
"""
CONSORTIUM = """
query ($code: String!) {
  consortium(code: $code) { code name centresInReach centresOutOfReach centres { number } }
  learners(filter: {consortium: $code}) { totalCount nodes { id } }
  centres(filter: {consortium: $code}) { totalCount nodes { number } }
}
"""
NOBODY = 9_876_543_210
NO_NUMBER = "99999"


def every_standing() -> list[tuple[GrantKind, Role, bool]]:
    """Every way of being let in at a centre."""
    return [
        (GrantKind.CENTRE, Role.VIEWER, False),
        (GrantKind.CENTRE, Role.ADMINISTRATOR, False),
        (GrantKind.CENTRE, Role.ADMINISTRATOR, True),
        (GrantKind.NON_CENTRE, Role.VIEWER, False),
        (GrantKind.NON_CENTRE, Role.ADMINISTRATOR, False),
    ]


async def test_an_object_of_another_centre_answers_like_one_that_does_not_exist(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=40)
    await complete_the_sample(database)
    own, other = await centre_numbers(database)
    await add_user(database, "op@example.org", staff=Staff.OPERATOR)
    async with served(database_url) as client:
        ids = await everything(await log_in(client, "op@example.org"))
        kinds = {
            "centre": "Centre",
            "learner": "Learner",
            "registration": "Registration",
            "component": "Component",
            "flag": "Flag",
            "issue": "Issue",
            "entry": "Entry",
            "declaration": "Declaration",
            "unmatched": "Entry",
        }
        for at, (kind, role, manages) in enumerate(every_standing()):
            email = f"reader-{at}@example.org"
            await add_user(database, email, own, kind=kind, role=role, manages_users=manages)
            caller = await log_in(client, email)
            for name, foreign in ids[other].nodes.items():
                missing = encode_id(kinds[name], NOBODY)
                refused = await whole(caller, NODE, id=foreign)
                assert refused == '{"data": {"node": null}}', name
                assert refused == await whole(caller, NODE, id=missing)
                if name != "unmatched" or (kind, role) != (GrantKind.NON_CENTRE, Role.VIEWER):
                    seen = await caller.data(NODE, id=ids[own].nodes[name])
                    assert seen["node"]["id"] == ids[own].nodes[name], name
            assert await whole(caller, NODES, ids=list(ids[other].nodes.values())) == await whole(
                caller, NODES, ids=[encode_id(kinds[name], NOBODY) for name in ids[other].nodes]
            )
            for query, there, nowhere in (
                (LEARNER_BY_ID, {"id": ids[other].learner}, {"id": encode_id("Learner", NOBODY)}),
                (LEARNER_BY_ULN, {"uln": ids[other].uln}, {"uln": SPARE_ULN}),
                (CENTRE, {"number": other}, {"number": NO_NUMBER}),
                (UNMATCHED, {"number": other}, {"number": NO_NUMBER}),
                (FILTERED, {"number": other}, {"number": NO_NUMBER}),
            ):
                assert await whole(caller, query, **there) == await whole(caller, query, **nowhere)
            assert await whole(caller, LEARNER_BY_ULN, uln=ids[other].uln) == (
                '{"data": {"learner": null}}'
            )
            assert await whole(caller, UNMATCHED, number=other) == (
                '{"data": {"unmatchedEntries": null}}'
            )


async def test_ids_asked_for_together_answer_in_order_with_null_for_what_is_out_of_reach(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=40)
    await complete_the_sample(database)
    own, other = await centre_numbers(database)
    await add_user(database, "op@example.org", staff=Staff.OPERATOR)
    await add_user(database, "reader@example.org", own)
    async with served(database_url) as client:
        ids = await everything(await log_in(client, "op@example.org"))
        caller = await log_in(client, "reader@example.org")
        mixed = [
            id
            for pair in zip(ids[own].nodes.values(), ids[other].nodes.values(), strict=True)
            for id in pair
        ]
        data = await caller.data(NODES, ids=mixed)
    assert [node and node["id"] for node in data["nodes"]] == [
        id if at % 2 == 0 else None for at, id in enumerate(mixed)
    ]


async def test_nothing_of_another_centre_stands_anywhere_in_what_a_user_can_ask_for(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    numbers = await centre_numbers(database)
    await add_user(database, "reader@example.org", numbers[0])
    await add_user(database, "colleague@example.org", numbers[1], manages_users=True)
    foreign = await database.reader.tuples(
        "SELECT l.uln FROM learner l JOIN registration r ON r.learner_id = l.id"
        " JOIN centre c ON c.id = r.centre_id WHERE c.number <> ? AND l.uln IS NOT NULL"
        " UNION SELECT c.number FROM centre c WHERE c.number <> ?"
        " UNION SELECT c.name FROM centre c WHERE c.number <> ?",
        *([numbers[0]] * 3),
    )
    query = f"""
    query {{
      me {{ access {{ centre {{ number name }} }} }}
      centres {{ totalCount nodes {{ number name users {{ email }}
        consortia {{ code centres {{ number }} }}
        learners(first: 100) {{ totalCount nodes {{ {RECORD} dateOfBirth uci upn }} }}
        unmatchedEntries(first: 100) {{ nodes {{ uln givenName familyName }} }} }} }}
      consortia {{ nodes {{ code centres {{ number name learners {{ nodes {{ uln }} }} }} }} }}
      learners(first: 100) {{ totalCount nodes {{ {RECORD} }} }}
    }}
    """
    async with served(database_url) as client:
        answer = await whole(await log_in(client, "reader@example.org"), query)
    assert '"errors"' not in answer
    assert numbers[0] in answer
    assert [row[0] for row in foreign if row[0] in answer] == []
    assert "colleague@example.org" not in answer


async def test_users_of_some_centres_reach_exactly_the_learners_of_these(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    numbers = await centre_numbers(database)
    counted = await database.reader.tuples(
        "SELECT c.number, COUNT(*) FROM completion k JOIN centre c ON c.id = k.centre_id"
        " WHERE k.foremost GROUP BY c.number"
    )
    sizes = {str(row[0]): int(row[1]) for row in counted}
    await add_user(database, "one@example.org", numbers[0])
    await add_user(database, "two@example.org", *numbers[:2])
    await add_user(database, "none@example.org")
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    await add_user(database, "operator@example.org", staff=Staff.OPERATOR)
    expected = {
        "one@example.org": numbers[:1],
        "two@example.org": numbers[:2],
        "none@example.org": [],
        "support@example.org": numbers,
        "operator@example.org": numbers,
    }
    async with served(database_url) as client:
        for email, reach in expected.items():
            caller = await log_in(client, email)
            data = await caller.data(OVERALL)
            assert data["centres"]["totalCount"] == len(reach)
            assert sorted(node["number"] for node in data["centres"]["nodes"]) == reach
            total = sum(sizes[number] for number in reach)
            assert data["learners"]["totalCount"] == total
            assert len({node["id"] for node in data["learners"]["nodes"]}) == total
            consortia = data["consortia"]
            assert consortia["totalCount"] == (1 if reach else 0)
            for node in consortia["nodes"]:
                assert node["centresInReach"] == len(reach)
                assert node["centresOutOfReach"] == len(numbers) - len(reach)
                assert sorted(centre["number"] for centre in node["centres"]) == reach
            for number in numbers:
                data = await caller.data(CENTRE, number=number)
                assert (data["centre"] is not None) == (number in reach)
                data = await caller.data(FILTERED, number=number)
                assert data["learners"]["totalCount"] == (sizes[number] if number in reach else 0)


async def test_a_consortium_without_a_centre_in_reach_answers_like_one_that_does_not_exist(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["consortia.csv"].append(
        {
            "consortium_code": "EASTERN",
            "consortium_name": "Eastern Schools",
            "centre_number": EAST,
        }
    )
    await send(database, tmp_path / "feed", feed)
    await add_user(database, "west@example.org", WEST)
    await add_user(database, "east@example.org", EAST)
    rows = await database.reader.tuples("SELECT id FROM consortium WHERE code = 'EASTERN'")
    async with served(database_url) as client:
        west = await log_in(client, "west@example.org")
        east = await log_in(client, "east@example.org")
        refused = await whole(west, CONSORTIUM, code="EASTERN")
        assert refused == await whole(west, CONSORTIUM, code="NOWHERE")
        assert await whole(west, NODE, id=encode_id("Consortium", int(rows[0][0]))) == (
            '{"data": {"node": null}}'
        )
        data = await east.data(CONSORTIUM, code="EASTERN")
        assert data["consortium"]["centres"] == [{"number": EAST}]
        data = await west.data(CONSORTIUM, code="GATES")
        assert data["consortium"] == {
            "code": "GATES",
            "name": "The Gates",
            "centresInReach": 1,
            "centresOutOfReach": 1,
            "centres": [{"number": WEST}],
        }
        assert data["learners"]["totalCount"] == 2
        assert data["centres"] == {"totalCount": 1, "nodes": [{"number": WEST}]}


async def test_a_learner_of_two_centres_shows_each_only_its_own_registration(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    record = f'query {{ learner(uln: "{ANNA_ULN}") {{ {RECORD} dateOfBirth }} {{0}} }}'
    record = record.replace(
        "{0}",
        f"learners(first: 100) {{ totalCount nodes {{ {RECORD} }} }}"
        f" centres {{ nodes {{ number learners {{ totalCount nodes {{ {RECORD} }} }} }} }}",
    )
    await begin(database, tmp_path / "one")
    for name, centres in (("west", (WEST,)), ("east", (EAST,)), ("both", (WEST, EAST))):
        await add_user(database, f"{name}@example.org", *centres)
    async with served(database_url) as client:
        west = await log_in(client, "west@example.org")
        before = await whole(west, record)
        # A second course at the other centre, with a later award month, so the foremost one.
        feed = tiny_feed()
        feed["registrations.csv"].append(
            registration("R-anna-east", "anna", EAST, anticipated_award="2011-08")
        )
        feed["entries.csv"].append(entry("anna-east-1", EAST, ANNA_ULN, "FS_ENG_L2"))
        await send(database, tmp_path / "two", feed)
        assert await whole(west, record) == before

        data = await (await log_in(client, "east@example.org")).data(record)
        assert [row["homeCentre"]["number"] for row in data["learner"]["registrations"]] == [EAST]
        assert data["learner"]["registration"]["anticipatedAward"] == "2011-08"
        assert data["learners"]["totalCount"] == 2
        entries = [
            held["qualification"]["title"]
            for part in data["learner"]["components"]
            for held in part["entries"]
        ]
        assert entries == ["FS_ENG_L2"]

        data = await (await log_in(client, "both@example.org")).data(record)
        assert [row["homeCentre"]["number"] for row in data["learner"]["registrations"]] == [
            EAST,
            WEST,
        ]
        assert data["learners"]["totalCount"] == 3
        assert sorted(node["uln"] for node in data["learners"]["nodes"]) == sorted(
            [
                ANNA_ULN,
                BEN_ULN,
                CLEO_ULN,
            ]
        )
        listed = {
            centre["number"]: {
                node["uln"]: node["registration"]["homeCentre"]["number"]
                for node in centre["learners"]["nodes"]
            }
            for centre in data["centres"]["nodes"]
        }
        assert listed == {
            WEST: {ANNA_ULN: WEST, BEN_ULN: WEST},
            EAST: {ANNA_ULN: EAST, CLEO_ULN: EAST},
        }


async def test_a_registration_of_another_centre_is_out_of_reach_even_of_a_known_learner(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["registrations.csv"].append(registration("R-anna-east", "anna", EAST))
    await send(database, tmp_path / "feed", feed)
    await add_user(database, "west@example.org", WEST)
    rows = await database.reader.tuples(
        "SELECT i.id, i.registration_id, k.id, f.id FROM registration r"
        " JOIN issue i ON i.registration_id = r.id JOIN component k ON k.registration_id = r.id"
        " JOIN flag f ON f.component_id = k.id WHERE r.ref = 'R-anna-east'"
    )
    assert rows
    async with served(database_url) as client:
        west = await log_in(client, "west@example.org")
        for name, key in zip(("Issue", "Registration", "Component", "Flag"), rows[0], strict=True):
            assert await whole(west, NODE, id=encode_id(name, int(key))) == (
                '{"data": {"node": null}}'
            )

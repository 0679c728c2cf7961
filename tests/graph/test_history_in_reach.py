"""Whose history is told to whom: by line, by centre, and where something newer stands on it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from actions.changes import FieldChange, Subject, record_changes
from auth.permissions import Role, Staff
from auth.viewer import CONSOLE
from database.connection import Database
from schema.ids import encode_id
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    DAY,
    EAST,
    WEST,
    find,
    registration,
    send,
    tiny_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import Caller, add_user, counted, log_in, served
from tests.graph.editing import (
    HISTORY,
    SET_AWARD,
    SET_AWARDS,
    UNDO,
    UNDO_IN_WORDS,
    key_of,
    now,
    registration_id,
)

ENGINEERING, IT = "ENGINEERING", "INFORMATION_TECHNOLOGY"
ALL: Final = "{ changes(first: 100) { totalCount nodes { id field } } }"
OF_ANNA: Final = """
query ($uln: ULN!) { learner(uln: $uln) { changes(first: 100) { totalCount nodes { field } } } }
"""
NODE: Final = "query ($id: ID!) { node(id: $id) { id } }"
GONE: Final = 9_999_999

READERS: Final[dict[str, tuple[str | None, tuple[str, ...]]]] = {
    "whole": (None, (WEST, EAST)),
    "west": (None, (WEST,)),
    "engineering": (ENGINEERING, (WEST, EAST)),
    "it": (IT, (WEST, EAST)),
    "it-east": (IT, (EAST,)),
    "nothing": ("CREATIVE_AND_MEDIA", (WEST, EAST)),
}
"""By name, the line that is open to somebody, and the centres."""

OF_LEARNERS: Final = {
    "whole": {"anna west", "anna east", "ben", "cleo"},
    "west": {"anna west", "ben"},
    "engineering": {"anna west", "ben"},
    "it": {"anna west", "anna east", "cleo"},
    "it-east": {"anna east", "cleo"},
    "nothing": set(),
}
COURSES: Final = {
    "whole": {"R-anna", "R-anna-it", "R-anna-east", "R-ben", "R-cleo"},
    "west": {"R-anna", "R-anna-it", "R-ben"},
    "engineering": {"R-anna", "R-ben"},
    "it": {"R-anna-it", "R-anna-east", "R-cleo"},
    "it-east": {"R-anna-east", "R-cleo"},
    "nothing": set(),
}
GONE_ISSUES: Final = {
    "whole": {"anna west", "anna east", "ben", "cleo"},
    "west": {"anna west", "ben"},
    "engineering": {"ben"},
    "it": {"anna east", "cleo"},
    "it-east": {"anna east", "cleo"},
    "nothing": set(),
}
"""Anna is on two lines in the west: whose issue is gone there, nobody can tell."""


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    """Anna on both lines in the west, and on one of them in the east as well."""
    feed = tiny_feed()
    feed["registrations.csv"] += [
        registration("R-anna-it", "anna", WEST, line=IT, level="ADVANCED"),
        registration("R-anna-east", "anna", EAST, line=IT, level="ADVANCED"),
    ]
    await send(database, tmp_path / "feed", feed)
    return database


async def at(database: Database, number: str) -> int:
    """The key of a centre."""
    ((key,),) = await database.reader.tuples("SELECT id FROM centre WHERE number = ?", number)
    return int(key)


async def tell(database: Database, changes: Sequence[tuple[str, Subject]]) -> None:
    """A change of each subject at the same moment, with its name for a field."""
    told = [FieldChange(subject, name, None, "x") for name, subject in changes]
    async with database.transaction() as connection:
        await record_changes(connection, CONSOLE, now(), told)


async def change_everything(database: Database) -> None:
    """A change of every learner, course, declaration and issue, named after each."""
    centres = {number: await at(database, number) for number in (WEST, EAST)}
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at)"
            " SELECT id, centre_id, 'PROJECT', '999/0532/2', '2010-02-01T00:00:00Z'"
            " FROM registration"
        )
    told: list[tuple[str, Subject]] = []
    for table in ("registration", "declaration", "issue"):
        owner = "o.id" if table == "registration" else "o.registration_id"
        rows = await database.reader.tuples(
            "SELECT r.ref, r.centre_id, r.learner_id, MIN(o.id) FROM registration r"  # noqa: S608
            f" JOIN {table} o ON {owner} = r.id GROUP BY r.ref, r.centre_id, r.learner_id"
        )
        assert len(rows) == 5, table
        told += [
            (f"{table} {ref}", Subject(table.upper(), key, centre_id, learner_id))
            for ref, centre_id, learner_id, key in rows
        ]
    for name, ref, number in (
        ("anna west", "anna", WEST),
        ("anna east", "anna", EAST),
        ("ben", "ben", WEST),
        ("cleo", "cleo", EAST),
    ):
        key = await key_of(database, "learner", ref)
        told += [
            (f"learner {name}", Subject("LEARNER", key, centres[number], key)),
            (f"gone {name}", Subject("ISSUE", GONE, centres[number], key)),
        ]
    await tell(database, told)


async def test_a_grant_for_a_line_opens_the_history_of_this_line_alone(
    world: Database, database_url: str
) -> None:
    await change_everything(world)
    async with served(database_url) as client:
        keys: dict[str, str] = {}
        for name, (line, centres) in READERS.items():
            email = f"{name}@example.org"
            await add_user(world, email, *centres, line=line)
            caller = await log_in(client, email)
            expected = {f"learner {one}" for one in OF_LEARNERS[name]}
            expected |= {f"gone {one}" for one in GONE_ISSUES[name]}
            for table in ("registration", "declaration", "issue"):
                expected |= {f"{table} {ref}" for ref in COURSES[name]}
            found = (await caller.data(ALL))["changes"]
            assert sorted(row["field"] for row in found["nodes"]) == sorted(expected), name
            assert found["totalCount"] == len(expected), name
            keys = keys or {row["field"]: row["id"] for row in found["nodes"]}
            for field, key in keys.items():
                node = (await caller.data(NODE, id=key))["node"]
                assert node == ({"id": key} if field in expected else None), (name, field)
            anna = (await caller.data(OF_ANNA, uln=ANNA_ULN))["learner"]
            if name == "nothing":
                assert anna is None
                continue
            own = sorted(field for field in expected if "anna" in field)
            assert sorted(row["field"] for row in anna["changes"]["nodes"]) == own, name
            assert anna["changes"]["totalCount"] == len(own), name


async def test_a_course_of_another_line_stays_unseen_where_it_has_moved_away(
    world: Database, database_url: str
) -> None:
    await change_everything(world)
    async with world.transaction() as connection:
        await connection.execute(
            "UPDATE registration SET centre_id = ? WHERE ref = 'R-anna-it'", await at(world, EAST)
        )
    await add_user(world, "engineering@example.org", WEST, line=ENGINEERING)
    async with served(database_url) as client:
        caller = await log_in(client, "engineering@example.org")
        found = (await caller.data(OF_ANNA, uln=ANNA_ULN))["learner"]["changes"]["nodes"]
    assert sorted(row["field"] for row in found) == [
        "declaration R-anna",
        "gone anna west",
        "issue R-anna",
        "learner anna west",
        "registration R-anna",
    ]


# What undoing tells -------------------------------------------------------------------------------


async def undo(caller: Caller, key: str) -> Any:
    """What comes of putting an edit back."""
    return (await caller.data(UNDO, input={"id": key}))["changeUndo"]


async def edit(caller: Caller, database: Database, ref: str) -> str:
    """The change that came of moving an award month."""
    wanted = {"id": await registration_id(database, ref), "month": "2011-06", "expectedVersion": 1}
    assert (await caller.data(SET_AWARD, input=wanted))["learnerSetAnticipatedAward"]["changed"]
    ((key,),) = await database.reader.tuples("SELECT MAX(id) FROM change WHERE field = 'award'")
    return encode_id("Change", key)


async def test_what_is_out_of_view_cannot_be_undone_and_is_not_told_to_exist(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    for name, (line, centres) in READERS.items():
        await add_user(world, f"{name}@example.org", *centres, line=line, role=Role.ADMINISTRATOR)
    feed = tiny_feed()
    find(feed, "learners.csv", learner_ref="anna")["family_name"] = "Alder"
    await send(world, tmp_path / "renamed", {"learners.csv": feed["learners.csv"][:1]})
    rows = await world.reader.tuples(
        "SELECT z.number, h.id FROM change h JOIN centre z ON z.id = h.centre_id"
    )
    renamed = {number: encode_id("Change", key) for number, key in rows}
    async with served(database_url) as client:
        callers = {name: await log_in(client, f"{name}@example.org") for name in READERS}
        edits = {
            ref: await edit(callers["whole"], world, ref)
            for ref in ("R-anna", "R-anna-it", "R-anna-east")
        }
        unseen = [
            ("west", edits["R-anna-east"]),
            ("west", renamed[EAST]),
            ("engineering", edits["R-anna-it"]),
            ("engineering", edits["R-anna-east"]),
            ("engineering", renamed[EAST]),
            ("it-east", edits["R-anna"]),
            ("it-east", edits["R-anna-it"]),
            ("it-east", renamed[WEST]),
        ]
        for name, key in unseen:
            assert await callers[name].data(NODE, id=key) == {"node": None}
            missing = await undo(callers[name], encode_id("Change", GONE))
            assert missing["code"] == "NOT_FOUND"
            assert await undo(callers[name], key) == missing, name
        for name, key in (("west", renamed[WEST]), ("engineering", renamed[WEST])):
            assert (await undo(callers[name], key))["code"] == "NOT_AN_EDIT"
        assert (await undo(callers["engineering"], edits["R-anna"]))["learnerCount"] == 1
        assert (await undo(callers["it-east"], edits["R-anna-east"]))["learnerCount"] == 1


async def test_an_edit_that_is_in_view_in_part_cannot_be_undone(
    world: Database, database_url: str
) -> None:
    await add_user(world, "both@example.org", WEST, EAST, role=Role.ADMINISTRATOR)
    await add_user(world, "west@example.org", WEST, role=Role.ADMINISTRATOR)
    keys = [await registration_id(world, ref) for ref in ("R-anna", "R-anna-east")]
    many = {
        "learners": [{"id": key, "expectedVersion": 1} for key in keys],
        "month": "2011-06",
        "idempotencyKey": "months",
    }
    async with served(database_url) as client:
        both, west = [await log_in(client, f"{name}@example.org") for name in ("both", "west")]
        await both.data(SET_AWARDS, input=many)
        (source, award) = (await west.data(ALL))["changes"]["nodes"]
        assert (source["field"], award["field"]) == ("award_source", "award")
        found, missing = [
            (await west.data(UNDO_IN_WORDS, input={"id": key}))["changeUndo"]
            for key in (award["id"], encode_id("Change", GONE))
        ]
        assert (
            found
            == missing
            == {
                "__typename": "Missing",
                "code": "NOT_FOUND",
                "field": "id",
                "message": "There is no such change.",
            }
        )
        assert (await undo(both, award["id"]))["learnerCount"] == 1


async def test_undoing_derives_whoever_was_given_the_registration_since(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    await add_user(world, "editor@example.org", WEST, role=Role.ADMINISTRATOR)
    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["learner_ref"] = "ben"
    owners = [await key_of(world, "learner", ref) for ref in ("anna", "ben")]
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        key = await edit(editor, world, "R-anna")
        await send(world, tmp_path / "given", {"registrations.csv": feed["registrations.csv"][:1]})
        await assert_projection_is_derivation(world, DAY)
        with counted() as statements:
            done = await undo(editor, key)
    assert (done["learnerCount"], done["change"]["after"]) == (1, "2010-08")
    rows = await world.reader.tuples(
        "SELECT k.learner_id, k.award FROM completion k JOIN registration r"
        " ON r.id = k.registration_id WHERE r.ref = 'R-anna'"
    )
    assert [tuple(row) for row in rows] == [(owners[1], "2010-08")]
    await assert_projection_is_derivation(world, DAY)
    locking = [text for text in statements if "FROM learner" in text and "FOR UPDATE" in text]
    if database_url.startswith("postgres"):
        assert f"[[{owners[1]}]]" in locking[0], "whoever has it, and nobody else"
    else:
        assert locking == []


# What is newer ------------------------------------------------------------------------------------


async def test_a_move_is_told_to_both_centres_and_neither_row_stands_on_the_other(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    await add_user(world, "support@example.org", staff=Staff.SUPPORT)
    row = registration("R-ben", "ben", EAST)

    async def history(caller: Caller) -> list[tuple[str, str, bool]]:
        rows = await caller.data(HISTORY, uln=BEN_ULN)
        return [
            (row["before"], row["after"], row["superseded"])
            for row in rows["learner"]["changes"]["nodes"]
        ]

    async with served(database_url) as client:
        support = await log_in(client, "support@example.org")
        await send(world, tmp_path / "there", {"registrations.csv": [row]})
        assert await history(support) == 2 * [(WEST, EAST, False)]
        back = {**row, "centre_number": WEST}
        await send(world, tmp_path / "back", {"registrations.csv": [back]})
        assert await history(support) == [
            *(2 * [(EAST, WEST, False)]),
            *(2 * [(WEST, EAST, True)]),
        ]


async def test_of_two_edits_at_one_moment_the_later_one_is_newer(
    world: Database, database_url: str
) -> None:
    await add_user(world, "west@example.org", WEST)
    key, ben = await key_of(world, "registration", "R-ben"), await key_of(world, "learner", "ben")
    subject = Subject("REGISTRATION", key, await at(world, WEST), ben)
    await tell(world, [("award", subject), ("award", subject)])
    async with served(database_url) as client:
        west = await log_in(client, "west@example.org")
        rows = (await west.data(HISTORY, uln=BEN_ULN))["learner"]["changes"]["nodes"]
    assert [row["superseded"] for row in rows] == [False, True]


BY_STAFF: Final = """
query ($login: String!, $west: CentreNumber!) {
  changes { nodes { actor } }
  found: changes(filter: { login: $login }) { totalCount }
  centre(number: $west) { accesses { nodes { grantedBy } } }
}
"""


async def test_which_of_the_staff_did_it_is_told_to_staff_alone(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "feed", feed)
    await add_user(database, "reader@example.org", WEST, manages_users=True)
    await add_user(database, "operator@example.org", staff=Staff.OPERATOR)
    find(feed, "registrations.csv", registration_ref="R-anna")["status"] = "PENDING"
    await send(database, tmp_path / "again", feed)
    ((operator,),) = await database.reader.tuples("SELECT id FROM account WHERE staff IS NOT NULL")
    await database.writer.execute("UPDATE change SET actor_id = ?", operator)
    await database.writer.execute("UPDATE access_grant SET granted_by_id = ?", operator)
    expected = {"reader@example.org": (None, 0), "operator@example.org": ("Robin Reader", 1)}
    async with served(database_url) as client:
        for email, (name, number) in expected.items():
            caller = await log_in(client, email)
            data = await caller.data(BY_STAFF, login="operator@example.org", west=WEST)
            assert data["changes"]["nodes"] == [{"actor": name}], email
            assert data["found"] == {"totalCount": number}
            assert data["centre"]["accesses"]["nodes"] == [{"grantedBy": name}]

from collections.abc import Callable

import pytest

from auth import scope
from auth.permissions import GrantKind, Permission, Role, Staff
from auth.viewer import ANONYMOUS, HeldGrant, Viewer
from models.database import ALWAYS, NEVER, Clause, Connection, Database

INSIDE, OUTSIDE, BEYOND = 1, 2, 3

Scope = Callable[[Viewer, Connection], Clause]


def viewer(*grants: HeldGrant, staff: Staff | None = None) -> Viewer:
    by_centre = {grant.centre_id: grant for grant in grants}
    return Viewer(
        user_id=7, email="a@example.org", name="Ann Example", staff=staff, grants=by_centre
    )


ASKING = viewer(
    HeldGrant(10, INSIDE, GrantKind.CENTRE, Role.VIEWER),
    HeldGrant(20, OUTSIDE, GrantKind.NON_CENTRE, Role.VIEWER),
)


async def fill_centre(connection: Connection, n: int) -> None:
    await connection.execute(
        "INSERT INTO centre (id, number, name, status) VALUES (?, ?, 'C', 'OPEN')", n, f"1000{n}"
    )
    await connection.execute(
        "INSERT INTO learner (id, ref, given_name, family_name, name_key)"
        " VALUES (?, ?, 'A', 'B', 'ab')",
        n,
        f"L{n}",
    )
    await connection.execute(
        "INSERT INTO registration (id, ref, learner_id, centre_id, line, level, award_source,"
        " status, claim_status, version)"
        " VALUES (?, ?, ?, ?, 'IT', 'HIGHER', 'FEED', 'ACCEPTED', 'NONE', 1)",
        n,
        f"R{n}",
        n,
        n,
    )
    for entry_id, learner_id in ((n, n), (n + 10, None)):
        await connection.execute(
            "INSERT INTO entry (id, ref, centre_id, learner_id, component, qan, kind, status,"
            " entered_on, claimed)"
            " VALUES (?, ?, ?, ?, 'PROJECT', '50000000', 'UNIT', 'ENTERED', '2010-01-01', FALSE)",
            entry_id,
            f"E{entry_id}",
            n,
            learner_id,
        )
    await connection.execute(
        "INSERT INTO access_grant (id, user_id, centre_id, kind, role, manages_users, granted_at,"
        " version) VALUES (?, 7, ?, 'CENTRE', 'VIEWER', FALSE, '2010-01-01', 1)",
        n * 10,
        n,
    )


@pytest.fixture
async def filled(database: Database) -> Database:
    """Three centres, each with one learner, one matched entry and one unmatched."""
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO account (id, email, password_hash, title, first_name, last_name,"
            " created_at) VALUES (7, 'a@example.org', '', '', 'Ann', 'Example', '2010-01-01')"
        )
        for n in (INSIDE, OUTSIDE, BEYOND):
            await fill_centre(connection, n)
    return database


async def ids(database: Database, source: str, clause: Clause) -> list[int]:
    found = await database.reader.tuples(
        f"SELECT id FROM {source} WHERE {clause.text} ORDER BY id",  # noqa: S608 - ours
        *clause.params,
    )
    return [row[0] for row in found]


@pytest.mark.parametrize(
    ("source", "narrowed", "expected"),
    [
        ("centre c", scope.centres, [INSIDE, OUTSIDE]),
        ("learner l", scope.learners, [INSIDE, OUTSIDE]),
        ("registration", scope.registrations, [INSIDE, OUTSIDE]),
        ("component", scope.components, []),
        ("flag", scope.flags, []),
        ("issue", scope.issues, []),
        ("declaration", scope.declarations, []),
        ("entry", scope.entries, [INSIDE, OUTSIDE]),
        ("entry", scope.unmatched_entries, [INSIDE + 10]),
    ],
)
async def test_a_viewer_reaches_the_rows_of_their_centres(
    filled: Database, source: str, narrowed: Scope, expected: list[int]
) -> None:
    assert await ids(filled, source, narrowed(ASKING, filled.reader)) == expected
    assert await ids(filled, source, narrowed(ANONYMOUS, filled.reader)) == []


@pytest.mark.parametrize("staff", list(Staff))
async def test_staff_reach_every_row(filled: Database, staff: Staff) -> None:
    asking = viewer(staff=staff)

    assert await ids(filled, "learner l", scope.learners(asking, filled.reader)) == [1, 2, 3]
    assert await ids(filled, "entry", scope.entries(asking, filled.reader)) == [1, 2, 3]
    unmatched = scope.unmatched_entries(asking, filled.reader)
    assert await ids(filled, "entry", unmatched) == [11, 12, 13]
    assert await ids(filled, "access_grant", scope.users(asking, filled.reader)) == [10, 20, 30]


async def test_users_are_listed_inside_and_from_elsewhere_only_oneself(filled: Database) -> None:
    other = Viewer(user_id=8, email="b@example.org", name="Bob", grants=ASKING.grants)

    assert await ids(filled, "access_grant", scope.users(other, filled.reader)) == [10]
    assert await ids(filled, "access_grant", scope.users(ASKING, filled.reader)) == [10, 20, 30]
    assert await ids(filled, "access_grant", scope.users(ANONYMOUS, filled.reader)) == []


async def test_clauses_join_and_follow_the_alias(filled: Database) -> None:
    clause = scope.users(ASKING, filled.reader, "g.centre_id") & Clause("g.id > ?", (10,))

    assert await ids(filled, "access_grant g", clause) == [20, 30]
    clause = scope.unmatched_entries(ASKING, filled.reader, "e.centre_id")
    assert "e.learner_id IS NULL" in clause.text


async def test_one_statement_serves_any_number_of_centres(database: Database) -> None:
    one = scope.within(ASKING, Permission.BIRTH_DATE_READ, database.reader, "centre_id")
    two = scope.within(ASKING, Permission.LEARNER_READ, database.reader, "centre_id")

    assert one.text == two.text
    assert scope.within(viewer(), Permission.LEARNER_READ, database.reader, "x") is NEVER
    operator = viewer(staff=Staff.OPERATOR)
    assert scope.within(operator, Permission.LEARNER_READ, database.reader, "x") is ALWAYS
    assert scope.within(operator, Permission.AWARD_EDIT, database.reader, "x") is NEVER

from collections.abc import Callable
from dataclasses import replace

import pytest

from auth import scope
from auth.permissions import GrantKind, Permission, Role, Staff
from auth.viewer import ANONYMOUS, Grants, HeldGrant, Viewer
from database.connection import Connection, Database
from database.query import ALWAYS, NEVER, Clause
from domain.errors import Refused
from loaders.reading import checked

INSIDE, OUTSIDE, BEYOND = 1, 2, 3

Scope = Callable[[Viewer, Connection], Clause]


def viewer(*grants: HeldGrant, staff: Staff | None = None) -> Viewer:
    return Viewer(
        user_id=7, email="a@example.org", name="Ann Example", staff=staff, grants=Grants(grants)
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


@pytest.mark.parametrize("staff", [Staff.SUPPORT, Staff.OPERATOR])
async def test_staff_reach_every_row(filled: Database, staff: Staff) -> None:
    asking = viewer(staff=staff)

    assert await ids(filled, "learner l", scope.learners(asking, filled.reader)) == [1, 2, 3]
    assert await ids(filled, "entry", scope.entries(asking, filled.reader)) == [1, 2, 3]
    unmatched = scope.unmatched_entries(asking, filled.reader)
    assert await ids(filled, "entry", unmatched) == [11, 12, 13]
    assert await ids(filled, "access_grant", scope.users(asking, filled.reader)) == [10, 20, 30]
    assert scope.feed_runs(asking) is ALWAYS
    assert scope.events(asking, filled.reader) is ALWAYS


async def test_a_service_account_reaches_no_row_but_the_runs_of_its_feeds(
    filled: Database,
) -> None:
    asking = viewer(staff=Staff.SERVICE)

    for source, narrowed in (
        ("centre c", scope.centres),
        ("learner l", scope.learners),
        ("entry", scope.entries),
        ("entry", scope.unmatched_entries),
    ):
        assert await ids(filled, source, narrowed(asking, filled.reader)) == []
    assert scope.feed_runs(asking) is ALWAYS
    assert scope.feed_runs(ASKING) is NEVER
    assert scope.qualifications(asking) is NEVER
    assert scope.qualifications(ASKING) is ALWAYS


async def test_users_are_listed_inside_and_from_elsewhere_only_oneself(filled: Database) -> None:
    other = Viewer(user_id=8, email="b@example.org", name="Bob", grants=ASKING.grants)

    assert await ids(filled, "access_grant", scope.users(other, filled.reader)) == [10]
    assert await ids(filled, "access_grant", scope.users(ASKING, filled.reader)) == [10, 20, 30]
    assert await ids(filled, "access_grant", scope.users(ANONYMOUS, filled.reader)) == []


async def test_a_program_sees_of_its_owners_access_what_its_token_carries(
    filled: Database,
) -> None:
    in_person = viewer(HeldGrant(20, OUTSIDE, GrantKind.NON_CENTRE, Role.VIEWER))
    program = replace(in_person, api_token_id=1)

    for narrowed in (scope.users, scope.own_access):
        assert await ids(filled, "access_grant", narrowed(in_person, filled.reader)) == [10, 20, 30]
        assert await ids(filled, "access_grant", narrowed(program, filled.reader)) == [20]
        nothing = replace(program, grants=Grants())
        assert await ids(filled, "access_grant", narrowed(nothing, filled.reader)) == []


async def test_before_the_terms_are_accepted_only_the_names_of_centres_are_rows(
    filled: Database,
) -> None:
    due = replace(ASKING, terms_due=True)
    narrowing: list[Callable[[], Clause]] = [
        lambda: scope.learners(due, filled.reader),
        lambda: scope.registrations(due, filled.reader),
        lambda: scope.issues(due, filled.reader),
        lambda: scope.declarations(due, filled.reader),
        lambda: scope.entries(due, filled.reader),
        lambda: scope.unmatched_entries(due, filled.reader),
        lambda: scope.verifications(due, filled.reader),
        lambda: scope.events(due, filled.reader),
        lambda: scope.users(due, filled.reader),
        lambda: scope.qualifications(due),
    ]

    for narrow in narrowing:
        with pytest.raises(Refused) as refusal:
            narrow()
        assert refusal.value.code == "TERMS_NOT_ACCEPTED"
    clause = scope.centres(due, filled.reader)
    assert await ids(filled, "centre c", clause) == [INSIDE, OUTSIDE]
    clause = scope.own_access(due, filled.reader)
    assert await ids(filled, "access_grant", clause) == [10, 20, 30]


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


# Grants for one line of learning ------------------------------------------------------------------

HANGING = [
    ("registration", scope.registrations),
    ("component", scope.components),
    ("flag", scope.flags),
    ("issue", scope.issues),
    ("declaration", scope.declarations),
    ("entry", scope.entries),
]


HANGING_ON_REGISTRATIONS = (
    """INSERT INTO component (id, registration_id, learner_id, centre_id, type, required, complete)
    SELECT id, id, learner_id, centre_id, 'PROJECT', TRUE, FALSE FROM registration""",
    """INSERT INTO flag (id, component_id, registration_id, centre_id, component_type, kind,
        reasons, since)
    SELECT id, id, id, centre_id, 'PROJECT', 'ENTRY', '', '2010-01-01' FROM registration""",
    """INSERT INTO issue (id, registration_id, learner_id, centre_id, component_type, code,
        severity, first_seen)
    SELECT id, id, learner_id, centre_id, '', 'NO_ULN', 1, '2010-01-01' FROM registration""",
    """INSERT INTO declaration (id, registration_id, centre_id, component, qan, created_at)
    SELECT id, id, centre_id, 'PROJECT', '500/0001/1', '2010-01-01' FROM registration""",
    """INSERT INTO entry (id, ref, centre_id, learner_id, registration_id, component, qan, kind,
        status, entered_on, claimed)
    SELECT id, ref, centre_id, learner_id, id, 'PROJECT', '500/0001/1', 'UNIT', 'ENTERED',
        '2010-01-01', FALSE FROM registration""",
    """INSERT INTO entry (id, ref, centre_id, component, qan, kind, status, entered_on, claimed)
    SELECT 10 + id, 'U' || number, id, 'PROJECT', '500/0001/1', 'UNIT', 'ENTERED', '2010-01-01',
        FALSE FROM centre""",
)


@pytest.fixture
async def courses(filled: Database) -> Database:
    """At the first centre learner 1 on IT (1) and ENGINEERING (4), learner 5 on the latter (5).

    Whatever hangs on a registration has the registration's number.
    """
    async with filled.transaction() as connection:
        await connection.execute(
            "INSERT INTO learner (id, ref, given_name, family_name, name_key)"
            " VALUES (5, 'L5', 'A', 'B', 'ab')"
        )
        for key, learner_id in ((4, 1), (5, 5)):
            await connection.execute(
                "INSERT INTO registration (id, ref, learner_id, centre_id, line, level,"
                " award_source, status, claim_status, version) VALUES"
                " (?, ?, ?, 1, 'ENGINEERING', 'HIGHER', 'FEED', 'ACCEPTED', 'NONE', 1)",
                key,
                f"R{key}",
                learner_id,
            )
        await connection.execute("DELETE FROM entry")
        for statement in HANGING_ON_REGISTRATIONS:
            await connection.execute(statement)
    return filled


def limited(centre_id: int, line: str | None) -> HeldGrant:
    return HeldGrant(centre_id * 10, centre_id, GrantKind.CENTRE, Role.VIEWER, line=line)


@pytest.mark.parametrize(
    ("grants", "registrations", "learners", "unmatched"),
    [
        ([(INSIDE, "ENGINEERING")], [4, 5], [1, 5], []),
        ([(INSIDE, "IT")], [1], [1], []),
        ([(INSIDE, "NONE_SUCH")], [], [], []),
        ([(INSIDE, None)], [1, 4, 5], [1, 5], [11]),
        ([(INSIDE, "IT"), (OUTSIDE, None)], [1, 2], [1, 2], [12]),
        ([(INSIDE, "ENGINEERING"), (OUTSIDE, "IT")], [2, 4, 5], [1, 2, 5], []),
        ([(INSIDE, "IT"), (OUTSIDE, "IT")], [1, 2], [1, 2], []),
        ([(INSIDE, "IT"), (OUTSIDE, "ENGINEERING"), (BEYOND, None)], [1, 3], [1, 3], [13]),
    ],
)
async def test_a_grant_for_a_line_opens_what_hangs_on_registrations_of_this_line(
    courses: Database,
    grants: list[tuple[int, str | None]],
    registrations: list[int],
    learners: list[int],
    unmatched: list[int],
) -> None:
    asking = viewer(*(limited(*grant) for grant in grants))

    for source, narrowed in HANGING:
        alias = f"{source} x"
        assert await ids(courses, source, narrowed(asking, courses.reader)) == registrations
        for column in ("x.centre_id", checked("x.centre_id")):
            clause = narrowed(asking, courses.reader, column, *_key_of(source))
            assert await ids(courses, alias, clause) == registrations, (source, column)
    clause = scope.learners(asking, courses.reader)
    assert await ids(courses, "learner l", clause) == learners
    clause = scope.unmatched_entries(asking, courses.reader)
    assert await ids(courses, "entry", clause) == unmatched
    clause = scope.centres(asking, courses.reader)
    assert await ids(courses, "centre c", clause) == sorted(centre_id for centre_id, _ in grants)


async def test_a_row_that_is_found_by_its_key_is_not_mistaken_for_what_its_line_opens(
    courses: Database,
) -> None:
    asking = viewer(limited(INSIDE, "IT"))

    with pytest.raises(ValueError, match="id would be a column"):
        scope.registrations(asking, courses.reader, checked("centre_id"))


def _key_of(source: str) -> list[str]:
    return ["x.id"] if source == "registration" else []


async def test_a_grant_for_a_line_opens_nothing_of_the_centres_log(courses: Database) -> None:
    manager = HeldGrant(10, INSIDE, GrantKind.CENTRE, Role.ADMINISTRATOR, manages_users=True)
    whole, part = viewer(manager), viewer(replace(manager, line="IT"))

    assert (
        scope.events(whole, courses.reader).text
        == scope.centres(whole, courses.reader, "centre_id").text
    )
    assert scope.events(part, courses.reader) is NEVER


async def test_the_history_is_narrowed_by_lines_only_for_those_who_have_one(
    courses: Database,
) -> None:
    whole, nowhere = viewer(limited(INSIDE, None), limited(OUTSIDE, None)), viewer()
    staff, part = viewer(staff=Staff.SUPPORT), viewer(limited(INSIDE, "IT"))

    for asking in (whole, nowhere, staff):
        clause = scope.changes(asking, courses.reader, "h.centre_id")
        expected = (
            scope.within(asking, Permission.CHANGE_READ, courses.reader, "h.centre_id")
            & Clause("h.learner_id IS NOT NULL")
            & scope.learners(asking, courses.reader, "h.learner_id")
        )
        assert clause == expected
    assert "object_type" in scope.changes(part, courses.reader).text


async def test_changes_are_narrowed_with_an_alias_and_without(courses: Database) -> None:
    async with courses.transaction() as connection:
        await connection.execute(
            "INSERT INTO change (id, at, source, centre_id, learner_id, object_type, object_id,"
            " field) SELECT id, '2010-01-01T00:00:00Z', 'FEED', centre_id, learner_id,"
            " 'REGISTRATION', id, 'award' FROM registration"
        )
    for grants, expected in (
        ([(INSIDE, "ENGINEERING")], [4, 5]),
        ([(INSIDE, "IT")], [1]),
        ([(INSIDE, "IT"), (OUTSIDE, None)], [1, 2]),
        ([(INSIDE, "IT"), (OUTSIDE, "IT")], [1, 2]),
        ([(INSIDE, "ENGINEERING"), (OUTSIDE, "IT")], [2, 4, 5]),
    ):
        asking = viewer(*(limited(*grant) for grant in grants))
        assert await ids(courses, "change", scope.changes(asking, courses.reader)) == expected
        clause = scope.changes(asking, courses.reader, "h.centre_id")
        assert await ids(courses, "change h", clause) == expected

"""Declaring qualifications with other awarding bodies."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actions.declarations import Declared, add_declaration
from auth.permissions import GrantKind, Role
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database
from domain.errors import Invalid, Missing, ProblemError, Refused
from domain.vocabulary import ComponentType
from tests.factories import DAY, add_user, import_sample

NOW = datetime(2010, 2, 19, 12, tzinfo=UTC)


class Course:
    """A registration whose project has no entries, and people around it."""

    def __init__(self, database: Database, registration_id: int, centre_id: int, user: int) -> None:
        self.database, self.registration_id, self.centre_id = database, registration_id, centre_id
        self.user = user

    def viewer(self, role: Role, centre_id: int | None = None) -> Viewer:
        at = self.centre_id if centre_id is None else centre_id
        grant = HeldGrant(1, at, GrantKind.CENTRE, role)
        return Viewer(self.user, "editor@example.org", "Ed Itor", grants=Grants([grant]))

    async def declare(self, viewer: Viewer | None = None, **changes: Any) -> Declared:
        wanted: dict[str, Any] = {
            "registration_id": self.registration_id,
            "component": ComponentType.PROJECT,
            "qan": self.qan,
        }
        return await add_declaration(
            self.database,
            viewer or self.viewer(Role.ADMINISTRATOR),
            day=DAY,
            now=NOW,
            **(wanted | changes),
        )

    qan: str

    async def flag(self) -> str:
        rows = await self.database.reader.tuples(
            "SELECT code FROM flag WHERE registration_id = ? AND component_type = 'PROJECT'"
            " AND kind = 'ENTRY'",
            self.registration_id,
        )
        return str(rows[0][0])

    async def count(self, table: str) -> int:
        rows = await self.database.reader.tuples(f"SELECT COUNT(*) FROM {table}")  # noqa: S608
        return int(rows[0][0])


@pytest.fixture
async def course(database: Database, tmp_path: Path) -> Course:
    await import_sample(database, tmp_path / "feed")
    await add_user(database, "editor@example.org")
    users = await database.reader.tuples("SELECT id FROM account")
    rows = await database.reader.tuples(
        "SELECT id, centre_id FROM registration WHERE ref = 'R000001'"
    )
    found = Course(database, rows[0][0], rows[0][1], users[0][0])
    qans = await database.reader.tuples(
        "SELECT q.qan FROM qualification q JOIN registration r ON r.id = ? JOIN requirement n"
        " ON n.level = r.level AND n.component = 'PROJECT'"
        " WHERE q.component = 'PROJECT' AND q.awarding_body <> 'EDEXCEL'"
        " AND CAST(q.level AS text) = n.qualification_levels ORDER BY q.qan",
        found.registration_id,
    )
    found.qan = qans[0][0]
    return found


async def test_a_declaration_turns_the_flag_and_leaves_a_change_entry(course: Course) -> None:
    assert await course.flag() == "MISSING_OR_INVALID_ENTRY"
    declared = await course.declare()
    assert (declared.created, declared.warnings) == (True, ())
    assert await course.flag() == "OTHER_AWARDING_BODY"
    rows = await course.database.reader.tuples(
        "SELECT source, actor_id, object_type, object_id, field, after FROM change"
        " WHERE object_type = 'DECLARATION'"
    )
    assert [tuple(row) for row in rows] == [
        ("USER", course.user, "DECLARATION", declared.declaration_id, "PROJECT", course.qan)
    ]


async def test_declaring_the_same_qan_again_is_a_success_without_change(course: Course) -> None:
    first = await course.declare()
    again = await course.declare(qan=course.qan.replace("/", ""))
    assert again == Declared(first.declaration_id, created=False, warnings=())
    assert await course.count("declaration") == 1


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"registration_id": 999_999}, Missing, "NOT_FOUND"),
        ({"qan": "500-9909-7"}, Invalid, "QAN_FORMAT"),
        ({"qan": "EDEXCEL"}, Invalid, "QAN_IS_EDEXCEL"),
    ],
)
async def test_what_cannot_be_declared_is_refused_and_changes_nothing(
    course: Course, changes: dict[str, Any], kind: type[ProblemError], code: str
) -> None:
    if changes.get("qan") == "EDEXCEL":
        rows = await course.database.reader.tuples(
            "SELECT qan FROM qualification WHERE awarding_body = 'EDEXCEL' ORDER BY qan LIMIT 1"
        )
        changes = {"qan": rows[0][0]}
    before = await course.count("change")
    with pytest.raises(kind) as refusal:
        await course.declare(**changes)
    assert refusal.value.code == code
    assert await course.count("declaration") == 0
    assert await course.count("change") == before
    assert await course.flag() == "MISSING_OR_INVALID_ENTRY"


async def test_a_viewer_is_refused_and_a_stranger_finds_nothing(course: Course) -> None:
    with pytest.raises(Refused) as refused:
        await course.declare(course.viewer(Role.VIEWER))
    assert refused.value.code == "FORBIDDEN"
    with pytest.raises(Missing) as missing:
        await course.declare(course.viewer(Role.ADMINISTRATOR, centre_id=999_999))
    assert missing.value.code == "NOT_FOUND"
    assert await course.count("declaration") == 0


async def test_a_strange_qan_is_declared_with_warnings(course: Course) -> None:
    declared = await course.declare(qan="123/4567/8")
    assert declared.warnings == ("QAN_CHECK_CHARACTER_MISMATCH", "QUALIFICATION_UNKNOWN")
    assert await course.flag() == "OTHER_AWARDING_BODY"

"""Editing, removing, adding again and undoing in any order keeps the projection true."""

import asyncio
import shutil
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from actions.awards import WantedAward, set_award
from actions.declarations import add_declaration, remove_declaration
from actions.undo import undo
from auth.permissions import GrantKind, Role
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database
from database.opening import open_database
from domain.errors import ProblemError
from domain.identifiers import YearMonth
from domain.vocabulary import ComponentType
from tests.domain.cases import qan
from tests.exchange.feeds import WEST, registration, send, tiny_feed
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY, add_user

NOW: Final = datetime(2010, 2, 19, 12, tzinfo=UTC)
MONTHS: Final = ("2008-08", "2010-02", "2010-07", "2010-08", "2012-08", None)
QANS: Final = ("OTHER_PROJ_L2", "OTHER_FS_MAT_L2", "OTHER_ASL_120", "PROJ_L2")

Answer = TypeVar("Answer")


class Edits(RuleBasedStateMachine):
    """Anna on two courses at one centre, Ben on one, and an editor."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database: Database = self.run(open_database(self.url))
        self.folder = TemporaryDirectory()
        self.viewer, self.courses = self.run(self._begin())

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self.runner.run(work)

    async def _begin(self) -> tuple[Viewer, list[int]]:
        reader = self.database.reader
        if not await reader.tuples("SELECT 1 FROM centre"):
            feed = tiny_feed()
            second = registration("R-anna-2", "anna", WEST, level="ADVANCED")
            feed["registrations.csv"].append({**second, "anticipated_award": "2012-08"})
            await send(self.database, Path(self.folder.name), feed)
            await add_user(self.database, "editor@example.org")
        ((user_id,),) = await reader.tuples("SELECT MIN(id) FROM account")
        ((centre_id,),) = await reader.tuples(f"SELECT id FROM centre WHERE number = '{WEST}'")  # noqa: S608
        held = HeldGrant(1, centre_id, GrantKind.CENTRE, Role.ADMINISTRATOR)
        viewer = Viewer(user_id, "editor@example.org", "Ed Itor", grants=Grants([held]))
        rows = await reader.tuples(
            "SELECT id FROM registration WHERE centre_id = ? ORDER BY ref", centre_id
        )
        return viewer, [row[0] for row in rows]

    async def tried(self, work: Coroutine[Any, Any, Any]) -> None:
        """Something that may be refused; whatever comes of it, the projection is true."""
        try:
            await work
        except ProblemError as refusal:
            self.refused = refusal
        await assert_projection_is_derivation(self.database, DAY)

    @rule(course=st.integers(0, 2), month=st.sampled_from(MONTHS), follow=st.booleans())
    def set_month(self, course: int, month: str | None, *, follow: bool) -> None:
        async def work() -> None:
            key = self.courses[course]
            ((version,),) = await self.database.reader.tuples(
                "SELECT version FROM registration WHERE id = ?", key
            )
            wanted = WantedAward(
                None if month is None or follow else YearMonth.parse(month), follow
            )
            await set_award(
                *(self.database, self.viewer, key, wanted),
                expected_version=version,
                day=DAY,
                now=NOW,
            )

        self.run(self.tried(work()))

    @rule(
        course=st.integers(0, 2),
        component=st.sampled_from(ComponentType),
        number=st.sampled_from(QANS),
    )
    def declare(self, course: int, component: ComponentType, number: str) -> None:
        self.run(
            self.tried(
                add_declaration(
                    self.database,
                    self.viewer,
                    registration_id=self.courses[course],
                    component=component,
                    qan=qan(number),
                    day=DAY,
                    now=NOW,
                )
            )
        )

    @rule(which=st.integers(0, 5))
    def remove(self, which: int) -> None:
        async def work() -> None:
            rows = await self.database.reader.tuples("SELECT id FROM declaration ORDER BY id DESC")
            if rows:
                key = rows[which % len(rows)][0]
                await remove_declaration(self.database, self.viewer, key, day=DAY, now=NOW)

        self.run(self.tried(work()))

    @precondition(lambda self: self.run(self.edits()))
    @rule(which=st.integers(0, 3))
    def put_back(self, which: int) -> None:
        edits = self.run(self.edits())
        change = edits[which % len(edits)]
        self.run(self.tried(undo(self.database, self.viewer, change, day=DAY, now=NOW)))

    async def edits(self) -> list[int]:
        """The latest changes that users made."""
        rows = await self.database.reader.tuples(
            "SELECT id FROM change WHERE batch IS NOT NULL ORDER BY id DESC LIMIT 6"
        )
        return [row[0] for row in rows]

    def teardown(self) -> None:
        self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()


def test_any_order_of_edits_keeps_the_projection_true(sqlite_template: Path) -> None:
    class OnSQLite(Edits):
        def __init__(self) -> None:
            self.home = TemporaryDirectory()
            path = Path(self.home.name) / "db.sqlite3"
            shutil.copyfile(sqlite_template, path)
            self.url = f"sqlite://{path}"
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            self.home.cleanup()

    run_state_machine_as_test(
        OnSQLite, settings=settings(max_examples=12, stateful_step_count=12, deadline=None)
    )


def test_any_order_of_edits_keeps_the_projection_true_on_postgresql(
    postgresql_url: str,
) -> None:
    class OnPostgreSQL(Edits):
        url = postgresql_url  # one database for all orders: each goes on where the last one ended

    run_state_machine_as_test(
        OnPostgreSQL, settings=settings(max_examples=4, stateful_step_count=10, deadline=None)
    )

"""Many editors of the same learners at once: nothing is lost, and nobody is in anybody's way."""

import asyncio
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actions.acknowledgements import acknowledge
from actions.awards import WantedAward, set_award, set_awards
from actions.declarations import add_declaration, remove_declaration
from auth.permissions import GrantKind, Role
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database
from database.opening import open_database
from domain.errors import Conflict, Missing
from domain.identifiers import YearMonth
from domain.vocabulary import ComponentType
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY, add_user, import_sample

EDITORS, ROUNDS, LEARNERS = 50, 4, 20
NOW = datetime(2010, 2, 19, 12, tzinfo=UTC)


@pytest.fixture
async def editor(database: Database, tmp_path: Path) -> Viewer:
    """Somebody who may edit at the one centre of the sample."""
    await import_sample(database, tmp_path / "feed", centres=1, learners=40)
    await add_user(database, "editor@example.org")
    ((user_id,),) = await database.reader.tuples("SELECT id FROM account")
    ((centre_id,),) = await database.reader.tuples("SELECT id FROM centre")
    held = HeldGrant(1, centre_id, GrantKind.CENTRE, Role.ADMINISTRATOR)
    return Viewer(user_id, "editor@example.org", "Ed Itor", grants=Grants([held]))


async def chosen(database: Database) -> list[int]:
    """Registrations that everybody edits."""
    rows = await database.reader.tuples(
        "SELECT r.id FROM registration r JOIN component k ON k.registration_id = r.id"
        " WHERE r.status = 'ACCEPTED' AND k.type = 'PROJECT' AND NOT k.complete"
        " ORDER BY r.id LIMIT ?",
        LEARNERS,
    )
    return [row[0] for row in rows]


class Crowd:
    """Editors, each at something else, who try again after a conflict as people do."""

    def __init__(self, database: Database, viewer: Viewer, keys: list[int]) -> None:
        self.database, self.viewer, self.keys = database, viewer, keys
        self.done: Counter[str] = Counter()

    async def work(self, number: int) -> None:
        chance = random.Random(number)
        for turn in range(ROUNDS):
            key = chance.choice(self.keys)
            await chance.choice((self.award, self.awards, self.declare, self.take_on))(
                key, number * ROUNDS + turn
            )

    async def versions(self, *keys: int) -> list[tuple[int, int]]:
        among = self.database.reader.among("id", keys)
        rows = await self.database.reader.tuples(
            f"SELECT id, version FROM registration WHERE {among.text} ORDER BY id",  # noqa: S608
            *among.params,
        )
        return [(row[0], row[1]) for row in rows]

    async def award(self, key: int, number: int) -> None:
        month = WantedAward(YearMonth(2011, 1).plus(number))
        while True:
            ((_, version),) = await self.versions(key)
            try:
                await set_award(
                    self.database,
                    self.viewer,
                    key,
                    month,
                    expected_version=version,
                    day=DAY,
                    now=NOW,
                )
            except Conflict:
                self.done["conflicts"] += 1
            else:
                self.done["awards"] += 1
                return

    async def awards(self, key: int, number: int) -> None:
        others = sorted({key, self.keys[0], self.keys[-1]})
        while True:
            found = await self.versions(*others)
            bulk = await set_awards(
                self.database,
                self.viewer,
                found,
                WantedAward(YearMonth(2031, 1).plus(number)),
                key=f"edit {number}",
                day=DAY,
                now=NOW,
            )
            if bulk.applied:
                self.done["awards"] += len(others)
                return
            self.done["conflicts"] += 1

    async def declare(self, key: int, number: int) -> None:
        what: dict[str, Any] = {"day": DAY, "now": NOW}
        declared = await add_declaration(
            self.database,
            self.viewer,
            registration_id=key,
            component=ComponentType.PROJECT,
            qan=f"700/{number % 3:04}/X",
            **what,
        )
        if number % 2:
            await remove_declaration(self.database, self.viewer, declared.declaration_id, **what)

    async def take_on(self, key: int, number: int) -> None:
        rows = await self.database.reader.tuples(
            "SELECT id, version FROM issue WHERE registration_id = ? ORDER BY id LIMIT 1", key
        )
        for issue_id, version in rows:
            try:
                await acknowledge(
                    self.database,
                    self.viewer,
                    issue_id,
                    note=f"note {number}",
                    expected_version=version,
                    now=NOW,
                )
            except (Conflict, Missing):
                self.done["conflicts"] += 1


async def test_of_many_editors_of_the_same_learners_nothing_is_lost(
    database: Database, database_url: str, editor: Viewer
) -> None:
    keys = await chosen(database)
    assert len(keys) == LEARNERS
    others = [await open_database(database_url, pool_size=5) for _ in range(3)]
    crowds = [Crowd(one, editor, keys) for one in (database, *others)]

    async with asyncio.timeout(120):
        await asyncio.gather(*(crowds[n % len(crowds)].work(n) for n in range(EDITORS)))
    for other in others:
        await other.close()

    edits = sum(crowd.done["awards"] for crowd in crowds)
    among = database.reader.among("id", keys)
    ((versions,),) = await database.reader.tuples(
        f"SELECT SUM(version) FROM registration WHERE {among.text}",  # noqa: S608
        *among.params,
    )
    assert versions == LEARNERS + edits
    chains = defaultdict(list)
    for object_type, key, field, before, after in await database.reader.tuples(
        "SELECT object_type, object_id, field, before, after FROM change"
        " WHERE object_type IN ('REGISTRATION', 'DECLARATION') ORDER BY id"
    ):
        chains[object_type, key, field].append((before, after))
    assert sum(len(chain) for (_, _, field), chain in chains.items() if field == "award") == edits
    for name, chain in chains.items():
        afters = [after for _, after in chain]
        assert [before for before, _ in chain[1:]] == afters[:-1], name
    standing = await database.reader.tuples(
        "SELECT registration_id, component, qan FROM declaration WHERE removed_at IS NULL"
    )
    assert len({tuple(row) for row in standing}) == len(standing)
    await assert_projection_is_derivation(database, DAY)

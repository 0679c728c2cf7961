"""An edit of many learners that is killed half-way leaves no trace, and can be sent again."""

from datetime import UTC, datetime
from pathlib import Path

from actions.awards import WantedAward, set_awards
from actions.bulk import Bulk
from auth.permissions import GrantKind, Role
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database
from database.opening import open_database
from domain.identifiers import YearMonth
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.factories import DAY, add_user, import_sample
from tests.killing import kill_when_told

NOW = datetime(2010, 2, 19, 12, tzinfo=UTC)

SCRIPT = """
import asyncio, sys, time
import actions.registrations
from database.connection import Database
from database.opening import open_database
from tests.actions.test_killed_edit import edit

derive = actions.registrations.derive_learners

async def slowly(*given):
    await derive(*given)
    print("derived", flush=True)
    time.sleep(60)

actions.registrations.derive_learners = slowly

async def main():
    await edit(await open_database(sys.argv[1]))

asyncio.run(main())
"""


async def edit(database: Database) -> Bulk:
    """Move every learner's award month, with a key."""
    ((user_id,),) = await database.reader.tuples("SELECT MIN(id) FROM account")
    ((centre_id,),) = await database.reader.tuples("SELECT id FROM centre")
    rows = await database.reader.tuples(
        "SELECT id FROM registration WHERE status <> 'WITHDRAWN' ORDER BY id"
    )
    held = HeldGrant(1, centre_id, GrantKind.CENTRE, Role.ADMINISTRATOR)
    viewer = Viewer(user_id, "editor@example.org", "Ed Itor", grants=Grants([held]))
    return await set_awards(
        database,
        viewer,
        [(row[0], 1) for row in rows],
        WantedAward(YearMonth(2011, 8)),
        key="the whole cohort",
        day=DAY,
        now=NOW,
    )


async def test_a_killed_edit_leaves_the_database_as_it_was_and_is_made_once_when_sent_again(
    database_url: str, tmp_path: Path
) -> None:
    database = await open_database(database_url)
    try:
        await import_sample(database, tmp_path / "feed", centres=1, learners=150)
        await add_user(database, "editor@example.org")
        before = await snapshot(database)
        assert kill_when_told(SCRIPT, "derived", database_url) == ["derived"]
        assert await snapshot(database) == before

        done = await edit(database)
        assert done.applied
        assert len(done.outcomes) > 100
        after = await snapshot(database)
        assert after != before
        assert await edit(database) == done
        assert await snapshot(database) == after
        await assert_projection_is_derivation(database, DAY)
    finally:
        await database.close()

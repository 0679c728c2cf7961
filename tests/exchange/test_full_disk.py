"""A disk that is full while a feed is applied: told, nothing half written, and later mended."""

from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError

from database.connection import Database
from database.trouble import Trouble, trouble_of
from exchange.sample import write_sample_feed
from tests.exchange.feeds import apply
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.factories import DAY

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
"""PostgreSQL's disk is its own; what it answers then is any other error of a statement."""


async def test_a_feed_that_finds_the_disk_full_changes_nothing_and_goes_in_once_there_is_room(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "feed"
    write_sample_feed(folder, centres=1, learners=60, seed=1)
    before = await snapshot(database)
    ((pages,),) = await database.writer.tuples("PRAGMA page_count")
    await database.writer.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(OperationalError) as caught:
        await apply(database, folder)

    assert trouble_of(caught.value) is Trouble.AWAY
    assert await snapshot(database) == before
    ((integrity,),) = await database.writer.tuples("PRAGMA integrity_check")
    assert integrity == "ok"

    await database.writer.execute("PRAGMA max_page_count = 1000000")
    assert (await apply(database, folder)).problem_count == 0
    await assert_projection_is_derivation(database, DAY)

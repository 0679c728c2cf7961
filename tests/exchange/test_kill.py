"""An import that is killed half-way leaves no trace."""

from pathlib import Path

from database.opening import open_database
from exchange.sample import write_sample_feed
from tests.exchange.feeds import NEXT_DAY, apply, counts, read_rows, write_rows
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.killing import kill_when_told

SCRIPT = """
import asyncio, sys, time
from datetime import date
from pathlib import Path
from exchange.feed.apply import apply_feed
from exchange.feed.report import Options
from exchange.feed.source import Source
from database.opening import open_database

class Told:
    def begin(self, step, total):
        self.step = step
        print(step, flush=True)
    def advance(self, done):
        if self.step == "Deriving flags":
            print("derived", done, flush=True)
            time.sleep(60)

async def main():
    database = await open_database(sys.argv[1])
    await apply_feed(
        database, Source(Path(sys.argv[2])), Options(actor="test"), day=date(2010, 2, 20),
        progress=Told(),
    )

asyncio.run(main())
"""


async def test_a_killed_import_leaves_the_database_as_it_was(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "feed"
    write_sample_feed(folder, centres=3, learners=120, seed=7)
    database = await open_database(database_url)
    try:
        await apply(database, folder)
        before = await snapshot(database)
        rows = read_rows(folder / "registrations.csv")
        write_rows(
            folder / "registrations.csv", [row | {"anticipated_award": "2011-08"} for row in rows]
        )
        told = kill_when_told(SCRIPT, "derived", database_url, str(folder))
        assert "Deriving flags" in told
        assert await snapshot(database) == before
        ((runs,),) = await database.reader.tuples("SELECT COUNT(*) FROM feed_run")
        assert runs == 1
        report = await apply(database, folder, day=NEXT_DAY)
        assert report.problems == ()
        assert report.learners_derived == counts(report)["registrations.csv"][1] > 50
        await assert_projection_is_derivation(database, NEXT_DAY)
    finally:
        await database.close()

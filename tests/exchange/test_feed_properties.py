"""Whatever small feeds come one after another, the projection is what the rules derive."""

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from database.opening import open_database
from exchange.feed.report import Mode
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    CLEO_ULN,
    DAY,
    EAST,
    SPARE_ULN,
    STRANGE_ULN,
    WEST,
    Feed,
    apply,
    registration,
    tiny_feed,
    write_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation

CELLS = {
    ("learners.csv", "uln"): ("", ANNA_ULN, BEN_ULN, CLEO_ULN, SPARE_ULN, STRANGE_ULN),
    ("learners.csv", "given_name"): ("Anna", "Ben", "Cleo"),
    ("learners.csv", "family_name"): ("Ash", "Birch"),
    ("learners.csv", "date_of_birth"): ("", "1993-09-14", "1995-03-01"),
    ("registrations.csv", "learner_ref"): ("anna", "ben", "cleo"),
    ("registrations.csv", "centre_number"): (WEST, EAST),
    ("registrations.csv", "line"): ("ENGINEERING", "INFORMATION_TECHNOLOGY", "FORESTRY"),
    ("registrations.csv", "level"): ("HIGHER", "ADVANCED", "PROGRESSION"),
    ("registrations.csv", "anticipated_award"): ("", "2010-03", "2010-08", "2012-08"),
    ("registrations.csv", "status"): ("ACCEPTED", "WITHDRAWN", "PENDING", "LOST"),
    ("entries.csv", "uln"): ("", ANNA_ULN, BEN_ULN, CLEO_ULN, STRANGE_ULN),
    ("entries.csv", "centre_number"): (WEST, EAST),
    ("entries.csv", "given_name"): ("", "Anna", "Ben"),
    ("entries.csv", "family_name"): ("", "Ash", "Birch"),
    ("entries.csv", "date_of_birth"): ("", "1993-09-14", "1995-03-01"),
    ("entries.csv", "component"): ("", "PROJECT", "ASL"),
    ("entries.csv", "series"): ("", "January 2010", "June 2010"),
    ("entries.csv", "status"): ("ENTERED", "WITHDRAWN"),
    ("entries.csv", "result"): ("", "PASS", "U", "A"),
    ("qualifications.csv", "component"): ("PROJECT", "ASL", "FS_ICT", "PRINCIPAL_LEARNING"),
    ("qualifications.csv", "level"): ("1", "2", "3"),
    ("qualifications.csv", "lines"): ("ANY", "ENGINEERING"),
    ("units.csv", "assessment"): ("INTERNAL", "EXTERNAL"),
    ("windows.csv", "opens_on"): ("2009-01-01", "2010-02-20"),
    ("verifications.csv", "state"): ("VERIFIED", "NOT_VERIFIED"),
    ("das.csv", "uln"): ("", ANNA_ULN, BEN_ULN),
    ("das.csv", "plts"): ("", "true", "false"),
    ("das_components.csv", "complete"): ("true", "false"),
}

changes = st.sampled_from(sorted(CELLS)).flatmap(
    lambda place: st.tuples(st.just(place), st.integers(0, 30), st.sampled_from(CELLS[place]))
)
feeds = st.lists(
    st.tuples(
        st.lists(changes, min_size=1, max_size=5),
        st.sampled_from([Mode.DELTA, Mode.DELTA, Mode.FULL]),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=5,
)


def start() -> Feed:
    feed = tiny_feed()
    feed["registrations.csv"].append(
        registration("R-anna-2", "anna", EAST, level="ADVANCED", anticipated_award="2012-08")
    )
    return feed


@settings(max_examples=15)
@given(feeds)
def test_small_changes_in_any_order_keep_the_projection_true(
    sqlite_template: Path,
    steps: list[tuple[list[tuple[tuple[str, str], int, str]], Mode, int]],
) -> None:
    async def run(home: Path) -> None:
        database = await open_database(f"sqlite://{home / 'db.sqlite3'}")
        try:
            feed = start()
            await apply(database, write_feed(home / "start", feed))
            for at, (cells, mode, dropped) in enumerate(steps):
                for (file, column), row, value in cells:
                    feed[file][row % len(feed[file])][column] = value
                sent = {name: list(rows) for name, rows in feed.items()}
                if mode is Mode.FULL:
                    sent["entries.csv"].pop(dropped % len(sent["entries.csv"]))
                    sent["registrations.csv"].pop(dropped % len(sent["registrations.csv"]))
                    gone = {row["registration_ref"] for row in sent["registrations.csv"]}
                    for name in ("das.csv", "das_components.csv"):
                        sent[name] = [row for row in sent[name] if row["registration_ref"] in gone]
                folder = write_feed(home / str(at), sent)
                await apply(database, folder, mode=mode, partial=True)
                await assert_projection_is_derivation(database, DAY)
                again = await apply(database, folder, mode=mode, partial=True)
                assert again.unchanged
                assert again.learners_derived == 0
        finally:
            await database.close()

    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copyfile(sqlite_template, home / "db.sqlite3")
        asyncio.run(run(home))

"""What is judged for other days, learner by learner, against the rules asked directly."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace

from auth.viewer import CONSOLE
from database.connection import Database
from domain.catalogue import Catalogue
from domain.deadlines import DeadlineKind, deadlines_of
from domain.derivation import Derivation, derive
from domain.record import Record
from domain.travel import derive_on
from inputs.catalogue import read_catalogue
from inputs.records import RecordReader
from loaders.derivations import derived_by_registration_id
from loaders.reading import Reading
from tests.factories import DAY, import_sample
from tests.graph.travelling import hold_results

RELEASE = DAY + timedelta(days=10)


def around(catalogue: Catalogue) -> list[date]:
    """Days in the month around each first and last day of a window, the turns themselves first."""
    turns = {day for window in catalogue.windows.values() for day in window}
    steps = (-15, -1, 0, 1, 2, 15)
    return sorted({turn + timedelta(days=step) for turn in turns for step in steps})


def shown(found: Derivation) -> Derivation:
    """What readers see; when the next turn comes is for the projection alone."""
    return replace(found, next_change_on=None)


def without_later_results(record: Record, day: date) -> Record:
    """The record as it would be if the feeds did not say what comes out after a day."""
    entries = {
        component: tuple(
            replace(entry, result=None, result_release_on=None)
            if entry.result_release_on is not None and entry.result_release_on > day
            else entry
            for entry in group
        )
        for component, group in record.entries.items()
    }
    das = {
        component: replace(part, complete=False)
        if part.visible_from is not None and part.visible_from > day
        else part
        for component, part in record.das.items()
    }
    return replace(record, entries=entries, das=das)


async def read(database: Database) -> tuple[dict[int, Record], Catalogue]:
    learners = [row[0] for row in await database.reader.tuples("SELECT id FROM learner")]
    courses = await RecordReader(database.reader).courses(learners)
    records = {course.row.id: course.record for course in courses}
    return records, await read_catalogue(database.reader)


def turned(before: Derivation, after: Derivation) -> bool:
    return shown(before) != shown(after)


def told(record: Record, catalogue: Catalogue, until: date) -> set[date]:
    """The days that are told of, those of expected results apart: nothing turns on them."""
    return {
        deadline.on
        for deadline in deadlines_of(record, catalogue, DAY, until)
        if deadline.kind is not DeadlineKind.RESULTS_EXPECTED
    }


def turns(record: Record, catalogue: Catalogue, until: date) -> Iterator[date]:
    """The days on which anything differs from the day before, found by asking every day."""
    before = derive(record, catalogue, DAY)
    for ahead in range(1, (until - DAY).days + 1):
        day = DAY + timedelta(days=ahead)
        after = derive(record, catalogue, day)
        if turned(before, after):
            yield day
        before = after


async def test_every_learner_of_the_sample_is_judged_as_the_rules_say_around_every_window(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=24)
    assert await hold_results(database, RELEASE) > 20
    records, catalogue = await read(database)
    days = around(catalogue)
    for record in records.values():
        today = without_later_results(record, DAY)
        for day in days:
            known = today if day > DAY else record
            found = derive_on(record, catalogue, day, DAY)
            assert shown(found) == shown(derive(known, catalogue, day)), day

    reading = Reading(database.reader, CONSOLE, DAY)
    for day in (RELEASE, date(2010, 5, 16), date(2009, 9, 1)):
        read_at_once = await derived_by_registration_id(reading, list(records), day)
        for id_, derived in zip(records, read_at_once, strict=True):
            assert derived is not None
            assert derived.registration_id == id_
            assert derived.derivation == derive_on(records[id_], catalogue, day, DAY)


async def test_deadlines_are_the_days_on_which_something_turns_and_no_others(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=24)
    await hold_results(database, RELEASE)
    records, catalogue = await read(database)
    until = date(2010, 9, 2)
    several = 0
    for record in records.values():
        known = without_later_results(record, DAY)
        expected = set(turns(known, catalogue, until))
        assert told(record, catalogue, until) == expected
        assert told(known, catalogue, until) == expected
        assert deadlines_of(record, catalogue, DAY, until) == deadlines_of(
            known, catalogue, DAY, until
        )
        several += len(expected) > 3
    assert several > 10

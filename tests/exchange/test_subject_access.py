"""All that is held about one learner, for that learner."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from auth.events import Event, EventKind, append
from auth.viewer import ANONYMOUS, CONSOLE
from database.connection import Database
from domain.errors import Invalid, Missing, ProblemError, Refused
from exchange.subject_access import JSON_NAME, SECTIONS, Request, subject_access
from tests.actions.school import rows, run
from tests.factories import DAY, import_sample

NOW = datetime(2010, 2, 19, 12, tzinfo=UTC)
NOBODY = "1000000043"
KEY = "a secret of thirty-two characters"


def asked(uln: str, *, cutoff: date = DAY, **changes: Any) -> Request:
    return Request(CONSOLE, uln, cutoff, DAY, NOW)._replace(**changes)


async def opened(database: Database, request: Request) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of an archive, and its sections."""
    with zipfile.ZipFile(io.BytesIO(await subject_access(database, request))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, orjson.loads(files[JSON_NAME])["sections"]


@pytest.fixture
async def sample(database: Database, tmp_path: Path) -> Database:
    await import_sample(database, tmp_path / "feed", centres=2, learners=30)
    return database


async def somebody(database: Database) -> tuple[int, str]:
    """The key and the ULN of a learner who has a result."""
    found = await rows(
        database,
        "SELECT l.id, l.uln FROM learner l JOIN entry e ON e.learner_id = l.id"
        " WHERE l.uln IS NOT NULL AND e.result IS NOT NULL ORDER BY l.id LIMIT 1",
    )
    return int(found[0][0]), str(found[0][1])


async def test_everything_of_one_learner_and_of_nobody_else_is_in_the_archive(
    sample: Database,
) -> None:
    learner_id, uln = await somebody(sample)
    async with sample.transaction() as connection:
        await append(connection, Event(NOW, EventKind.RECORD_READ, learner_id=learner_id))
        await append(connection, Event(NOW, EventKind.RECORD_READ, learner_id=learner_id + 1))

    files, sections = await opened(sample, asked(uln))

    ((name, born),) = await rows(
        sample, "SELECT given_name, date_of_birth FROM learner WHERE id = ?", learner_id
    )
    ((person),) = sections["learner"]["rows"]
    assert (person["uln"], person["given_name"]) == (uln, name)
    assert person["date_of_birth"] == str(born)
    own = "registration_id IN (SELECT id FROM registration WHERE learner_id = ?)"
    for section, table, condition in (
        ("registrations", "registration", "learner_id = ?"),
        ("entries", "entry", "learner_id = ?"),
        ("events", "event", "learner_id = ? AND kind = 'RECORD_READ'"),
        *((name, table, own) for name, table in (("flags", "flag"), ("issues", "issue"))),
        *((table, table, own) for table in ("completion",)),
    ):
        ((number,),) = await rows(
            sample,
            f"SELECT COUNT(*) FROM {table} WHERE {condition}",  # noqa: S608 - ours
            learner_id,
        )
        assert len(sections[section]["rows"]) == number, section
        assert number or section == "issues"
    assert set(files) == {
        "README.txt",
        JSON_NAME,
        *(f"{section.name}.csv" for section in SECTIONS if section.by != "hash"),
    }
    told = list(csv.reader(io.StringIO(files["entries.csv"].decode("utf-8-sig"), newline="")))
    assert told[1] == list(sections["entries"]["columns"])
    assert len(told) == 2 + len(sections["entries"]["rows"])
    assert all(meaning for part in sections.values() for meaning in part["columns"].values())


async def test_the_log_tells_that_it_was_made(sample: Database) -> None:
    learner_id, uln = await somebody(sample)
    await subject_access(sample, asked(uln))

    told = "SELECT learner_id, code, standing FROM event WHERE kind = 'SUBJECT_ACCESS_MADE'"
    assert await rows(sample, told) == [(learner_id, "MADE", "OPERATOR")]


async def test_results_are_told_from_their_release_on_and_not_before(sample: Database) -> None:
    learner_id, uln = await somebody(sample)
    await run(
        sample,
        "UPDATE entry SET result = 'A', result_release_on = ? WHERE learner_id = ?",
        *(DAY + timedelta(days=1), learner_id),
    )
    await run(
        sample,
        "UPDATE das_component SET complete = TRUE, visible_from = ? WHERE registration_id IN"
        " (SELECT id FROM registration WHERE learner_id = ?)",
        *(DAY + timedelta(days=1), learner_id),
    )
    _, early = await opened(sample, asked(uln))
    later = DAY + timedelta(days=1)
    _, released = await opened(sample, asked(uln, cutoff=later, day=later))

    def results(sections: dict[str, Any]) -> set[tuple[Any, Any]]:
        entries = sections["entries"]["rows"]
        return {(entry["result"], entry["result_release_on"]) for entry in entries}

    def complete(sections: dict[str, Any]) -> set[tuple[Any, Any]]:
        components = sections["das_components"]["rows"]
        return {(one["complete"], one["visible_from"]) for one in components}

    assert (results(early), results(released)) == ({(None, None)}, {("A", str(later))})
    assert complete(early) <= {(False, None)}
    assert complete(released) <= {(True, str(later))}


async def test_an_earlier_day_leaves_out_what_follows_from_later_results(sample: Database) -> None:
    _, uln = await somebody(sample)
    _, sections = await opened(sample, asked(uln, cutoff=DAY - timedelta(days=1)))

    assert {"components", "flags", "issues", "completion"} & set(sections) == set()


async def test_entries_are_told_of_somebody_who_is_no_learner_here(sample: Database) -> None:
    await run(
        sample,
        "UPDATE entry SET uln = ?, learner_id = NULL, registration_id = NULL WHERE id ="
        " (SELECT MIN(id) FROM entry)",
        NOBODY,
    )
    _, sections = await opened(sample, asked(NOBODY))

    assert [entry["uln"] for entry in sections["unmatched_entries"]["rows"]] == [NOBODY]
    assert sections["learner"]["rows"] == []


async def test_what_cannot_be_answered_is_refused_and_leaves_no_trace(sample: Database) -> None:
    refused: list[tuple[dict[str, Any], type[ProblemError]]] = [
        ({}, Missing),
        ({"key": KEY}, Missing),
        ({"cutoff": DAY + timedelta(days=1)}, Invalid),
        ({"viewer": ANONYMOUS}, Refused),
    ]
    for changes, error in refused:
        with pytest.raises(error):
            await subject_access(sample, asked(NOBODY)._replace(**changes))

    assert await rows(sample, "SELECT id FROM event WHERE kind = 'SUBJECT_ACCESS_MADE'") == []

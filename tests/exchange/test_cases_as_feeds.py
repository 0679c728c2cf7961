"""Every example of one component, sent as a feed, shows what the example expects."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from actions.storing import Judge, derive_learners
from auth.permissions import Staff
from database.connection import Database
from domain.codes import IssueCode
from domain.issues import BEARS_ON_COMPONENTS
from domain.vocabulary import UlnState
from inputs.catalogue import read_catalogue
from inputs.records import RecordReader
from tests.domain.cases import ComponentCase, component_cases, inputs_of
from tests.exchange.feeds import Feed, Row, catalogue_rows, learner, send, ulns
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import add_user, log_in, served


def by_day() -> list[tuple[date, list[ComponentCase]]]:
    groups: dict[date, list[ComponentCase]] = defaultdict(list)
    for case in component_cases():
        groups[inputs_of(case).day].append(case)
    return sorted(groups.items())


def feed_of(cases: Sequence[ComponentCase]) -> Feed:
    """Each example as a learner of its own at a centre of its own: verification is by centre."""
    feed = catalogue_rows() | {
        name: []
        for name in (
            *("centres.csv", "learners.csv", "registrations.csv", "entries.csv"),
            *("verifications.csv", "das.csv", "das_components.csv"),
        )
    }
    numbers = ulns(2 * len(cases))
    for at, case in enumerate(cases):
        _add(feed, case, f"{30_000 + at}", numbers[2 * at], numbers[2 * at + 1])
    return feed


def _add(feed: Feed, case: ComponentCase, centre: str, uln: str, stranger: str) -> None:
    inputs, given = inputs_of(case), case.given
    course = inputs.registration
    feed["centres.csv"].append({"centre_number": centre, "name": f"Centre of {case.id}"})
    person = learner(case.id, uln, "Case", case.id, born="1990-01-01")
    feed["learners.csv"].append(person)
    feed["registrations.csv"].append(
        {
            "registration_ref": case.id,
            "learner_ref": case.id,
            "centre_number": centre,
            "line": course.line,
            "level": course.level,
            "status": course.status.value,
            "anticipated_award": str(course.award) if course.award else "",
        }
    )
    feed["entries.csv"] += _entries(case, centre, person, stranger)
    feed["verifications.csv"] += _verifications(case, centre)
    if not inputs.das.found:
        return
    day = inputs.day.replace(day=1) if given["das"].get("stale") else inputs.day
    feed["das.csv"].append(
        {
            "registration_ref": case.id,
            "uln": uln,
            "plts": "true",
            "work_experience": "true",
            "line": "MANUFACTURING" if course.conflict else course.line,
            "level": course.level,
            "fetched_at": f"{day}T05:00:00Z",
        }
    )
    if not inputs.das.uln_matches:
        feed["das.csv"][-1]["uln"] = stranger
    feed["das_components.csv"].append(
        {
            "registration_ref": case.id,
            "component": inputs.component.value,
            "complete": str(inputs.das.complete).lower(),
        }
    )


def _entries(case: ComponentCase, centre: str, person: Row, stranger: str) -> Iterable[Row]:
    inputs = inputs_of(case)
    keys = {
        UlnState.MATCHED: person["uln"],
        UlnState.MISSING: "",
        UlnState.MISMATCHED: stranger,
    }
    for row in inputs.entries:
        yield {
            "entry_ref": row.ref,
            "centre_number": centre,
            "uln": keys[row.uln_state],
            **{name: person[name] for name in ("given_name", "family_name", "date_of_birth")},
            "qan": row.qan,
            "component": inputs.component.value,
            "kind": row.kind.value,
            "unit": row.unit or "",
            "series": row.series or "",
            "status": "WITHDRAWN" if row.withdrawn else "ENTERED",
            "entered_on": str(row.entered_on),
            "marks_submitted_on": str(row.marks_submitted_on or ""),
            "claimed": str(row.claimed).lower(),
            "result": row.result or "",
            "result_release_on": str(row.result_release_on or ""),
        }


def _verifications(case: ComponentCase, centre: str) -> Iterable[Row]:
    states = {
        (row.qan, row.entered_on): row.centre_verified
        for row in inputs_of(case).entries
        if row.centre_verified is not None
    }
    for (qan, entered_on), verified in states.items():
        start = entered_on.year - (entered_on.month < 9)
        yield {
            "centre_number": centre,
            "qan": qan,
            "academic_year": f"{start}/{(start + 1) % 100:02}",
            "state": "VERIFIED" if verified else "NOT_VERIFIED",
        }


async def declare(database: Database, cases: Sequence[ComponentCase], day: date) -> None:
    """What users say, which no feed does, and the flags that follow."""
    now = datetime(2010, 2, 1, tzinfo=UTC)
    learners = []
    async with database.transaction() as connection:
        for case in cases:
            inputs = inputs_of(case)
            for row in inputs.declarations:
                ((course, centre, owner),) = await connection.tuples(
                    "SELECT id, centre_id, learner_id FROM registration WHERE ref = ?", case.id
                )
                await connection.execute(
                    "INSERT INTO declaration"
                    " (registration_id, centre_id, component, qan, created_at, removed_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    *(course, centre, inputs.component.value, row.qan, now),
                    None if row.active else now,
                )
                learners.append(owner)
        judge = Judge(await read_catalogue(connection), day, connection.dialect)
        await derive_learners(connection, RecordReader(connection), judge, learners)


@pytest.mark.parametrize(
    ("day", "cases"), by_day(), ids=lambda part: str(part) if isinstance(part, date) else ""
)
async def test_the_stored_and_the_shown_flags_reasons_and_issues_are_those_of_the_examples(
    database: Database,
    database_url: str,
    tmp_path: Path,
    day: date,
    cases: list[ComponentCase],
) -> None:
    await send(database, tmp_path, feed_of(cases), day=day)
    await declare(database, cases, day)
    await assert_projection_is_derivation(database, day)
    flags = {
        (row[0], row[1], row[2]): (row[3], row[4], row[5])
        for row in await database.reader.tuples(
            "SELECT r.ref, f.component_type, f.kind, f.code, f.detail, f.reasons"
            " FROM flag f JOIN registration r ON r.id = f.registration_id"
        )
    }
    issues: dict[tuple[str, str], set[str]] = defaultdict(set)
    for ref, component, code in await database.reader.tuples(
        "SELECT r.ref, i.component_type, i.code"
        " FROM issue i JOIN registration r ON r.id = i.registration_id"
    ):
        issues[ref, component].add(code)
    for case in cases:
        component = inputs_of(case).component.value
        entry = case.entry and case.entry.value
        reasons = "|".join(case.entry_reasons)
        assert flags[case.id, component, "ENTRY"] == (entry, None, reasons), case.id
        assessment = None
        if case.assessment is not None and case.detail is not None:
            assessment = (case.assessment.value, case.detail.value, case.detail.value)
        assert flags.get((case.id, component, "ASSESSMENT")) == assessment, case.id
        shown = set(issues[case.id, component])
        if entry not in (None, "COMPLETE_ON_DAS"):
            shown |= issues[case.id, ""] & BEARS_ON_COMPONENTS
        assert {IssueCode(code) for code in shown} == case.issues, case.id
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    async with served(database_url, today=day) as client:
        caller = await log_in(client, "support@example.org")
        data = await caller.data(SHOWN, cases=len(cases))
    assert data["serviceInfo"]["date"] == str(day)
    nodes = {node["familyName"]: node["components"] for node in data["learners"]["nodes"]}
    for case in cases:
        _assert_shown(case, nodes[case.id])


SHOWN = """
query ($cases: Int!) {
  serviceInfo { date }
  learners(first: $cases) {
    nodes {
      familyName
      components {
        type entryFlag assessmentFlag assessmentDetail
        flags { kind code detail reasons }
        issues { code }
      }
    }
  }
}
"""


def _assert_shown(case: ComponentCase, components: list[dict[str, Any]]) -> None:
    """The graph shows the component of an example exactly as the example expects."""
    wanted = inputs_of(case).component.value
    (shown,) = (component for component in components if component["type"] == wanted)
    entry = case.entry and case.entry.value
    assessment = case.assessment and case.assessment.value
    detail = case.detail and case.detail.value
    pair = (shown["entryFlag"], shown["assessmentFlag"], shown["assessmentDetail"])
    assert pair == (entry, assessment, detail), case.id
    flags: list[dict[str, Any]] = [
        {"kind": "ENTRY", "code": entry, "detail": None, "reasons": list(case.entry_reasons)}
    ]
    if detail is not None:
        flags.append(
            {"kind": "ASSESSMENT", "code": assessment, "detail": detail, "reasons": [detail]}
        )
    assert shown["flags"] == flags, case.id
    assert {issue["code"] for issue in shown["issues"]} == set(case.issues), case.id

"""Derived rows and attachments told again from the rows they follow from."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import models
from database.connection import Connection, Database
from domain.codes import CompletionStatus
from domain.derivation import derive
from domain.names import family_order, name_order, name_parts
from domain.shown import shown
from inputs.catalogue import read_catalogue
from inputs.records import Course, RecordReader

TABLES: Final = tuple(sorted(getattr(models, name)._meta.db_table for name in models.__all__))  # noqa: SLF001 - where tortoise keeps a table's name
FILLED: Final = (
    *(
        "flag",
        "component",
        "issue",
        "completion",
        "name_part",
        "declaration",
        "das_component",
        "das_record",
    ),
    *("entry", "registration", "learner", "verification", "consortium_centre", "consortium"),
    *("centre", "submission_window", "unit", "qualification"),
    *("exam_series", "line_of_learning", "requirement"),
)
"""Tables that feeds fill, each after those that point to it."""

_RANKS = {"INFO": 0, "WARNING": 1, "CRITICAL": 2}

Rows = list[tuple[Any, ...]]


async def snapshot(database: Database) -> dict[str, Rows]:
    """Every row of every table but the list of runs and the log, which tell of the attempt."""
    held = {}
    for table in TABLES:
        if table not in {"feed_run", "event"}:
            rows = await database.writer.tuples(f'SELECT * FROM "{table}"')  # noqa: S608 - names are ours
            held[table] = sorted((tuple(row) for row in rows), key=repr)
    return held


async def restore(database: Database, held: Mapping[str, Rows]) -> None:
    """The rows of a snapshot, and no others, in every table that a feed fills."""
    async with database.transaction() as connection:
        for table in FILLED:
            await connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names are ours
        for table in reversed(FILLED):
            if rows := held[table]:
                marks = ", ".join("?" * len(rows[0]))
                await connection.execute_many(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608


async def assert_projection_is_derivation(database: Database, day: date) -> None:
    """Every registration's stored rows are those that follow from its record on a day."""
    async with database.transaction() as connection:
        await _check_attachments(connection)
        await _check_projection(connection, day)


def _as_json(subjects: tuple[str | None, ...]) -> str | None:
    """What reasons are about, as it is stored."""
    return json.dumps(subjects, separators=(",", ":")) if any(subjects) else None


# Projection --------------------------------------------------------------------------------------


async def _check_projection(connection: Connection, day: date) -> None:
    catalogue = await read_catalogue(connection)
    learners = [row[0] for row in await connection.tuples("SELECT id FROM learner")]
    courses = await RecordReader(connection).courses(learners)
    components: Rows = []
    flags: Rows = []
    issues: Rows = []
    completions: Rows = []
    for course in courses:
        row = course.row
        owner = row.learner_id, row.centre_id
        found = derive(course.record, catalogue, day)
        for kind, pair in found.flags.items():
            entry = pair.entry and pair.entry.value
            assessment, detail = None, None
            if pair.assessment is not None and pair.detail is not None:
                assessment, detail = pair.assessment.value, pair.detail.value
            components.append(
                (
                    *(row.id, kind.value, *owner, pair.required, pair.complete),
                    *(row.level, entry, assessment, detail),
                )
            )
            about = [*shown(pair, course.record.registration.award)]
            flags.append(
                (
                    *(row.id, kind.value, "ENTRY", row.centre_id, entry, None),
                    "|".join(pair.entry_reasons),
                    *(_as_json(about[0].subjects), about[0].due_on, None),
                )
            )
            if detail is not None:
                flags.append(
                    (
                        *(row.id, kind.value, "ASSESSMENT", row.centre_id),
                        *(assessment, detail, detail),
                        *(_as_json(about[1].subjects), about[1].due_on, about[1].opens_on),
                    )
                )
        for issue in found.issues:
            component = issue.component.value if issue.component else ""
            issues.append(
                (
                    *(row.id, component, issue.code.value, *owner),
                    *(_RANKS[issue.severity.value], issue.subject, issue.due_on),
                )
            )
        completions.append(
            (
                *(row.id, *owner, *_standing(course, courses)),
                *(course.claim_status, course.claim_status_raw),
                *(found.status.value, found.percent, found.next_change_on),
            )
        )
    await _check(
        connection,
        components,
        "SELECT registration_id, type, learner_id, centre_id, required, complete, level,"
        " entry_flag, assessment_flag, assessment_detail FROM component",
    )
    await _check(
        connection,
        flags,
        "SELECT f.registration_id, f.component_type, f.kind, f.centre_id, f.code, f.detail,"
        " f.reasons, f.subjects, f.due_on, f.opens_on FROM flag f"
        " JOIN component c ON c.id = f.component_id"
        " AND c.registration_id = f.registration_id AND c.type = f.component_type",
    )
    await _check(
        connection,
        issues,
        "SELECT registration_id, component_type, code, learner_id, centre_id, severity,"
        " subject, due_on FROM issue",
    )
    await _check_finding(connection)
    await _check(
        connection,
        completions,
        "SELECT registration_id, learner_id, centre_id, place, foremost, shared, claim_status,"
        " claim_status_raw, status, percent, next_change_on FROM completion",
    )
    ((orphans,),) = await connection.tuples(
        "SELECT COUNT(*) FROM flag WHERE component_id NOT IN (SELECT id FROM component)"
    )
    assert orphans == 0


async def _check_finding(connection: Connection) -> None:
    """What learners are ordered and found by is what their own rows say."""
    orders, parts = [], []
    urgencies, days = await _by_registration(connection)
    for key, centre, stage, given, family, uln, award, month in await connection.tuples(
        "SELECT c.registration_id, r.centre_id, c.status, l.given_name, l.family_name, l.uln,"
        " r.award, r.registered_on FROM completion c JOIN registration r"
        " ON r.id = c.registration_id JOIN learner l ON l.id = r.learner_id"
    ):
        order = name_order(given, family)
        rank = str(list(CompletionStatus).index(CompletionStatus(stage)))
        own = uln or "", award or "", month or "", rank
        orders.append((key, order, *own, urgencies.get(key, "3"), days.get(key, "9999-12-31")))
        for kind, name in ((0, family), (1, given)):
            parts += [(key, kind, part, centre, f"{order} {own[0]}") for part in name_parts(name)]
    await _check(
        connection,
        orders,
        "SELECT registration_id, name_order, uln, award, registered_on, stage, urgency, due"
        " FROM completion",
    )
    await _check(
        connection,
        parts,
        "SELECT registration_id, kind, part, centre_id, place FROM name_part",
    )
    ((unstamped,),) = await connection.tuples(
        "SELECT COUNT(*) FROM completion WHERE modified_at IS NULL"
    )
    assert unstamped == 0


async def _by_registration(
    connection: Connection,
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """The highest urgency and the first day of each registration's issues, and theirs beside."""
    urgencies: dict[int, str] = {}
    days: dict[int, str] = {}
    for key, severity, due, *stored, family, uln in await connection.tuples(
        "SELECT i.registration_id, i.severity, i.due_on, i.urgency, i.due, i.family_order, i.uln,"
        " l.family_name, COALESCE(l.uln, '') FROM issue i JOIN learner l ON l.id = i.learner_id"
    ):
        urgency, day = str(2 - severity), "9999-12-31" if due is None else str(due)
        assert stored == [urgency, day, family_order(family), uln]
        urgencies[key] = min(urgency, urgencies.get(key, urgency))
        days[key] = min(day, days.get(key, day))
    return urgencies, days


async def _check(connection: Connection, expected: Rows, query: str) -> None:
    stored = sorted((tuple(row) for row in await connection.tuples(query)), key=_sortable)
    assert stored == sorted(connection.dialect.storable_rows(expected), key=_sortable)


def _sortable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[0], str(row[1]), str(row[2])


def _standing(course: Course, courses: Sequence[Course]) -> tuple[int, bool, bool]:
    """Place among the learner's courses, foremost at the centre, shared with another."""
    own = [other for other in courses if other.row.learner_id == course.row.learner_id]
    own.sort(key=lambda other: other.row.ref)
    own.sort(key=lambda other: other.row.award or other.row.registered_on or "", reverse=True)
    own.sort(key=lambda other: other.claim_status == "AWARDED")
    own.sort(key=lambda other: other.row.status in ("WITHDRAWN", "REJECTED"))
    at_centre = [other for other in own if other.row.centre_id == course.row.centre_id]
    shared = len(at_centre) < len(own)
    return own.index(course) + 1, at_centre[0] is course, shared


# Attachments -------------------------------------------------------------------------------------


async def _check_attachments(connection: Connection) -> None:  # noqa: C901 - one rule, told plainly
    """Entries hang where a plain reading of the contract hangs them."""
    learners = {
        row[0]: tuple(row)
        for row in await connection.tuples("SELECT id, uln, name_key, date_of_birth FROM learner")
    }
    holders = {uln: id_ for id_, uln, _, _ in learners.values() if uln}
    courses: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    for row in await connection.tuples(
        "SELECT id, learner_id, centre_id, ref, line, level, award, status FROM registration"
    ):
        courses[row[1], row[2]].append(tuple(row))
    qualifications = {
        row[0]: tuple(row)
        for row in await connection.tuples("SELECT qan, component, level, lines FROM qualification")
    }
    needs = {
        (level, component): levels.split("|")
        for level, component, levels in await connection.tuples(
            "SELECT level, component, qualification_levels FROM requirement"
        )
    }

    def best(entry_qan: str, component: str, own: Rows) -> int:
        if len(own) == 1:
            return int(own[0][0])

        def suits(course: tuple[Any, ...]) -> bool:
            _, _, _, _, line, level, _, _ = course
            known = qualifications.get(entry_qan)
            if known is None:
                return False
            fits = known[3] == "ANY" or line in known[3].split("|")
            return fits and str(known[2]) in needs.get((level, component), [])

        own = sorted(own, key=lambda course: course[3])
        own.sort(key=lambda course: course[6] or "", reverse=True)
        own.sort(key=lambda course: course[7] == "WITHDRAWN")
        own.sort(key=lambda course: not suits(course))
        return int(own[0][0])

    def suspect(centre: int, name: str, born: Any, number: str, component: str) -> int | None:
        people = [
            id_
            for id_, _, key, own in learners.values()
            if key == name and (id_, centre) in courses and (not own or not born or own == born)
        ]
        if len(people) != 1:
            return None
        return best(number, component, courses[people[0], centre])

    for row in await connection.tuples(
        "SELECT ref, centre_id, uln, qan, name_key, date_of_birth, stated_component, component,"
        " learner_id, registration_id, suspected_id FROM entry"
    ):
        ref, centre, uln, number, name, born, stated, *stored = row
        component = stated or qualifications.get(number, ("", "ASL"))[1]
        holder = holders.get(uln)
        own = courses.get((holder, centre), []) if holder is not None else []
        if own:
            expected = [component, holder, best(number, component, own), None]
        else:
            suspected = suspect(centre, name, born, number, component) if name else None
            expected = [component, None, None, suspected]
        assert (ref, stored) == (ref, expected)
    for table in ("das_record", "das_component", "declaration"):
        ((astray,),) = await connection.tuples(
            f"SELECT COUNT(*) FROM {table} t JOIN registration r ON r.id = t.registration_id"  # noqa: S608 - names are ours
            " WHERE r.centre_id <> t.centre_id"
        )
        assert (table, astray) == (table, 0)

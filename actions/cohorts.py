"""Declarations for many learners at once: for all of them or for none."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from actions.bulk import NOT_FOUND, Bulk, BulkOutcome, begin_once, check_many, digest_of, keep_once
from actions.changes import new_batch
from actions.declarations import (
    WantedDeclaration,
    catalogued,
    component_impediment,
    components_of,
    levels_of,
    write_declarations,
)
from actions.locks import editing
from actions.registrations import LockedCourse, derive, forbidden, lock_in_reach, no_registration
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.editing import Impediment, qan_impediment, qan_warnings

Declaring = tuple[int, WantedDeclaration]
"""A registration, and what is declared for it."""


async def add_declarations(
    database: Database,
    viewer: Viewer,
    chosen: Sequence[Declaring],
    *,
    key: str,
    confirm: Callable[[Sequence[LockedCourse]], None],
    day: date,
    now: datetime,
) -> Bulk:
    """Declare for many learners: for all or for none, and once for a key.

    `confirm` is given the registrations that the viewer may edit, and raises what keeps these from
    being edited unseen. Raises Missing when none of them is in reach, Refused, or Invalid.
    """
    check_many(chosen)
    async with editing(database) as connection:
        ids = sorted({registration_id for registration_id, _ in chosen})
        viewer, courses = await lock_in_reach(connection, viewer, ids)
        if not courses:
            raise no_registration(field="learners")
        refused = forbidden(viewer, Permission.DECLARATION_EDIT, courses)
        confirm([course for course in courses.values() if course.id not in refused])
        before = await begin_once(
            connection, viewer, key, digest_of("declarations", list(chosen)), now
        )
        if before is not None:
            return before
        done = Bulk(await judge(connection, courses, chosen, refused))
        new = [one for one, outcome in zip(chosen, done.outcomes, strict=True) if outcome.changed]
        if done.applied and new:
            batch = new_batch()
            for wanted, group in _grouped(new).items():
                chosen_courses = [courses[key] for key in group]
                await write_declarations(connection, viewer, chosen_courses, wanted, batch, now)
            owners = {key: courses[key].learner_id for key, _ in new}
            await derive(connection, owners, day)
            done = Bulk(done.outcomes, batch)
        await keep_once(connection, viewer, key, done)
    return done


async def judge(
    connection: Connection,
    courses: Mapping[int, LockedCourse],
    chosen: Sequence[Declaring],
    refused: Mapping[int, Impediment],
) -> tuple[BulkOutcome, ...]:
    """What would become of each, in the order of choice; nothing is written.

    `refused` has the reasons why some registrations cannot be edited at all.
    """
    found: dict[Declaring, BulkOutcome] = {}
    for wanted, group in _grouped(chosen).items():
        known = await catalogued(connection, wanted.qan)
        levels = await levels_of(connection, wanted.component)
        own = {key: courses[key] for key in group if key in courses}
        states = await components_of(connection, own, wanted.component, wanted.qan)
        for key, state in states.items():
            course = own[key]
            problem = (
                refused.get(key) or qan_impediment(known) or component_impediment(course, state)
            )
            if problem is not None:
                found[key, wanted] = BulkOutcome.refused(key, problem)
                continue
            allowed = levels.get(course.level, ())
            found[key, wanted] = BulkOutcome(
                key,
                changed=state.declaration_id is None,
                warnings=qan_warnings(wanted.qan, known, wanted.component, course.line, allowed),
            )
    return tuple(found.get(one) or BulkOutcome.refused(one[0], NOT_FOUND) for one in chosen)


def _grouped(chosen: Sequence[Declaring]) -> dict[WantedDeclaration, list[int]]:
    """The registrations by what is declared for them."""
    groups: dict[WantedDeclaration, list[int]] = defaultdict(list)
    for registration_id, wanted in chosen:
        groups[wanted].append(registration_id)
    return groups

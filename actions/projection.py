"""Makes the derived rows of a record: flags, issues, completion and the next change."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from actions.finding import Keys, keys_of, part_rows
from domain.catalogue import Catalogue
from domain.derivation import Derivation, derive
from domain.names import family_order
from domain.shown import shown
from domain.vocabulary import ClaimStatus, RegistrationStatus
from inputs.flags import stored_reasons, stored_subjects
from inputs.keys import component_id, flag_id
from inputs.records import Course


class Table(NamedTuple):
    """A derived table: the key, the columns that vary, and the column that keeps its date."""

    name: str
    key: str
    fixed: tuple[str, ...]
    varying: tuple[str, ...]
    dated: str | None = None
    """Column that keeps its day, or its moment, while the columns of `dated_by` stay the same."""
    dated_by: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    """The natural key, where the database makes the id; empty if the id itself is derived."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a derived row, in the order of its values."""
        return self.fixed + self.varying


COMPONENT = Table(
    "component",
    "id",
    ("id", "registration_id", "type"),
    (
        *("learner_id", "centre_id", "required", "complete"),
        *("level", "entry_flag", "assessment_flag", "assessment_detail"),
    ),
)
FLAG = Table(
    "flag",
    "id",
    ("id", "component_id", "registration_id", "component_type", "kind"),
    ("centre_id", "code", "detail", "reasons", "subjects", "due_on", "opens_on"),
    "since",
    ("code", "detail"),
)
ISSUE = Table(
    "issue",
    "id",
    ("registration_id", "component_type", "code"),
    (
        *("learner_id", "centre_id", "severity", "subject", "due_on"),
        *("urgency", "due", "family_order", "uln"),
    ),
    "first_seen",
    identity=("registration_id", "component_type", "code"),
)
NAME_PART = Table(
    "name_part", "id", ("id", "registration_id"), ("centre_id", "kind", "part", "place")
)
_STANDING = (
    *("learner_id", "centre_id", "place", "foremost", "shared", "claim_status"),
    *("claim_status_raw", "status", "percent", *Keys._fields),
)
_AMONG_OTHERS = ("place", "shared")
"""Depend on the learner's courses at other centres, so they must not update `modified_at`."""
NEXT_CHANGE = "next_change_on"
"""Reveals embargoed release days, so a change to it alone must not update `modified_at`."""

COMPLETION = Table(
    "completion",
    "registration_id",
    ("registration_id",),
    (*_STANDING, NEXT_CHANGE, "derived_on"),
    "modified_at",
    tuple(name for name in _STANDING if name not in _AMONG_OTHERS),
)
PARTS = (COMPONENT, FLAG, ISSUE, NAME_PART)
"""Tables whose changes update `modified_at` in `completion`."""
TABLES = (*PARTS, COMPLETION)

Fresh: TypeAlias = dict[str, list[tuple[Any, ...]]]
"""Derived rows by table, their values in the order of the table's columns."""


def fresh_rows(courses: Sequence[Course], catalogue: Catalogue, day: date) -> Fresh:
    """What follows on a day for all courses of some learners."""
    fresh: Fresh = {table.name: [] for table in TABLES}
    for course, standing in _standings(courses):
        derivation = derive(course.record, catalogue, day)
        _collect(fresh, course, standing, derivation, day)
    return fresh


class Rank(NamedTuple):
    """A registration's place among its learner's."""

    place: int
    foremost: bool
    shared: bool


def _standings(courses: Sequence[Course]) -> Iterator[tuple[Course, Rank]]:
    """The active course with the latest award month comes first."""
    groups: dict[int, list[Course]] = defaultdict(list)
    for course in courses:
        groups[course.row.learner_id].append(course)
    for group in groups.values():
        shared = len({course.row.centre_id for course in group}) > 1
        led: set[int] = set()
        for place, course in enumerate(sorted(group, key=_foremost), start=1):
            foremost = course.row.centre_id not in led
            led.add(course.row.centre_id)
            yield course, Rank(place, foremost, shared)


def _foremost(course: Course) -> tuple[bool, bool, int, str]:
    row = course.row
    months = int((row.award or row.registered_on or "0000-00").replace("-", ""))
    withdrawn = row.status in (RegistrationStatus.WITHDRAWN, RegistrationStatus.REJECTED)
    return withdrawn, course.claim_status == ClaimStatus.AWARDED, -months, row.ref


def _collect(
    fresh: Fresh, course: Course, standing: Rank, derivation: Derivation, day: date
) -> None:
    """One registration's derived rows, table by table."""
    row, keys = course.row, keys_of(course.row, derivation)
    for component, flags in derivation.flags.items():
        key = component_id(row.id, component)
        entry = flags.entry and flags.entry.value
        assessment = flags.assessment and flags.assessment.value
        detail = flags.detail and flags.detail.value
        name = component.value
        fresh["component"].append(
            (
                *(key, row.id, name),
                *(row.learner_id, row.centre_id, flags.required, flags.complete),
                *(row.level, entry, assessment, detail),
            )
        )
        fresh["flag"] += [
            (
                *(flag_id(key, flag.kind), key, row.id, name, flag.kind.value),
                *(row.centre_id, flag.code and flag.code.value, flag.detail and flag.detail.value),
                *(stored_reasons(flag.reasons), stored_subjects(flag.subjects)),
                *(flag.due_on, flag.opens_on),
            )
            for flag in shown(flags, derivation.award)
        ]
    for issue in derivation.issues:
        component_type = issue.component.value if issue.component else ""
        fresh["issue"].append(
            (
                *(row.id, component_type, issue.code.value, row.learner_id, row.centre_id),
                *(issue.severity.rank, issue.subject, issue.due_on),
                *(issue.urgency, issue.due, family_order(row.family_name), keys.uln),
            )
        )
    fresh["completion"].append(
        (
            *(row.id, row.learner_id, row.centre_id, *standing),
            *(course.claim_status, course.claim_status_raw, derivation.status.value),
            *(derivation.percent, *keys, derivation.next_change_on, day),
        )
    )
    fresh["name_part"] += part_rows(row, keys)

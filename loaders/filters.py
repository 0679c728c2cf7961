"""The learner filter as a value and as SQL, the same for lists, counts and exports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from database.connection import Connection
from database.query import ALWAYS, Clause, Dialect


class LearnerFilter(msgspec.Struct, frozen=True):
    """Conditions joined by AND; an empty tuple or None is no condition."""

    centres: tuple[str, ...] = ()
    """Centre numbers."""
    consortium: str | None = None
    lines: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    award_year: int | None = None
    award_from: str | None = None
    award_to: str | None = None
    completion_status: tuple[str, ...] = ()
    component: tuple[str, ...] = ()
    entry_flag: tuple[str, ...] = ()
    assessment_flag: tuple[str, ...] = ()
    issue_code: tuple[str, ...] = ()
    declared_elsewhere: bool | None = None
    uln: str | None = None
    words: tuple[str, ...] = ()
    """Beginnings of the parts of a name, folded."""
    modified_since: datetime | None = None


EVERYBODY: Final = LearnerFilter()


class Names(NamedTuple):
    """The table aliases that a filter uses in a statement."""

    completion: str
    registration: str

    @property
    def tables(self) -> str:
        """Registrations with what is derived of them."""
        completion, registration = self
        return (
            f"completion {completion} JOIN registration {registration}"
            f" ON {registration}.id = {completion}.registration_id"
        )


LISTED: Final = Names("c", "r")
"""The registrations by which learners are listed and counted."""

END = "\U0010ffff"
"""The highest character: a prefix followed by it is the upper bound of a prefix search."""


def comparable(text: str) -> str:
    """A text that a database can compare; PostgreSQL refuses nulls, which no code has."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def course_tables(wanted: LearnerFilter, names: Names = LISTED, *, course: bool = False) -> str:
    """Completion, and registration where the filter, or a grouping, asks for the course.

    Of registration a filter reads line and level, which completion does not have.
    """
    if course or wanted.lines or wanted.levels:
        return names.tables
    return f"completion {names.completion}"


def learner_clause(connection: Connection, wanted: LearnerFilter) -> Clause:
    """The filter over the tables that it reads, but for what `modified_clause` asks."""
    clause = _on_courses(connection, wanted)
    if wanted.issue_code:
        codes = _in_components(connection, "i", wanted)
        codes &= connection.among("i.code", wanted.issue_code)
        clause &= Clause(
            "EXISTS (SELECT 1 FROM issue i"  # noqa: S608 - clauses are ours
            f" WHERE i.registration_id = c.registration_id AND {codes.text})",
            codes.params,
        )
    return clause


def issue_clause(connection: Connection, wanted: LearnerFilter) -> Clause:
    """The same filter over issues `i` as well: those of its codes and components."""
    clause = _on_courses(connection, wanted) & _in_components(connection, "i", wanted)
    return clause & connection.among("i.code", wanted.issue_code) if wanted.issue_code else clause


def _on_courses(connection: Connection, wanted: LearnerFilter) -> Clause:
    """All conditions but that on issues, which lists of issues ask of each issue itself."""
    clause = course_clause(connection, wanted) & _sought(wanted)
    if wanted.completion_status:
        clause &= connection.among("c.status", wanted.completion_status)
    if wanted.declared_elsewhere is not None:
        clause &= _declared(connection, wanted)
    if wanted.entry_flag or wanted.assessment_flag:
        clause &= _flagged(connection, wanted)
    return clause


def course_clause(connection: Connection, wanted: LearnerFilter, names: Names = LISTED) -> Clause:
    """The courses that a filter is about; of a learner's the foremost of these is shown."""
    if wanted is EVERYBODY:
        return ALWAYS
    clause = at_centres(connection, wanted, names)
    for column, values in (("line", wanted.lines), ("level", wanted.levels)):
        if values:
            clause &= connection.among(f"{names.registration}.{column}", values)
    return clause & _awarded(connection, wanted, names)


def modified_clause(wanted: LearnerFilter, names: Names = LISTED) -> Clause:
    """Modified since a moment: the registration, or what follows from its record."""
    if wanted.modified_since is None:
        return ALWAYS
    return Clause(f"{names.completion}.modified_at >= ?", (wanted.modified_since,))


def picks_courses(wanted: LearnerFilter) -> bool:
    """Whether a filter may be about one course of a learner at a centre and not about another."""
    return bool(wanted.lines or wanted.levels or _months(wanted))


def at_centres(connection: Connection, wanted: LearnerFilter, names: Names = LISTED) -> Clause:
    """The centres that a filter names, as those of rows of completion."""
    clause, column = ALWAYS, f"{names.completion}.centre_id"
    if wanted.centres:
        clause &= _within(connection, column, "id", "centre", "number", wanted.centres)
    if wanted.consortium is not None:
        clause &= Clause(
            f"""{column} IN (SELECT m.centre_id FROM consortium_centre m
            JOIN consortium k ON k.id = m.consortium_id WHERE k.code = ?)""",  # noqa: S608 - columns are ours
            (comparable(wanted.consortium),),
        )
    return clause


def _sought(wanted: LearnerFilter) -> Clause:
    clause = ALWAYS if wanted.uln is None else Clause("c.uln = ?", (wanted.uln,))
    return clause & named_clause(wanted.words) if wanted.words else clause


def name_clause(words: Sequence[str], key: str) -> Clause:
    """The registration `key` is of somebody whose name has a part for each of the words."""
    clause = ALWAYS
    for word in words:
        clause &= Clause(
            "EXISTS (SELECT 1 FROM name_part n"  # noqa: S608
            f" WHERE n.registration_id = {key} AND n.part >= ? AND n.part < ?)",
            (word, word + END),
        )
    return clause


def named_clause(words: Sequence[str]) -> Clause:
    """The longest word is looked up; the others are asked of those who have it."""
    longest = max(words, key=len)
    found = Clause(
        "c.registration_id IN (SELECT n.registration_id FROM name_part n"
        " WHERE n.kind IN (0, 1) AND n.part >= ? AND n.part < ?)",
        (longest, longest + END),
    )
    return found & name_clause([word for word in words if word != longest], "c.registration_id")


def _awarded(connection: Connection, wanted: LearnerFilter, names: Names) -> Clause:
    """Months as text; who has none has an award in no month.

    They are written out: a plan that does not know the months takes any of them for a few learners.
    SQLite takes them so all the same, and would go through everybody's award months for the sake of
    one centre; the sign hides them from its index.
    """
    award = f"{names.completion}.award"
    if connection.dialect is Dialect.SQLITE:
        award = f"+{award}"
    clause = ALWAYS
    for comparison, month in _months(wanted):
        clause &= Clause(f"{award} <> '' AND {award} {comparison} '{_digits(month)}'")
    return clause


def _months(wanted: LearnerFilter) -> list[tuple[str, str]]:
    """How award months compare with which."""
    limits = [(">=", wanted.award_from), ("<=", wanted.award_to)]
    if wanted.award_year is not None:
        year = f"{wanted.award_year:04}"
        limits += [(">=", f"{year}-01"), ("<=", f"{year}-12")]
    return [(comparison, month) for comparison, month in limits if month is not None]


def _digits(month: str) -> str:
    """A month as it may stand in a statement: whatever is handed in, digits and hyphens."""
    return "".join(sign for sign in month if sign in "0123456789-")


def _declared(connection: Connection, wanted: LearnerFilter) -> Clause:
    clause = Clause("d.removed_at IS NULL")
    if wanted.component:
        clause &= connection.among("d.component", wanted.component)
    some = "EXISTS" if wanted.declared_elsewhere else "NOT EXISTS"
    return Clause(
        f"{some} (SELECT 1 FROM declaration d"  # noqa: S608
        f" WHERE d.registration_id = c.registration_id AND {clause.text})",
        clause.params,
    )


def _within(
    connection: Connection, column: str, key: str, table: str, name: str, values: Sequence[str]
) -> Clause:
    found = connection.among(f"k.{name}", values)
    return Clause(
        f"{column} IN (SELECT k.{key} FROM {table} k WHERE {found.text})",  # noqa: S608
        found.params,
    )


def _flagged(connection: Connection, wanted: LearnerFilter) -> Clause:
    """One component shows all the flags that are asked for."""
    clause = ALWAYS
    for column, values in (
        ("k.type", wanted.component),
        ("k.entry_flag", wanted.entry_flag),
        ("k.assessment_flag", wanted.assessment_flag),
    ):
        if values:
            clause &= connection.among(column, values)
    return Clause(
        "EXISTS (SELECT 1 FROM component k WHERE k.registration_id = c.registration_id"  # noqa: S608
        f" AND {clause.text})",
        clause.params,
    )


def _in_components(connection: Connection, alias: str, wanted: LearnerFilter) -> Clause:
    if not wanted.component:
        return ALWAYS
    return connection.among(f"{alias}.component_type", wanted.component)

"""Chooses the registration by which each learner appears once in a list, count or group."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from auth import scope
from auth.viewer import Viewer
from database.connection import Connection
from database.query import ALWAYS, Clause
from loaders.counting import Grouping, of_course
from loaders.filters import (
    EVERYBODY,
    LearnerFilter,
    Names,
    course_clause,
    course_tables,
    modified_clause,
    picks_courses,
)

_OTHER = Names("b", "s")
"""Table aliases for all registrations of a learner, compared with the one that is listed."""

Alike: TypeAlias = tuple[str, str]
"""A column of the registration that is listed, and the same one of another."""

_LEARNER: Alike = ("c.learner_id", "b.learner_id")
_CENTRE: Alike = ("c.centre_id", "b.centre_id")
_KEYS: Mapping[Grouping | None, Alike] = {
    Grouping.CENTRE: _CENTRE,
    Grouping.LINE: ("r.line", "s.line"),
    Grouping.LEVEL: ("r.level", "s.level"),
    Grouping.AWARD_MONTH: ("c.award", "b.award"),
}


def in_view(
    viewer: Viewer,
    connection: Connection,
    wanted: LearnerFilter = EVERYBODY,
    grouping: Grouping | None = None,
) -> Clause:
    """Each learner once, by the foremost registration that the viewer may see.

    It is the foremost of those on the courses of a filter; any of these may have been modified when
    the filter asks for that. Whatever else a filter asks for, it asks for by itself. With groups,
    each learner once in each of them, as if the filter asked for that group alone.
    """
    own, reach = _reach(viewer, connection)
    others = _others(connection, wanted, grouping) & reach
    return own & others.behind("c.place = 1") & others.modified(wanted)


def in_view_at_centre(
    viewer: Viewer,
    connection: Connection,
    wanted: LearnerFilter = EVERYBODY,
    grouping: Grouping | None = None,
) -> Clause:
    """The same of each learner of a centre, among the registrations there."""
    own, reach = _reach(viewer, connection)
    others = _others(connection, wanted, grouping, _CENTRE) & reach
    first = foremost_at_centre(connection, wanted, grouping)
    if viewer.limited:
        first = others.behind("c.foremost")
    return own & first & others.modified(wanted)


def foremost_at_centre(
    connection: Connection, wanted: LearnerFilter, grouping: Grouping | None = None
) -> Clause:
    """The foremost registration of each learner of a centre, of those on a filter's courses."""
    if picks_courses(wanted) or grouping in _KEYS:
        return _others(connection, wanted, grouping, _CENTRE).behind("c.foremost")
    return Clause("c.foremost")


def _reach(viewer: Viewer, connection: Connection) -> tuple[Clause, Clause]:
    """What the viewer may see: of registrations that are listed, and of others of the learner."""
    own = scope.registrations(viewer, connection, "c.centre_id", "c.registration_id")
    return own, scope.registrations(viewer, connection, "b.centre_id", "b.registration_id")


class _Others(NamedTuple):
    """The registrations of one learner that compete for being the one that is shown."""

    alike: tuple[Alike, ...]
    """What they have in common."""
    tables: str
    clause: Clause

    def __and__(self, clause: Clause) -> "_Others":
        """Those for which this holds as well."""
        return self._replace(clause=self.clause & clause)

    def behind(self, surely: str) -> Clause:
        """They stand behind the one that is listed; `surely` tells so of most at a glance."""
        same = " AND ".join(f"{other} = {listed}" for listed, other in self.alike)
        none_before = Clause(
            f"NOT EXISTS (SELECT 1 FROM {self.tables}"  # noqa: S608 - clauses are ours
            f" WHERE {same} AND b.place < c.place AND {self.clause.text})",
            self.clause.params,
        )
        return Clause(surely) | none_before

    def modified(self, wanted: LearnerFilter) -> Clause:
        """Any of them was modified, if the filter asks for that."""
        if wanted.modified_since is None:
            return ALWAYS
        listed, other = (", ".join(names) for names in zip(*self.alike, strict=True))
        clause = modified_clause(wanted, _OTHER) & self.clause
        return Clause(
            f"({listed}) IN (SELECT {other} FROM {self.tables} WHERE {clause.text})",  # noqa: S608 - clauses are ours
            clause.params,
        )


def _others(
    connection: Connection, wanted: LearnerFilter, grouping: Grouping | None, *alike: Alike
) -> _Others:
    """The learner's registrations on a filter's courses, in one group where there are groups."""
    key = _KEYS.get(grouping)
    return _Others(
        tuple(dict.fromkeys((_LEARNER, *alike, *((key,) if key else ())))),
        course_tables(wanted, _OTHER, course=of_course(grouping)),
        course_clause(connection, wanted, _OTHER),
    )

"""Which learners a list is about: one value for lists, counts and exports alike."""

from collections.abc import Sequence

import msgspec

from models.database import ALWAYS, Clause, Connection


class LearnerFilter(msgspec.Struct, frozen=True):
    """Every condition that is given must hold; an empty tuple or None asks for nothing."""

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


def comparable(text: str) -> str:
    """A text that a database can compare; PostgreSQL refuses nulls, which no code has."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def learner_clause(connection: Connection, wanted: LearnerFilter) -> Clause:
    """The filter over completion `c`, registration `r` and learner `l`."""
    clause = ALWAYS
    if wanted.centres:
        clause &= _within(connection, "c.centre_id", "id", "centre", "number", wanted.centres)
    if wanted.consortium is not None:
        clause &= Clause(
            """c.centre_id IN (SELECT m.centre_id FROM consortium_centre m
            JOIN consortium k ON k.id = m.consortium_id WHERE k.code = ?)""",
            (comparable(wanted.consortium),),
        )
    for column, values in (
        ("r.line", wanted.lines),
        ("r.level", wanted.levels),
        ("c.status", wanted.completion_status),
    ):
        if values:
            clause &= connection.among(column, values)
    if wanted.award_year is not None:
        clause &= Clause("r.award LIKE ?", (f"{wanted.award_year:04}-%",))
    if wanted.award_from is not None:
        clause &= Clause("r.award >= ?", (wanted.award_from,))
    if wanted.award_to is not None:
        clause &= Clause("r.award <= ?", (wanted.award_to,))
    if wanted.entry_flag or wanted.assessment_flag:
        clause &= _flagged(connection, wanted)
    if wanted.issue_code:
        codes = connection.among("i.code", wanted.issue_code)
        codes &= _in_components(connection, "i", wanted)
        clause &= Clause(
            "EXISTS (SELECT 1 FROM issue i"  # noqa: S608 - clauses are ours
            f" WHERE i.registration_id = c.registration_id AND {codes.text})",
            codes.params,
        )
    return clause


def issue_clause(connection: Connection, wanted: LearnerFilter) -> Clause:
    """Which issues `i` of the learners it is about: those of its codes and components."""
    clause = _in_components(connection, "i", wanted)
    return clause & connection.among("i.code", wanted.issue_code) if wanted.issue_code else clause


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
    clause = _in_components(connection, "f", wanted)
    for kind, codes in (("ENTRY", wanted.entry_flag), ("ASSESSMENT", wanted.assessment_flag)):
        if codes:
            among = connection.among("x.code", codes)
            clause &= Clause(
                "EXISTS (SELECT 1 FROM flag x WHERE x.component_id = f.component_id"  # noqa: S608
                f" AND x.kind = '{kind}' AND {among.text})",
                among.params,
            )
    return Clause(
        "EXISTS (SELECT 1 FROM flag f WHERE f.registration_id = c.registration_id"  # noqa: S608
        f" AND f.kind = 'ENTRY' AND {clause.text})",
        clause.params,
    )


def _in_components(connection: Connection, alias: str, wanted: LearnerFilter) -> Clause:
    if not wanted.component:
        return ALWAYS
    return connection.among(f"{alias}.component_type", wanted.component)

"""Merges staged rows into tables: inserts new ones, updates changed ones, leaves the rest."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from database.connection import Connection
from database.temporary_tables import create_temporary_from
from exchange.feed.contract import FILE_BY_NAME, NOT_IN_FULL_FEED
from exchange.feed.holds import UNSETTLED
from exchange.feed.staging import stage_name


class Merge(NamedTuple):
    """How the staged rows `s` of one file become rows of its table, seen as `t`."""

    file: str
    table: str
    match: Mapping[str, str]
    """Columns that identify a row, each with its expression over the stage and joins."""
    values: Mapping[str, str]
    """Further columns with the staged column each is taken from."""
    joins: str = ""
    computed: Mapping[str, str] = {}
    """Further columns with an expression of their own."""
    kept: Mapping[str, str] = {}
    """What stays of a column that the feed does not name, where that is not just what is stored."""
    opened: frozenset[str] = frozenset()
    """Columns whose default a full feed gives to the rows it mentions, if it does not name them."""
    fixed: Mapping[str, str] = {}
    """Columns set when a row is inserted and never touched by a feed again."""
    versioned: bool = False
    """Whether the row's version rises with every change."""


class MergeCounts(NamedTuple):
    """What became of the rows of one file."""

    created: int = 0
    changed: int = 0
    same: int = 0


_CENTRE_JOIN = "JOIN centre c ON c.number = s.centre_number"
_REGISTRATION_JOIN = "JOIN registration r ON r.ref = s.registration_ref"

# A component that stays complete keeps the day that DAS named, or the one that was found for it.
_VISIBLE_FROM = """
    CASE WHEN {complete} AND t.complete THEN COALESCE({visible_from}, t.visible_from)
    ELSE {visible_from} END
"""
_HELD_UNTIL = f"""
    CASE WHEN NOT {{complete}} OR {{visible_from}} IS NOT NULL THEN NULL
    WHEN t.complete THEN t.held_until ELSE '{UNSETTLED}' END
"""
_KEEP_USER_EDIT = "CASE WHEN t.award_source = 'USER' THEN t.award ELSE {anticipated_award} END"


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


MERGES: tuple[Merge, ...] = (
    Merge(
        "centres.csv",
        "centre",
        {"number": "s.centre_number"},
        _same("name", "dfe_number", "status", "status_raw"),
    ),
    Merge(
        "requirements.csv",
        "requirement",
        {"level": "s.level", "component": "s.component"},
        _same("qualification_levels", "glh", "min_glh"),
    ),
    Merge(
        "lines.csv",
        "line_of_learning",
        {"code": "s.line"},
        _same("name", "phase", "active"),
        opened=frozenset({"active"}),
    ),
    Merge(
        "series.csv",
        "exam_series",
        {"month": "s.series_month"},
        _same("results_month", "results_year_offset"),
    ),
    Merge(
        "qualifications.csv",
        "qualification",
        {"qan": "s.qan"},
        _same(
            *("title", "awarding_body", "component", "level", "lines", "glh", "barring_code"),
            *("track", "valid_from", "valid_to", "post_sixteen_only", "grade_levels"),
        ),
        computed={
            "requires_award_entry": "COALESCE({requires_award_entry}, s.track = 'UNITS')",
        },
    ),
    Merge(
        "units.csv",
        "unit",
        {"qan": "s.qan", "code": "s.unit"},
        _same("title", "assessment", "required"),
    ),
    Merge(
        "windows.csv",
        "submission_window",
        {"series": "s.series", "unit": "s.unit"},
        _same("opens_on", "closes_on"),
    ),
    Merge(
        "learners.csv",
        "learner",
        {"ref": "s.learner_ref"},
        _same(
            *("uln", "uln_verified", "given_name", "family_name", "name_key"),
            *("date_of_birth", "uci", "upn"),
        ),
    ),
    Merge(
        "registrations.csv",
        "registration",
        {"ref": "s.registration_ref"},
        {
            **_same("line", "level", "registered_on", "status", "status_raw"),
            **_same("claim_status", "claim_status_raw"),
            "feed_award": "anticipated_award",
        },
        joins=f"{_CENTRE_JOIN} JOIN learner l ON l.ref = s.learner_ref",
        computed={"learner_id": "l.id", "centre_id": "c.id", "award": _KEEP_USER_EDIT},
        fixed={"award_source": "'FEED'", "version": "1"},
        versioned=True,
    ),
    Merge(
        "verifications.csv",
        "verification",
        {"centre_id": "c.id", "qan": "s.qan", "academic_year": "s.academic_year"},
        _same("state", "state_raw", "verified_on"),
        joins=_CENTRE_JOIN,
    ),
    Merge(
        "das.csv",
        "das_record",
        {"registration_id": "r.id"},
        _same(
            *("uln", "line", "level", "given_name", "family_name", "date_of_birth", "plts"),
            *("work_experience", "claim_status", "claim_status_raw", "fetched_at"),
        ),
        joins=_REGISTRATION_JOIN,
        computed={"centre_id": "r.centre_id"},
    ),
    Merge(
        "das_components.csv",
        "das_component",
        {"registration_id": "r.id", "component": "s.component"},
        _same("complete"),
        joins=_REGISTRATION_JOIN,
        computed={
            "centre_id": "r.centre_id",
            "visible_from": _VISIBLE_FROM,
            "held_until": _HELD_UNTIL,
        },
    ),
)

MERGE_BY_FILE: Mapping[str, Merge] = {merge.file: merge for merge in MERGES}


def ready_name(file: str) -> str:
    """The temporary table of rows that are ready to be written."""
    return f"ready_{FILE_BY_NAME[file].stem}"


async def prepare(
    connection: Connection,
    merge: Merge,
    header: frozenset[str],
    *,
    few: bool,
    full: bool = False,
    always: bool = False,
) -> MergeCounts:
    """Put the rows as they will be beside the rows as they are; how many are new and changed.

    Columns that the header does not name keep what they hold; new rows get their default. In a
    full feed, so do rows that another one has closed. Of a few rows that are all as they were no
    table is made, unless `always`: that takes PostgreSQL longer than to compare them.
    """
    expressions = expressions_of(merge, header, full=full)
    match = " AND ".join(f"t.{name} = {source}" for name, source in merge.match.items())
    differs = " OR ".join(
        f"t.{name} {connection.differs} {expression}" for name, expression in expressions.items()
    )
    columns = ", ".join(
        f"{expression} AS {name}" for name, expression in {**merge.match, **expressions}.items()
    )
    stage, ready = stage_name(FILE_BY_NAME[merge.file]), ready_name(merge.file)
    rows = (
        f"SELECT s.row_number, t.id AS target_id, (t.id IS NOT NULL AND ({differs})) AS changed,"  # noqa: S608 - names are ours
        f" {columns} FROM {stage} s {merge.joins} LEFT JOIN {merge.table} t ON {match}"
    )
    counts = await count(connection, f"({rows})") if few and not always else None
    if counts is None or counts.created or counts.changed:
        await create_temporary_from(connection, ready, rows, few=few)
    return counts or await count(connection, ready)


def expressions_of(merge: Merge, header: frozenset[str], *, full: bool = False) -> dict[str, str]:
    """The value of each column of the table: staged, or kept where the feed does not say."""
    file = FILE_BY_NAME[merge.file]
    columns, names = file.columns, tuple[str, ...](file.names or ())

    def staged(name: str) -> str:
        sources = names if name == "name_key" else (name.removesuffix("_raw"),)
        if not header.isdisjoint(sources):
            return f's."{name}"'
        own = sources[-1]
        default = _literal(columns[own].default)
        if full and name in merge.opened:
            return default
        kept = merge.kept.get(name, f"COALESCE(t.{_target(merge, name)}, {default})")
        if columns[own].status and columns[own].default:
            # What a full feed closed is open again once it is mentioned.
            return f"CASE WHEN t.{own}_raw = '{NOT_IN_FULL_FEED}' THEN {default} ELSE {kept} END"
        return kept

    sources = {target: staged(source) for target, source in merge.values.items()}
    named = {name: staged(name) for name in columns}
    computed = {name: text.format_map(named) for name, text in merge.computed.items()}
    return sources | computed


def _target(merge: Merge, staged: str) -> str:
    """The column of the table that a staged column goes to."""
    return next((name for name, source in merge.values.items() if source == staged), staged)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"'{value}'"


async def count(connection: Connection, ready: str) -> MergeCounts:
    """How many rows of a ready table, or of a query for one, are new, changed and as they were."""
    rows = await connection.tuples(
        "SELECT COALESCE(SUM(CASE WHEN target_id IS NULL THEN 1 ELSE 0 END), 0),"  # noqa: S608
        " COALESCE(SUM(CASE WHEN changed THEN 1 ELSE 0 END), 0), COUNT(*)"
        f" FROM {ready} r"
    )
    created, changed, total = (int(value) for value in rows[0])
    return MergeCounts(created, changed, total - created - changed)


async def write(
    connection: Connection, merge: Merge, counts: MergeCounts, *, further: Iterable[str] = ()
) -> None:
    """Update what changed, then insert what is new; `further` names more columns that are ready."""
    columns = [*merge.match, *merge.values, *merge.computed, *further]
    if counts.changed:
        await _update(connection, merge, [name for name in columns if name not in merge.match])
    if counts.created:
        names = ", ".join([*columns, *merge.fixed])
        values = ", ".join([*(f"r.{name}" for name in columns), *merge.fixed.values()])
        await connection.execute(
            f"INSERT INTO {merge.table} ({names}) SELECT {values} FROM {ready_name(merge.file)} r"  # noqa: S608 - names are ours
            " WHERE r.target_id IS NULL ORDER BY r.row_number"
        )


async def _update(connection: Connection, merge: Merge, columns: Iterable[str]) -> None:
    ready = ready_name(merge.file)
    if merge.table == "learner":
        await _free_ulns(connection, ready)
    sets = ", ".join(f"{name} = r.{name}" for name in columns)
    if merge.versioned:
        sets += ", version = version + 1"
    await connection.execute(
        f"UPDATE {merge.table} SET {sets} FROM {ready} r"  # noqa: S608 - names are ours
        f" WHERE {merge.table}.id = r.target_id AND r.changed"
    )


async def follow_registrations(connection: Connection) -> None:
    """What hangs on a registration moves with it to another centre."""
    for table in ("das_record", "das_component", "declaration"):
        await connection.execute(
            f"UPDATE {table} SET centre_id = r.centre_id FROM ready_registrations r"  # noqa: S608 - names are ours
            f" WHERE {table}.registration_id = r.target_id AND r.changed"
            f" AND {table}.centre_id <> r.centre_id"
        )


async def _free_ulns(connection: Connection, ready: str) -> None:
    """Let two learners swap their ULNs within one feed."""
    await connection.execute(
        f"UPDATE learner SET uln = NULL FROM {ready} r"  # noqa: S608 - names are ours
        f" WHERE learner.id = r.target_id AND r.changed AND learner.uln {connection.differs} r.uln"
    )

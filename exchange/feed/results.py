"""Results that the scale of their component does not know: they count for nothing, and are told."""

from typing import Final

from database.connection import Connection
from domain.results import SCALES
from domain.vocabulary import ComponentType, EntryStatus
from exchange.feed.problems import FeedProblem, Problems

_CODE: Final = "UNKNOWN_RESULT"

_OFF_SCALE: Final = " OR ".join(
    f"{{component}} = '{component}' AND {{result}} NOT IN ({', '.join(map(repr, scale))})"
    for component, scale in SCALES.items()
)


def _off_scale(entry: str, qualification: str) -> str:
    """The result of a whole qualification is none of the scale of its component."""
    odd = _OFF_SCALE.format(component=f"{qualification}.component", result=f"{entry}.result")
    return f"{entry}.kind <> 'UNIT' AND {entry}.result IS NOT NULL AND ({odd})"


async def warn_of_results(connection: Connection, problems: Problems) -> None:
    """Tell which results of the entries that are ready to be written are off their scale."""
    # The next feed's table may have columns of other types, which a kept plan does not bear.
    rows = await connection.tuples(
        "SELECT r.row_number, CAST(r.result AS text), q.component FROM ready_entries r"  # noqa: S608 - names and words are ours
        f" JOIN qualification q ON q.qan = r.qan WHERE {_off_scale('r', 'q')}"
        " ORDER BY r.row_number"
    )
    for number, result, component in rows:
        message = f"{_expected(component)} The result is kept, and counts for nothing."
        problems.warn(FeedProblem("entries.csv", number, "result", _CODE, result, message))


async def warn_of_components(
    connection: Connection, problems: Problems, *, entries_follow: bool
) -> None:
    """Tell of known entries whose result is off the scale that ready qualifications bring.

    Where `entries_follow` in the same feed, those that it mentions are told of with their row.
    """
    unmentioned = "NOT EXISTS (SELECT 1 FROM stage_entries s WHERE s.entry_ref = e.ref)"
    rows = await connection.tuples(
        "SELECT r.row_number, CAST(r.qan AS text), CAST(r.component AS text), COUNT(*)"  # noqa: S608 - names and words are ours
        " FROM ready_qualifications r JOIN entry e ON e.qan = r.qan"
        " WHERE (r.target_id IS NULL OR r.changed)"
        f" AND e.status <> '{EntryStatus.WITHDRAWN}' AND {_off_scale('e', 'r')}"
        f" AND {unmentioned if entries_follow else 'TRUE'}"
        " GROUP BY r.row_number, r.qan, r.component ORDER BY r.row_number"
    )
    for number, qan, component, count in rows:
        entries = "1 known entry has" if count == 1 else f"{count:,} known entries have"
        message = f"{_expected(component)} {entries} another one, which counts for nothing."
        problems.warn(FeedProblem("qualifications.csv", number, "component", _CODE, qan, message))


def _expected(component: str) -> str:
    kind = ComponentType(component)
    return f"{kind.label} has one of the results {', '.join(SCALES[kind])}."

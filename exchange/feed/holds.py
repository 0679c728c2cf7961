"""Sets the embargo on completeness on DAS that would reveal a result before its release.

The embargo is set once, when DAS first reports a component complete: first to a placeholder
(`UNSETTLED`), then, when all files are written, by the releases of the entries that count to the
component, those of the learner's other courses included. While it lasts, it follows what becomes
known of these releases. Once it is over, or if there was none, no later result makes the
component incomplete again.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from actions.attachment import SUITS
from database.connection import Connection
from domain.catalogue import Catalogue
from domain.embargo import Sitting, held_until
from domain.vocabulary import EntryStatus
from inputs.records import civil_day

UNSETTLED: Final = "9999-12-31"
"""Placeholder for the embargo of a component that has just turned complete."""


class _Held(msgspec.Struct, frozen=True, gc=False):
    """A component under embargo, with one of its entries if it has any."""

    id: int
    held_until: date
    fetched_at: datetime | None
    entry_id: int | None
    series: str | None
    result: str | None
    result_release_on: date | None


async def settle_holds(
    connection: Connection, catalogue: Catalogue, learner_ids: Sequence[int], day: date
) -> None:
    """Say until when the completeness of some learners' components is held back after a day."""
    among = connection.among("r.learner_id", learner_ids)
    rows = await connection.rows(
        _Held,
        "SELECT k.id, k.held_until, d.fetched_at, e.id, e.series, e.result, e.result_release_on"  # noqa: S608 - names are ours
        " FROM registration r JOIN das_component k ON k.registration_id = r.id"
        " LEFT JOIN das_record d ON d.registration_id = r.id"
        " LEFT JOIN entry e ON e.learner_id = r.learner_id AND e.component = k.component"
        f" AND e.status <> '{EntryStatus.WITHDRAWN}' AND (e.registration_id = r.id OR {SUITS})"
        f" WHERE k.held_until > ? AND {among.text}",
        day,
        *among.params,
    )
    groups: dict[int, list[_Held]] = defaultdict(list)
    for row in rows:
        groups[row.id].append(row)
    changed = [
        (until, key)
        for key, group in groups.items()
        if (until := _until(group, catalogue, day)) != group[0].held_until
    ]
    if changed:
        await connection.execute_many(
            "UPDATE das_component SET held_until = ? WHERE id = ?", changed
        )


def _until(group: Sequence[_Held], catalogue: Catalogue, day: date) -> date | None:
    fetched_at = group[0].fetched_at
    told_on = civil_day(fetched_at) if fetched_at else day
    sittings = (
        Sitting(row.series, row.result, row.result_release_on)
        for row in group
        if row.entry_id is not None
    )
    return held_until(sittings, catalogue, told_on)

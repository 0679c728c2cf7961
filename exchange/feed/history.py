"""Writes what a feed changes in learners and registrations to their history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from auth.viewer import Viewer
from database.connection import Connection
from exchange.feed.closing import CLOSINGS
from exchange.feed.merge import ready_name


class _Told(NamedTuple):
    """How one field is recorded, as SQL: value before and after, condition, and centre."""

    field: str
    before: str
    after: str
    when: str = "TRUE"
    centre: str = "t.centre_id"


class _Recorded(NamedTuple):
    """What is recorded of one file's rows; results and birth dates never are."""

    object_type: str
    table: str
    learner: str
    fields: Sequence[_Told]
    joins: str = ""


def _columns(*names: str, centre: str = "t.centre_id") -> Iterator[_Told]:
    return (_Told(name, f"t.{name}", f"r.{name}", centre=centre) for name in names)


_MOVE: Final = (
    "(SELECT o.number FROM centre o WHERE o.id = t.centre_id)",
    "(SELECT n.number FROM centre n WHERE n.id = r.centre_id)",
)

_RECORDED: Final[Mapping[str, _Recorded]] = {
    "learners.csv": _Recorded(
        "LEARNER",
        "learner",
        "t.id",
        (*_columns("uln", "given_name", "family_name", centre="k.centre_id"),),
        # Every centre of a learner's hears of a new name, once however many courses it has.
        "JOIN completion k ON k.learner_id = t.id AND k.foremost",
    ),
    "registrations.csv": _Recorded(
        "REGISTRATION",
        "registration",
        "t.learner_id",
        (
            *_columns("line", "level", "award", "status", "claim_status"),
            # Beside a month that a user set; otherwise `award` tells of it.
            _Told("awarding_body_award", "t.feed_award", "r.feed_award", "t.award_source = 'USER'"),
            # Both centres hear of a move.
            _Told("centre", *_MOVE),
            _Told("centre", *_MOVE, centre="r.centre_id"),
        ),
    ),
}
_INSERT: Final = (
    "INSERT INTO change (at, source, actor_id, centre_id, learner_id, object_type, object_id,"
    " field, before, after, request_id)"
)


async def record_merge(connection: Connection, file: str, viewer: Viewer, now: datetime) -> None:
    """Keep what the ready rows of a file will change, while the rows are as they were."""
    told = _RECORDED.get(file)
    if told is None:
        return
    for one in told.fields:
        await connection.execute(
            f"{_INSERT} SELECT ?, 'FEED', ?, {one.centre}, {told.learner}, ?, t.id, ?,"  # noqa: S608 - names are ours
            f" {one.before}, {one.after}, ? FROM {ready_name(file)} r"
            f" JOIN {told.table} t ON t.id = r.target_id {told.joins}"
            f" WHERE r.changed AND {one.when} AND {one.before} {connection.differs} {one.after}",
            *(now, viewer.user_id, told.object_type, one.field, viewer.request_id),
        )


async def record_closing(connection: Connection, file: str, viewer: Viewer, now: datetime) -> None:
    """Keep which registrations a full feed withdraws, while they are as they were."""
    if file != "registrations.csv":
        return
    unmentioned = CLOSINGS[file].unmentioned
    await connection.execute(
        f"{_INSERT} SELECT ?, 'FEED', ?, t.centre_id, t.learner_id, 'REGISTRATION', t.id,"  # noqa: S608 - names are ours
        f" 'status', t.status, 'WITHDRAWN', ? FROM registration t WHERE {unmentioned}",
        *(now, viewer.user_id, viewer.request_id),
    )

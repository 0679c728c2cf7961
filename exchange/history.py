"""What a feed changes of learners and registrations, kept in their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from auth.viewer import Viewer
from exchange.closing import CLOSINGS
from exchange.merge import ready_name
from models.database import Connection


class _Recorded(NamedTuple):
    """Whose history it is, and which columns are told; results and birth dates never are."""

    object_type: str
    table: str
    learner: str
    centre: str
    columns: tuple[str, ...]
    joins: str = ""


class _Further(NamedTuple):
    """What is told of a row besides its columns, and where."""

    field: str
    before: str
    after: str
    when: str = "TRUE"
    centre: str = "t.centre_id"


_MOVE: Final = (
    "(SELECT o.number FROM centre o WHERE o.id = t.centre_id)",
    "(SELECT n.number FROM centre n WHERE n.id = r.centre_id)",
)
"""To another centre; both tell of it."""

_RECORDED: Final[Mapping[str, _Recorded]] = {
    "learners.csv": _Recorded(
        "LEARNER",
        "learner",
        "t.id",
        "k.centre_id",
        ("uln", "given_name", "family_name"),
        "JOIN completion k ON k.learner_id = t.id AND k.place = 1",
    ),
    "registrations.csv": _Recorded(
        "REGISTRATION",
        "registration",
        "t.learner_id",
        "t.centre_id",
        ("line", "level", "award", "status", "claim_status"),
    ),
}
# A month that is edited stands beside that of the awarding body, of which nothing else tells then.
_FURTHER: Final[Mapping[str, Sequence[_Further]]] = {
    "registrations.csv": (
        _Further("awarding_body_award", "t.feed_award", "r.feed_award", "t.award_source = 'USER'"),
        _Further("centre", *_MOVE),
        _Further("centre", *_MOVE, centre="r.centre_id"),
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
    columns = (
        _Further(name, f"t.{name}", f"r.{name}", centre=told.centre) for name in told.columns
    )
    for one in (*columns, *_FURTHER.get(file, ())):
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

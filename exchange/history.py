"""What a feed changes of learners and registrations, kept in their history."""

from collections.abc import Mapping
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
_INSERT: Final = (
    "INSERT INTO change (at, source, actor_id, centre_id, learner_id, object_type, object_id,"
    " field, before, after, request_id)"
)


async def record_merge(connection: Connection, file: str, viewer: Viewer, now: datetime) -> None:
    """Keep what the ready rows of a file will change, while the rows are as they were."""
    told = _RECORDED.get(file)
    if told is None:
        return
    for column in told.columns:
        await connection.execute(
            f"{_INSERT} SELECT ?, 'FEED', ?, {told.centre}, {told.learner}, ?, t.id, ?,"  # noqa: S608 - names are ours
            f" t.{column}, r.{column}, ? FROM {ready_name(file)} r"
            f" JOIN {told.table} t ON t.id = r.target_id {told.joins}"
            f" WHERE r.changed AND t.{column} {connection.differs} r.{column}",
            *(now, viewer.user_id, told.object_type, column, viewer.request_id),
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

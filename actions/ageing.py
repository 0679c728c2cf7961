"""Rows that retention deletes by age alone: the log, tokens, and traces of feeds and mails."""

from typing import Final, NamedTuple

from database.connection import Connection
from domain.retention import Limits

BATCH: Final = 5_000
"""Rows deleted in one transaction."""


class Aged(NamedTuple):
    """A kind of row that is deleted once a column lies before a limit."""

    what: str
    """For people, in the plural."""
    table: str
    removal: str
    """The statement up to its condition."""
    condition: str
    limit: str
    """Which of the limits."""

    async def number(self, connection: Connection, limits: Limits) -> int:
        """How many there are."""
        return await connection.number(
            f"SELECT COUNT(*) FROM {self.table} WHERE {self.condition}",  # noqa: S608 - names are ours
            getattr(limits, self.limit),
        )

    async def remove(self, connection: Connection, limits: Limits) -> int:
        """Remove a batch of them; how many."""
        rows = await connection.tuples(
            f"{self.removal} WHERE id IN (SELECT id FROM {self.table} WHERE {self.condition}"  # noqa: S608 - names are ours
            f" ORDER BY id LIMIT {BATCH}) RETURNING id",
            getattr(limits, self.limit),
        )
        return len(rows)


UNMATCHED: Final = "entries that belong to nobody"

AGED: Final = (
    Aged(
        UNMATCHED,
        "entry",
        "DELETE FROM entry",
        "learner_id IS NULL AND suspected_id IS NULL AND entered_on < ?",
        "entered",
    ),
    Aged("pseudonymous records", "past_record", "DELETE FROM past_record", "award < ?", "past"),
    # What was removed by retention holds nobody's data, and is the proof that it was done.
    Aged("events", "event", "DELETE FROM event", "at < ? AND kind <> 'RETENTION_APPLIED'", "log"),
    Aged("sessions", "session", "DELETE FROM session", "expires_at < ?", "log"),
    Aged(
        "tokens from mails",
        "one_time_token",
        "DELETE FROM one_time_token",
        "expires_at < ?",
        "token",
    ),
    Aged("mails", "letter", "DELETE FROM letter", "closed_at < ?", "feed"),
    Aged("keys of bulk edits", "bulk_edit", "DELETE FROM bulk_edit", "at < ?", "feed"),
    Aged(
        "feeds whose problems are listed",
        "feed_run",
        "UPDATE feed_run SET problems = '[]', warnings = '[]'",
        "finished_at < ? AND (problems <> '[]' OR warnings <> '[]')",
        "feed",
    ),
)

"""Queues e-mails in the transaction that they tell of; `server/mail/` sends them."""

from datetime import datetime

import orjson

from database.connection import Connection
from domain.letters import LetterKind


async def write_letter(
    connection: Connection, kind: LetterKind, recipient: str, now: datetime, **facts: str | None
) -> None:
    """Put a mail into the post, which goes out once the transaction is done."""
    await connection.execute(
        "INSERT INTO letter (kind, recipient, facts, created_at, due_at, attempts)"
        " VALUES (?, ?, ?, ?, ?, 0)",
        kind.value,
        recipient,
        orjson.dumps(facts).decode(),
        now,
        now,
    )

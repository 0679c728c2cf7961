"""Versions of centres, by which caches of counts know that they are out of date.

A version is a random number, not a counter: a counter could repeat a value that a cache still holds
after a restore, or after a standby that lacks the last transactions takes over.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from database.connection import Connection
from database.query import Dialect

_BITS: Final = 62
"""Bits of a version: it must fit the database's integers, sign included."""


async def centres_of(connection: Connection, learner_ids: Sequence[int]) -> set[int]:
    """The centres at which learners are registered, or were when they were last derived."""
    among = connection.among("learner_id", learner_ids)
    rows = await connection.tuples(
        f"SELECT centre_id FROM registration WHERE {among.text}"  # noqa: S608 - names are ours
        f" UNION SELECT centre_id FROM completion WHERE {among.text}",
        *among.params,
        *among.params,
    )
    return {row[0] for row in rows}


async def change_versions(connection: Connection, centre_ids: Iterable[int]) -> None:
    """Something that is counted may have changed at these centres; the last step of a transaction.

    Others who change something there wait until the transaction ends. Everybody locks in the same
    order, and nothing else afterwards.
    """
    among = connection.among("id", sorted(centre_ids))
    if connection.dialect is Dialect.POSTGRESQL:
        await connection.execute(
            f"SELECT id FROM centre WHERE {among.text} ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            *among.params,
        )
    await connection.execute(
        f"UPDATE centre SET version = ? WHERE {among.text}",  # noqa: S608
        secrets.randbits(_BITS),
        *among.params,
    )

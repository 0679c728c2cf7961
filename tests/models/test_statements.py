"""Statements: the same door to both databases."""

from datetime import UTC, datetime

import msgspec

from models.database import Database

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Published(msgspec.Struct, frozen=True):
    id: int
    version: str
    published_at: datetime


async def test_what_a_change_returns_is_read_like_the_rows_of_a_query(database: Database) -> None:
    async with database.transaction() as connection:
        (added,) = await connection.rows(
            Published,
            "INSERT INTO terms (version, title, body, published_at) VALUES ('2', 'T', 'B', ?)"
            " RETURNING id, version, published_at",
            AT,
        )
        changed = await connection.tuples(
            "UPDATE terms SET title = 'U' WHERE version = ? RETURNING version, title", "2"
        )
        unchanged = await connection.tuples(
            "UPDATE terms SET title = 'U' WHERE version = ? RETURNING id", "none"
        )
        removed = await connection.tuples(
            "DELETE FROM terms WHERE id = ? RETURNING version, id", added.id
        )

    assert (added.version, added.published_at) == ("2", AT)
    assert [tuple(row) for row in changed] == [("2", "U")]
    assert list(unchanged) == []
    assert [tuple(row) for row in removed] == [("2", added.id)]

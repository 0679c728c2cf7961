"""Consortia: one file that fills two tables."""

from database.connection import Connection
from database.temporary_tables import create_temporary_from
from exchange.feed.merge import MergeCounts, count, ready_name


async def merge_consortia(connection: Connection, *, few: bool) -> MergeCounts:
    """Create and rename consortia, and add the memberships that are missing."""
    await create_temporary_from(
        connection,
        "ready_consortia",
        """
        SELECT s.row_number, s.consortium_code AS code, s.consortium_name AS name,
            c.id AS centre_id, k.id AS consortium_id, m.id AS target_id,
            (m.id IS NOT NULL AND k.name <> s.consortium_name) AS changed
        FROM stage_consortia s JOIN centre c ON c.number = s.centre_number
        LEFT JOIN consortium k ON k.code = s.consortium_code
        LEFT JOIN consortium_centre m ON m.consortium_id = k.id AND m.centre_id = c.id
        """,
        few=few,
    )
    await connection.execute(
        """
        UPDATE consortium SET name = (
            SELECT MAX(r.name) FROM ready_consortia r WHERE r.code = consortium.code)
        WHERE code IN (SELECT r.code FROM ready_consortia r WHERE r.name <> consortium.name)
        """
    )
    await connection.execute(
        """
        INSERT INTO consortium (code, name)
        SELECT code, MAX(name) FROM ready_consortia WHERE consortium_id IS NULL
        GROUP BY code ORDER BY code
        """
    )
    await connection.execute(
        """
        INSERT INTO consortium_centre (consortium_id, centre_id)
        SELECT k.id, r.centre_id FROM ready_consortia r JOIN consortium k ON k.code = r.code
        WHERE r.target_id IS NULL ORDER BY r.row_number
        """
    )
    return await count(connection, ready_name("consortia.csv"))

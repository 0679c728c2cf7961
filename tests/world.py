"""A database in which every field of the graph has something to answer."""

from typing import Any

from auth.permissions import GrantKind, Role
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database
from domain.identifiers import YearMonth
from schema.ids import encode_id
from tests.callers import CallerMaker, now


class World:
    """A database with everything there is to ask for, at one centre."""

    def __init__(self, database: Database, known: dict[str, Any], maker: CallerMaker) -> None:
        self.database = database
        self.known = known
        self.maker = maker
        self._made = 0

    @property
    def centre(self) -> str:
        return str(self.known["centre"])

    @property
    def editor(self) -> Viewer:
        """Somebody at the centre who may edit."""
        centre_id = int(self.known["centre_id"])
        held = HeldGrant(1, centre_id, GrantKind.CENTRE, Role.ADMINISTRATOR)
        return Viewer(1, "editor@example.org", "Ed Itor", grants=Grants([held]))

    def month(self) -> str:
        """An award month that nobody was given yet."""
        self._made += 1
        return str(YearMonth(2011, 1).plus(self._made))

    def qan(self) -> str:
        """A QAN that nobody was given yet and no catalogue holds."""
        self._made += 1
        return f"700/{self._made:04}/X"

    async def state(self) -> Any:
        """What no refused mutation may change."""
        return [
            tuple(row)
            for row in await self.database.reader.tuples(
                "SELECT (SELECT COUNT(*) FROM change), (SELECT COUNT(*) FROM letter),"
                " (SELECT COUNT(*) FROM api_token WHERE revoked_at IS NULL),"
                " (SELECT COUNT(*) FROM terms), (SELECT COUNT(*) FROM terms_acceptance),"
                " (SELECT SUM(version) FROM access_grant),"
                " (SELECT COUNT(*) FROM session WHERE ended_at IS NULL),"
                " (SELECT COUNT(*) FROM account WHERE disabled_at IS NULL),"
                " (SELECT SUM(version) FROM registration), (SELECT SUM(version) FROM issue),"
                " (SELECT COUNT(*) FROM declaration WHERE removed_at IS NULL)"
            )
        ]


async def existing(database: Database) -> dict[str, Any]:
    """Things that exist at one centre, for the documents to ask for."""
    ((centre_id, centre),) = await database.reader.tuples("SELECT id, number FROM centre")
    ((consortium,),) = await database.reader.tuples("SELECT MIN(code) FROM consortium")
    ((learner_id, uln, name),) = await database.reader.tuples(
        "SELECT id, uln, family_name FROM learner WHERE uln IS NOT NULL ORDER BY id LIMIT 1"
    )
    ((qan,),) = await database.reader.tuples("SELECT MIN(qan) FROM qualification")
    ((component_id, line, level),) = await database.reader.tuples(
        "SELECT k.id, r.line, r.level FROM component k JOIN registration r"
        " ON r.id = k.registration_id WHERE k.type = 'PROJECT' ORDER BY k.id LIMIT 1"
    )
    ((run_id,),) = await database.reader.tuples("SELECT MAX(id) FROM feed_run")
    return {
        "centre_id": centre_id,
        "centre": centre,
        "consortium": consortium,
        "uln": uln,
        "name": name,
        "qan": qan,
        "id": encode_id("Learner", learner_id),
        "line": line,
        "level": level,
        "component": encode_id("Component", component_id),
        "run": encode_id("FeedRun", run_id),
    }


async def with_every_value(database: Database, centre_id: int) -> None:
    """Give every guarded field something to hide."""
    async with database.transaction() as connection:
        await connection.execute("UPDATE learner SET upn = 'A123456789012' WHERE upn IS NULL")
        await connection.execute(
            "UPDATE issue SET acknowledged_at = ?, acknowledged_by_id ="
            " (SELECT MIN(id) FROM account)",
            now(),
        )
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at,"
            " created_by_id) SELECT r.id, r.centre_id, 'PROJECT', '500/1234/5', ?,"
            " (SELECT MIN(id) FROM account) FROM registration r",
            now(),
        )
        await connection.execute(
            "INSERT INTO event (at, kind, centre_id, address)"
            " VALUES (?, 'RECORD_READ', ?, '192.0.2.1')",
            now(),
            centre_id,
        )
        await connection.execute(
            "INSERT INTO change (at, source, actor_id, centre_id, learner_id, object_type,"
            " object_id, field, after) SELECT ?, 'USER', (SELECT MIN(id) FROM account),"
            " centre_id, learner_id, 'REGISTRATION', id, 'line', line FROM registration",
            now(),
        )

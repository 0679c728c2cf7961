"""What the tests of the log share: people of every kind, and the log as each of them sees it."""

from typing import Any

from auth.permissions import GrantKind, Role, Staff
from database.connection import Database
from tests.exchange.feeds import EAST, WEST
from tests.factories import Caller, Served, add_user, log_in

LOG = """
query (
  $centre: CentreNumber, $filter: EventFilter, $first: Int! = 100, $after: String
) {
  accessLog(centre: $centre, filter: $filter, first: $first, after: $after) {
    totalCount
    nodes {
      at kind standing user code subject requestId
      actor { name email } centre { number } learner { uln }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
RECORD = "query ($uln: ULN!) { learner(uln: $uln) { name } }"
READS = {"kinds": ["RECORD_READ"]}
REFUSALS = {"kinds": ["REFUSED"]}

WESTERN, EASTERN = "manager@west.example.org", "manager@east.example.org"
COLLEAGUE, GUEST = "colleague@west.example.org", "guest@west.example.org"
SUPPORT, OPERATOR = "support@example.org", "operator@example.org"


async def people(database: Database, west: str = WEST, east: str = EAST) -> None:
    """Somebody of every kind."""
    for email, centre in ((WESTERN, west), (EASTERN, east)):
        await add_user(database, email, centre, role=Role.ADMINISTRATOR, manages_users=True)
    await add_user(database, COLLEAGUE, west)
    await add_user(database, GUEST, west, kind=GrantKind.NON_CENTRE)
    await add_user(database, SUPPORT, staff=Staff.SUPPORT)
    await add_user(database, OPERATOR, staff=Staff.OPERATOR)


class World:
    """A server over the tiny feed, and whoever logs in there."""

    def __init__(self, client: Served, database: Database) -> None:
        self.client = client
        self.database = database
        self._callers: dict[str, Caller] = {}

    async def caller(self, email: str) -> Caller:
        """Somebody, logged in once."""
        if email not in self._callers:
            self._callers[email] = await log_in(self.client, email)
        return self._callers[email]

    async def data(self, email: str, query: str, **variables: Any) -> Any:
        return await (await self.caller(email)).data(query, **variables)

    async def ask(self, email: str, query: str, **variables: Any) -> dict[str, Any]:
        return await (await self.caller(email)).ask(query, **variables)

    async def log(
        self, email: str, centre: str | None = None, **variables: Any
    ) -> list[dict[str, Any]]:
        """The log as somebody sees it, counted as long as it is."""
        found = (await self.data(email, LOG, centre=centre, **variables))["accessLog"]
        assert found["totalCount"] == len(found["nodes"])
        nodes: list[dict[str, Any]] = found["nodes"]
        return nodes


def who_and_whom(nodes: list[dict[str, Any]]) -> list[tuple[str | None, str | None]]:
    """The actor's e-mail and the learner's ULN of each event."""
    return [
        (node["actor"]["email"], node["learner"]["uln"] if node["learner"] else None)
        for node in nodes
    ]

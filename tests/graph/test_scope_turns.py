"""What is in reach follows rights, accounts and moves with the next request."""

from datetime import UTC, datetime
from pathlib import Path

from actions.access import end_access, set_access
from actions.grants import Rights
from auth.permissions import GrantKind
from auth.viewer import CONSOLE
from database.connection import Database
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    EAST,
    SPARE_ULN,
    WEST,
    begin,
    find,
    send,
    tiny_feed,
)
from tests.factories import Caller, add_user, log_in, served
from tests.graph.asking import (
    LEARNER_BY_ULN,
    OVERALL,
    whole,
)


async def test_revoked_access_ends_with_the_next_request_of_an_open_session(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST, EAST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        assert (await caller.data(OVERALL))["learners"]["totalCount"] == 3
        await end_access(
            database,
            CONSOLE,
            centre_number=WEST,
            login="reader@example.org",
            now=datetime.now(UTC),
        )
        data = await caller.data(OVERALL)
        assert data["learners"]["totalCount"] == 1
        assert data["centres"]["nodes"] == [{"number": EAST}]
        assert await whole(caller, LEARNER_BY_ULN, uln=ANNA_ULN) == '{"data": {"learner": null}}'
        await end_access(
            database,
            CONSOLE,
            centre_number=EAST,
            login="reader@example.org",
            now=datetime.now(UTC),
        )
        assert await caller.data(OVERALL) == {
            "centres": {"totalCount": 0, "nodes": []},
            "consortia": {"totalCount": 0, "nodes": []},
            "learners": {"totalCount": 0, "nodes": []},
        }
        assert await caller.data("{ me { email access { kind } } }") == {
            "me": {"email": "reader@example.org", "access": []}
        }


async def test_lesser_rights_count_from_the_next_request_of_an_open_session(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    query = f'{{ learner(uln: "{ANNA_ULN}") {{ name dateOfBirth }} }}'
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        data = await caller.data(query)
        assert data["learner"] == {"name": "Anna Ash", "dateOfBirth": "1993-09-14"}
        await set_access(
            database,
            CONSOLE,
            centre_number=WEST,
            login="reader@example.org",
            rights=Rights(GrantKind.NON_CENTRE),
            now=datetime.now(UTC),
        )
        answer = await caller.ask(query)
        assert answer["data"]["learner"] == {"name": "Anna Ash", "dateOfBirth": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_disabled_account_is_nobody_at_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        assert (await caller.data(OVERALL))["learners"]["totalCount"] == 2
        async with database.transaction() as connection:
            await connection.execute(
                "UPDATE account SET disabled_at = ? WHERE email = ?",
                datetime.now(UTC),
                "reader@example.org",
            )
        assert await whole(caller, OVERALL) == await whole(Caller(client), OVERALL)
        errors = await caller.errors("{ me { email } }")
        assert [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]


async def test_a_learner_who_moves_to_another_centre_is_out_of_reach_of_the_old_one(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "one")
    await add_user(database, "west@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "west@example.org")
        assert (await caller.data(OVERALL))["learners"]["totalCount"] == 2
        feed = tiny_feed()
        find(feed, "registrations.csv", registration_ref="R-ben")["centre_number"] = EAST
        await send(database, tmp_path / "two", feed)
        assert (await caller.data(OVERALL))["learners"]["totalCount"] == 1
        assert await whole(caller, LEARNER_BY_ULN, uln=BEN_ULN) == await whole(
            caller, LEARNER_BY_ULN, uln=SPARE_ULN
        )

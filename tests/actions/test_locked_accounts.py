"""Closing an account and binding it at a centre take turns, over connections of their own."""

import asyncio
from collections.abc import Awaitable

import pytest

from actions import access, accounts
from actions.grants import CENTRE_USER
from auth.permissions import Standing
from auth.viewer import CONSOLE
from database.connection import Connection, Database
from database.opening import open_database
from domain.errors import ProblemError
from tests.actions.meanwhile import meanwhile
from tests.actions.school import ANN, BEA, NOW, SCHOOL, add_person, rows, standings

WAITING = """
    SELECT COUNT(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def lock_bea(connection: Connection) -> None:
    """Somebody changes her account."""
    await connection.execute("UPDATE account SET title = title WHERE email = ?", BEA)


async def until_waiting(database: Database, number: int, task: asyncio.Task[object]) -> None:
    """Go on when so many connections wait for a lock, or the task is done without."""
    while not task.done():
        ((waiting,),) = await rows(database, WAITING)
        if waiting >= number:
            return


async def outcome(work: Awaitable[object]) -> str:
    """DONE, or the code of the refusal."""
    try:
        await work
    except ProblemError as problem:
        return problem.code
    return "DONE"


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_centre_keeps_a_user_when_one_is_closed_out_who_takes_the_place_of_another(
    school: Database, database_url: str
) -> None:
    """Bea is closed, and at that moment bound in place of Ann."""
    await add_person(school, ANN, Standing.CENTRE_USER)
    await add_person(school, BEA)
    other = await open_database(database_url)

    async def replace_ann() -> None:
        await access.set_access(
            other, CONSOLE, centre_number=SCHOOL, login=BEA, rights=CENTRE_USER, now=NOW
        )
        await access.end_access(other, CONSOLE, centre_number=SCHOOL, login=ANN, now=NOW)

    async with meanwhile(other, lock_bea):
        close = accounts.disable_account(school, CONSOLE, BEA, now=NOW)
        closing = asyncio.create_task(outcome(close))
        await until_waiting(other, 1, closing)
        binding = asyncio.create_task(outcome(replace_ann()))
        await until_waiting(other, 2, binding)
    outcomes = await closing, await binding

    await other.close()
    # PostgreSQL says who comes first; whoever it is, one centre user stays.
    left = {
        ("DONE", "USER_NOT_REGISTERED"): {ANN: Standing.CENTRE_USER},
        ("LAST_CENTRE_USER", "DONE"): {BEA: Standing.CENTRE_USER},
    }
    assert outcomes in left
    assert await standings(school) == left[outcomes]

"""explain, for every kind of caller and every field: it says what the table of permissions says."""

import re
from datetime import timedelta
from typing import Final

import pytest

from auth.matrix import FIELDS, AccessOutcome, CallerKind, outcome
from auth.sessions import viewer_by_email, viewer_of
from auth.viewer import ANONYMOUS, Viewer
from cli.graph import OUT_OF_REACH, reasons
from database.connection import Database
from tests.callers import CallerMaker, Made, now

CENTRE: Final = 1
WITH_AN_ADDRESS: Final = [
    kind for kind in CallerKind if kind not in {CallerKind.ANONYMOUS, CallerKind.API_TOKEN}
]
"""A token for programs is not known by the address of its owner."""


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
async def maker(database: Database) -> CallerMaker:
    """Makes callers at a centre."""
    await database.writer.execute(
        "INSERT INTO centre (id, number, name, status) VALUES (?, '10132', 'A', 'OPEN')", CENTRE
    )
    return CallerMaker(database, CENTRE)


async def by_token(database: Database, made: Made) -> Viewer:
    """Who a caller is for the graph."""
    if made.token is None:
        return ANONYMOUS
    found = await viewer_of(
        database, made.token, ANONYMOUS, now=now(), idle=timedelta(hours=1), used=False
    )
    assert found is not None
    return found


def explained(viewer: Viewer, field: str) -> AccessOutcome:
    """What the last reason comes to."""
    _, _, *told = reasons(viewer, field, CENTRE)
    if told[-1] == OUT_OF_REACH:
        return AccessOutcome.NOTHING
    code = re.findall(r"\b[A-Z_]+(?=[.:] )", told[-1])[-1]
    return AccessOutcome.ANSWER if code == "ALLOWED" else AccessOutcome(code)


def contradictions(viewer: Viewer, kind: CallerKind) -> list[tuple[str, AccessOutcome]]:
    """Fields of which something else is said than the policy says, and what."""
    said = ((field, explained(viewer, field)) for field in FIELDS)
    return [(field, word) for field, word in said if word is not outcome(FIELDS[field], kind)]


@pytest.mark.parametrize("kind", CallerKind)
async def test_what_is_explained_is_what_the_policy_says(
    database: Database, maker: CallerMaker, kind: CallerKind
) -> None:
    made = await maker.caller(kind)

    assert contradictions(await by_token(database, made), kind) == []


@pytest.mark.parametrize("kind", WITH_AN_ADDRESS)
async def test_it_is_explained_of_an_address_as_of_whoever_has_it(
    database: Database, maker: CallerMaker, kind: CallerKind
) -> None:
    viewer = await viewer_by_email(database, (await maker.caller(kind)).email)

    assert viewer is not None
    assert contradictions(viewer, kind) == []

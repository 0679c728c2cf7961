"""Documents that chance makes of the schema, as each kind of caller: nothing may break or leak.

`python -m tests.fuzzing --seconds 600 CENTRE_VIEWER` goes on for ten minutes and tells what it saw.
"""

import argparse
import asyncio
import time
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import httpx2
import orjson
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from auth.matrix import CallerKind
from database.connection import Database
from database.opening import open_database
from exchange.refresh import refresh
from schema.ids import encode_id
from server.settings import Settings
from tests.callers import STAFF, CallerMaker
from tests.factories import DAY, import_sample, served

ROOT: Final = Path(__file__).parents[1]
MARKER: Final = "Zqxwv"
"""What every text about the other centre contains."""
AT_ONCE: Final = 100
"""Examples of one draw of the generator; the next draw has another seed."""
USUAL: Final = {
    name: field.default
    for name, field in Settings.model_fields.items()
    if name.startswith("most_cost_")
}
"""What operations may cost where nobody says otherwise."""


class World(NamedTuple):
    """Two centres, of which the callers are let in at one."""

    maker: CallerMaker
    secrets: frozenset[str]
    """What only the other centre knows."""
    ids: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    """Values by scalar, of both centres."""


async def world_of(database: Database, folder: Path) -> World:
    """A sample feed, with a marker in whatever is told of the second centre."""
    await import_sample(database, folder, centres=2, learners=24)
    here, there = [
        (int(row[0]), str(row[1]))
        for row in await database.reader.tuples("SELECT id, number FROM centre ORDER BY id")
    ]
    async with database.transaction() as connection:
        for statement in _MARKED:
            await connection.execute(statement.format(marker=f"'{MARKER}'"), there[0])
    await refresh(database, DAY, everything=True)
    ulns = {centre[0]: await _ulns(database, centre[0]) for centre in (here, there)}
    refs = await database.reader.tuples(
        "SELECT r.ref FROM registration r WHERE r.centre_id = ?"
        " UNION SELECT e.ref FROM entry e WHERE e.centre_id = ?",
        there[0],
        there[0],
    )
    ids = [
        encode_id(name, int(row[0]))
        for name, table in _TABLES.items()
        for row in await database.reader.tuples(
            f"SELECT id FROM {table} ORDER BY centre_id, id LIMIT 1000"  # noqa: S608 - ours
            if table != "learner"
            else "SELECT id FROM learner"
        )
    ]
    qans = [row[0] for row in await database.reader.tuples("SELECT qan FROM qualification")]
    codes = [row[0] for row in await database.reader.tuples("SELECT code FROM consortium")]
    return World(
        CallerMaker(database, here[0]),
        frozenset({MARKER.casefold(), *ulns[there[0]], *(row[0].casefold() for row in refs)}),
        tuple(ids),
        {
            "CentreNumber": (here[1], there[1], "00000"),
            "ULN": (*ulns[here[0]], *ulns[there[0]], "1000000043"),
            "QAN": (*qans, "700/0001/X"),
            "Date": (DAY.isoformat(), "2010-05-16", "1900-01-01", "9999-12-31", "2010-02-30"),
            "DateTime": ("2010-02-19T05:00:00Z", "9999-12-31T23:59:59Z", "yesterday"),
            "YearMonth": ("2010-08", "2013-08", "0000-00", "9999-12"),
            "CourseCode": ("ENGINEERING", "HIGHER", *codes, "\x00", "ü" * 50),
        },
    )


_TABLES: Final = {
    "Learner": "learner",
    "Registration": "registration",
    "Component": "component",
    "Entry": "entry",
    "Declaration": "declaration",
    "Issue": "issue",
    "Access": "access_grant",
}
_MARKED: Final = (
    "UPDATE centre SET name = {marker} WHERE id = ?",
    """UPDATE learner SET given_name = {marker}, family_name = {marker}, uci = {marker},
    upn = {marker} WHERE id IN (SELECT r.learner_id FROM registration r WHERE r.centre_id = ?)""",
    """UPDATE registration SET ref = {marker} || id, status_raw = {marker},
    claim_status_raw = {marker} WHERE centre_id = ?""",
    """UPDATE entry SET ref = {marker} || id, given_name = {marker}, family_name = {marker}
    WHERE centre_id = ?""",
    "UPDATE das_record SET given_name = {marker}, family_name = {marker} WHERE centre_id = ?",
    "UPDATE issue SET note = {marker} WHERE centre_id = ?",
)


async def _ulns(database: Database, centre_id: int) -> list[str]:
    rows = await database.reader.tuples(
        "SELECT l.uln FROM learner l JOIN registration r ON r.learner_id = l.id"
        " WHERE r.centre_id = ? AND l.uln IS NOT NULL ORDER BY l.id",
        centre_id,
    )
    return [row[0] for row in rows]


def bodies(world: World, sdl: str) -> st.SearchStrategy[bytes]:
    """Bodies of requests: good documents, spoilt ones, and good ones with any variables."""
    scalars: dict[str, st.SearchStrategy[Any]] = {
        name: st.sampled_from(values).map(nodes.String) for name, values in world.values.items()
    }
    identifiers = st.sampled_from(world.ids)
    scalars["ID"] = st.one_of(identifiers, st.text(max_size=12)).map(nodes.String)
    documents = from_schema(sdl, custom_scalars=scalars, allow_x00=True)
    examples = sorted((ROOT / "server" / "examples").glob("*.graphql"))
    texts = st.one_of(documents, st.sampled_from([one.read_text("utf-8") for one in examples]))
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**40), 2**40),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        identifiers,
        *(st.sampled_from(values) for values in world.values.values()),
    )
    names = st.sampled_from(["number", "uln", "id", "filter", "first", "on", "input", "term"])
    variables = st.dictionaries(
        names,
        st.recursive(
            leaves,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    )
    spoilt = st.builds(_spoilt, texts, st.integers(0, 10**6), st.text(max_size=3))
    whole = st.one_of(
        st.builds(_body, texts, st.just({})),
        st.builds(_body, texts, variables),
        st.builds(_body, spoilt, variables),
    )
    return st.one_of(whole, whole, whole, st.binary(max_size=60))


def _body(text: object, variables: dict[str, Any]) -> bytes:
    document = str(text).encode("utf-8", "replace").decode()
    return orjson.dumps({"query": document, "variables": variables})


def _spoilt(text: object, at: int, piece: str) -> str:
    document = str(text)
    place = at % (len(document) + 1)
    return document[:place] + piece + document[place + at % 7 :]


class Seen:
    """What came back."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.statuses: Counter[int] = Counter()
        self.codes: Counter[str] = Counter()

    def check(self, sent: bytes, answer: httpx2.Response, secrets: frozenset[str]) -> None:
        """Raise AssertionError for what broke, or was told to whom it is no business of."""
        assert answer.status_code < 500, (answer.status_code, answer.text, sent)
        self.statuses[answer.status_code] += 1
        text, asked = answer.text.casefold(), sent.decode("utf-8", "replace").casefold()
        told = [secret for secret in secrets if secret in text and secret not in asked]
        assert not told, (told, sent)
        for error in answer.json().get("errors", ()):
            code = error["extensions"]["code"]
            assert code != "INTERNAL", (answer.text, sent)
            assert not [one for one in secrets if one in error["message"].casefold()], sent
            self.codes[code] += 1


@asynccontextmanager
async def asking(url: str, folder: Path) -> AsyncIterator[tuple[httpx2.AsyncClient, World]]:
    """A server over a world of its own."""
    database = await open_database(url)
    try:
        await database.migrate()
        world = await world_of(database, folder)
        async with served(url, **USUAL) as client:
            yield client, world
    finally:
        await database.close()


def fuzz(url: str, kind: CallerKind, *, seconds: float, most: int, first_seed: int = 0) -> Seen:
    """Ask for so many seconds, or so often, whichever is over first."""
    sdl, seen = (ROOT / "schema" / "schema.graphql").read_text("utf-8"), Seen()
    with asyncio.Runner() as runner, TemporaryDirectory() as folder:
        opened = asking(url, Path(folder) / "feed")
        client, world = runner.run(opened.__aenter__())
        secrets = frozenset() if kind in STAFF else world.secrets

        async def send(body: bytes, headers: dict[str, str]) -> httpx2.Response:
            return await client.post("/graphql", content=body, headers=headers)

        drawn = bodies(world, sdl)
        end, number = time.monotonic() + seconds, first_seed
        headers: dict[str, str] = {}

        @settings(
            max_examples=min(AT_ONCE, most),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(drawn)
        def once(body: bytes) -> None:
            seen.check(body, runner.run(send(body, headers)), secrets)

        while time.monotonic() < end and sum(seen.statuses.values()) < most:
            made = runner.run(world.maker.caller(kind))  # whoever came before may have logged out
            headers |= {"content-type": "application/json"}
            if made.token is not None:
                headers["authorization"] = f"Bearer {made.token}"
            seed(number)(once)()
            number += 1
        runner.run(opened.__aexit__(None, None, None))
    return seen


def main() -> None:
    """Fuzz as one kind of caller over a SQLite file, or the database of --url, which is filled."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", type=CallerKind)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--url")
    given_ = parser.parse_args()
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as folder:
        url = given_.url or f"sqlite://{folder}/fuzzed.sqlite3"
        seen = fuzz(url, given_.kind, seconds=given_.seconds, most=10**9, first_seed=given_.seed)
    print(  # noqa: T201 - it is a program
        orjson.dumps(
            {
                "kind": given_.kind,
                "requests": sum(seen.statuses.values()),
                "statuses": {str(status): number for status, number in seen.statuses.items()},
                "codes": dict(seen.codes.most_common()),
            }
        ).decode()
    )


if __name__ == "__main__":
    main()

"""Loaders that are asked about a registration before anybody knows which it is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

from auth.viewer import CONSOLE
from database.connection import Clause, Database
from database.placeholders import KeysOf
from loaders.batching import Batch
from loaders.gathering import Gathering
from loaders.reading import Reading
from schema.ahead import ASKS
from schema.root import make_schema
from schema.shown import metadata_of, shown_by
from tests.factories import DAY, counted, import_sample


def asked_with_registrations() -> Iterator[Batch]:
    """The loaders of all fields that ask with the registration of their row."""
    for type_ in make_schema()._schema.type_map.values():  # noqa: SLF001 - strawberry has no public door to it
        key = getattr(shown_by(type_), "registration_key", None)
        if key is not None and isinstance(type_, GraphQLObjectType):
            for definition in type_.fields.values():
                asks = metadata_of(definition).get(ASKS)
                if asks is not None and asks.key == key:
                    yield asks.batch


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_each_answers_about_keys_that_are_found_in_the_same_statement(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=20)
    batches = list(dict.fromkeys(asked_with_registrations()))
    assert len(batches) == 9
    reading = Reading(database.reader, CONSOLE, DAY)
    rows = await database.reader.tuples(
        "SELECT r.id FROM registration r JOIN entry e ON e.registration_id = r.id"
        " GROUP BY r.id ORDER BY COUNT(*) DESC LIMIT 1"
    )
    (key,) = rows[0]
    known = [await batch(reading, [key]) for batch in batches]

    gathering = Gathering(database.reader.keyed)
    keys = KeysOf(Clause("SELECT id FROM registration WHERE id = ?", (key,)))
    gathering.about(keys)
    few = reading._replace(gathering=gathering)
    with counted() as statements:
        asked: list[Any] = [asyncio.ensure_future(batch(few, keys)) for batch in batches]
        keys.append(key)
        found = await asyncio.gather(*asked)

    assert found == known
    assert len(statements) == 1

"""What is asked for a record before anybody knows which registration it shows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

from auth.matrix import CallerKind
from auth.sessions import viewer_of
from auth.viewer import ANONYMOUS, CONSOLE
from database.connection import Database
from database.query import Clause
from database.united import SOUGHT
from domain.errors import Refused
from loaders.gathering import Gathering
from loaders.one_query import OneQuery
from loaders.reading import Reading
from loaders.record import BY_ULN, record_for
from loaders.views import in_view
from schema.ahead import ASKS
from schema.root import make_schema
from schema.shown import metadata_of, shown_by
from tests.callers import CallerMaker, now
from tests.factories import DAY, counted, import_sample
from tests.graph.asking import complete_the_sample


def asked_with_registrations() -> list[OneQuery[Any]]:
    """The loaders of all fields that ask with the registration of their row."""
    return list(dict.fromkeys(_asked_with_registrations()))


def _asked_with_registrations() -> Iterator[OneQuery[Any]]:
    for type_ in make_schema()._schema.type_map.values():  # noqa: SLF001 - strawberry has no public door to it
        key = getattr(shown_by(type_), "registration_key", None)
        if key is not None and isinstance(type_, GraphQLObjectType):
            for definition in type_.fields.values():
                asks = metadata_of(definition).get(ASKS)
                if asks is not None and asks.key == key:
                    assert isinstance(asks.batch, OneQuery)
                    yield asks.batch


async def test_each_answers_about_keys_that_are_found_in_the_same_statement(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=20)
    loaders = asked_with_registrations()
    assert len(loaders) == 9
    reading = Reading(database.reader, CONSOLE, DAY)
    await complete_the_sample(database)
    keys = [row[0] for row in await database.reader.tuples("SELECT id FROM registration")]
    assert len(keys) > 15
    for key in keys:
        known = [await loader(reading, [key]) for loader in loaders]
        loadings = [loader.say(reading, SOUGHT) for loader in loaders]
        with counted() as statements:
            found = await Gathering(database.reader.keyed).about(
                Clause("SELECT id FROM registration WHERE id = ?", (key,)),
                [loading.question for loading in loadings],
            )

        pairs = zip(loadings, found, strict=True)
        assert [loading.answers([key], rows) for loading, rows in pairs] == known
        assert len(statements) == 1


@pytest.mark.parametrize("kind", list(CallerKind))
async def test_what_is_asked_is_the_same_for_all_with_the_same_rights(
    database: Database, kind: CallerKind
) -> None:
    number = "INSERT INTO centre (number, name, status) VALUES ('12345', 'A school', 'OPEN')"
    centre_id = await database.writer.insert(number)
    made = await CallerMaker(database, centre_id).caller(kind)
    at = now()
    viewer = await viewer_of(database, made.token or "", ANONYMOUS, now=at, idle=timedelta(1))
    reading = Reading(database.reader, viewer or ANONYMOUS, DAY)
    loaders = asked_with_registrations()
    if kind is CallerKind.TERMS_DUE:
        with pytest.raises(Refused):
            record_for(reading, loaders)
        return

    record = record_for(reading, loaders)

    asked = [loading.question for loading in record.loadings[1:]]
    assert asked == [loader.say(reading, SOUGHT).question for loader in loaders]
    found = record.of(reading, BY_ULN, "1000000000")
    where = in_view(reading.viewer, database.reader)
    key = database.reader.among("l.uln", ("1000000000",))
    assert found.text.endswith(f"WHERE {where.text} AND {key.text}")
    assert found.params == (*where.params, *key.params)

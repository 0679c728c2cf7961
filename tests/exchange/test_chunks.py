"""Learners are derived some hundreds at a time, each lot while the one before it is written."""

from pathlib import Path

import pytest

import actions.storing
import exchange.feed.derive
from actions.projection import Fresh, fresh_rows
from database.connection import Database
from exchange.refresh import refresh
from exchange.sample import write_sample_feed
from tests.exchange.feeds import DAY, NEXT_DAY, apply, tiny_feed, write_feed
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot


@pytest.mark.parametrize("much", [60, 61], ids=["in a process", "in threads"])
@pytest.mark.parametrize("chunk", [7, 60])
async def test_every_learner_is_derived_whatever_the_size_of_a_lot_and_wherever(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, much: int
) -> None:
    monkeypatch.setattr(exchange.feed.derive, "CHUNK", chunk)
    monkeypatch.setattr(exchange.feed.derive, "MUCH", much)
    write_sample_feed(tmp_path, centres=2, learners=60, seed=5)
    report = await apply(database, tmp_path)
    assert report.learners_derived == 60
    await assert_projection_is_derivation(database, DAY)
    assert await refresh(database, NEXT_DAY, everything=True) == 60
    await assert_projection_is_derivation(database, NEXT_DAY)


@pytest.mark.parametrize("lot", [1, 2, 3])
async def test_a_lot_that_cannot_be_derived_leaves_everything_as_it_was(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lot: int
) -> None:
    await apply(database, write_feed(tmp_path / "one", tiny_feed()))
    before = await snapshot(database)
    lots = 0

    def broken(*arguments: object) -> Fresh:
        nonlocal lots
        lots += 1
        if lots == lot:
            message = "This lot cannot be derived."
            raise ValueError(message)
        return fresh_rows(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(actions.storing, "fresh_rows", broken)
    monkeypatch.setattr(exchange.feed.derive, "CHUNK", 20)
    write_sample_feed(tmp_path / "two", centres=2, learners=60, seed=6)
    with pytest.raises(ValueError, match="cannot be derived"):
        await apply(database, tmp_path / "two")

    assert lots >= lot
    assert await snapshot(database) == before
    monkeypatch.undo()
    await apply(database, tmp_path / "two", day=NEXT_DAY)
    await assert_projection_is_derivation(database, NEXT_DAY)

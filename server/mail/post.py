"""Background task that sends queued e-mails."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, Final, TypeVar

import orjson
import structlog

from database.connection import Database
from domain.letters import LetterKind
from server.clock import Clock
from server.mail.carriers import Carrier
from server.mail.letters import TOKEN_MINUTES, Letterhead, Text, render
from server.mail.sorting import (
    GIVEN_UP_AFTER,
    LEASE,
    Batch,
    Errand,
    Letter,
    MailOutcome,
    fetch,
    is_any_due,
    put_off,
    settle,
)

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between two looks for letters, and between two tries to put down what became of one."""
ABREAST: Final = 4
"""E-mails sent in parallel, so many that a batch is finished before its lease ends."""
LAST_PATIENCE: Final = 5.0
"""Seconds for which shutdown waits for e-mails that are being sent."""

Answer = TypeVar("Answer")


async def deliver_due(database: Database, carrier: Carrier, head: Letterhead, now: datetime) -> int:
    """Send all letters that are due, and say how many were sent; each failure is only logged."""
    if not await is_any_due(database, now):
        return 0
    clock = asyncio.get_running_loop().time
    started, sent = clock(), 0
    while True:
        passed = timedelta(seconds=clock() - started)
        batch = await _to_its_end(fetch(database, now, now + passed))
        if not batch.fetched:
            return sent
        sent += await _to_its_end(_deliver(database, carrier, head, batch, now + passed))


async def follow_the_post(
    database: Database, clock: Clock, carrier: Carrier, head: Letterhead
) -> None:
    """Send what is due as soon as it is, for as long as the server lives."""
    failing = False
    while True:
        try:
            await deliver_due(database, carrier, head, clock.now())
        except Exception as error:  # noqa: BLE001 - whatever keeps the database from answering
            if not failing:
                # The error's text may hold an address.
                log.warning("post_waiting", reason=type(error).__name__)
            failing = True
        else:
            failing = False
        await asyncio.sleep(LOOK_EVERY)


async def _deliver(
    database: Database, carrier: Carrier, head: Letterhead, batch: Batch, now: datetime
) -> int:
    """Send a batch; how many letters of it were sent."""
    places = asyncio.Semaphore(ABREAST)

    async def deliver(errand: Errand) -> bool:
        async with places:
            sent = await _send(carrier, head, errand, now)
            await _put_down(database, errand.letter, now, sent=sent)
            return sent

    return sum(await asyncio.gather(*map(deliver, batch.errands)))


async def _send(carrier: Carrier, head: Letterhead, errand: Errand, now: datetime) -> bool:
    """Hand a letter to the carrier; whether it was taken."""
    letter = errand.letter
    try:
        kind = LetterKind(letter.kind)
        await carrier.carry(_written(head, kind, errand, now), kind, now)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the other letters go out
        # What the error says may hold the address or the text.
        log.warning(
            "letter_failed", letter=letter.id, kind=letter.kind, reason=type(error).__name__
        )
        return False
    return True


def _written(head: Letterhead, kind: LetterKind, errand: Errand, now: datetime) -> EmailMessage:
    """The mail of a letter."""
    letter, owner, token = errand
    if owner is None:
        return render(head, Text[kind.name], letter.recipient, orjson.loads(letter.facts), now)
    if token is None:
        return render(head, Text.ACCOUNT_EXISTS, letter.recipient, {}, now)
    facts = {
        # Whoever registers with the address of somebody else writes nothing to them by their name.
        "name": owner.name if owner.confirmed else None,
        "token": token,
        "minutes": str(TOKEN_MINUTES),
        "link": head.link(kind, token),
    }
    return render(head, Text[kind.name], letter.recipient, facts, now)


async def _put_down(database: Database, letter: Letter, now: datetime, *, sent: bool) -> None:
    """Put down what became of a letter, as soon as the database takes it.

    As long as nobody else may fetch the letter, this tries again: who only sent it once more
    would send it twice.
    """
    tries = int(LEASE.total_seconds() / LOOK_EVERY)
    for _ in range(tries):
        try:
            await _note(database, letter, now, sent=sent)
        except Exception as error:  # noqa: BLE001 - as above
            reason = type(error).__name__
            await asyncio.sleep(LOOK_EVERY)
        else:
            return
    log.error("letter_untold", letter=letter.id, kind=letter.kind, sent=sent, reason=reason)


async def _note(database: Database, letter: Letter, now: datetime, *, sent: bool) -> None:
    async with database.brief_transaction() as connection:
        if sent:
            await settle(connection, letter, MailOutcome.SENT, now)
        elif now - letter.created_at >= GIVEN_UP_AFTER:
            await settle(connection, letter, MailOutcome.GIVEN_UP, now)
        else:
            await put_off(connection, letter, now)


async def _to_its_end(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Work that goes on for a while although whoever waits for it is cancelled.

    A letter whose sending is broken off waits for minutes, and may then go out a second time.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    finally:
        if not task.done():
            await asyncio.wait({task}, timeout=LAST_PATIENCE)
            task.cancel()
            await asyncio.wait({task})

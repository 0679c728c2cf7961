"""Leases queued e-mails that are due, and records the outcome of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from auth.permissions import Staff
from auth.tokens import TokenKind, hash_of, new_token
from database.connection import Connection, Database
from database.query import Dialect
from domain.letters import LetterKind
from domain.vocabulary import Vocabulary
from server.mail.letters import TOKEN_MINUTES

BATCH: Final = 20
"""Letters that are fetched together at most."""
LEASE: Final = timedelta(minutes=5)
"""The lease of an e-mail: after that, its process is taken for dead."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Pauses after the first failures of an e-mail."""
LONGEST_PAUSE: Final = timedelta(hours=4)
"""Pause after every further failure."""
GIVEN_UP_AFTER: Final = timedelta(days=3)
"""The age from which a letter that fails is given up."""


class MailOutcome(Vocabulary):
    """What became of a letter."""

    SENT = "SENT", "Sent", "A carrier took it."
    NOT_NEEDED = "NOT_NEEDED", "Not needed", "There is nobody whom it is for."
    GIVEN_UP = "GIVEN_UP", "Given up", "It failed for three days."


class Letter(msgspec.Struct, frozen=True):
    """A letter that was fetched."""

    id: int
    kind: str
    recipient: str
    facts: str
    created_at: datetime
    attempts: int


class Owner(msgspec.Struct, frozen=True):
    """The account at the address of a letter."""

    id: int
    email: str
    title: str
    first_name: str
    last_name: str
    staff: str | None
    confirmed: bool

    @property
    def name(self) -> str:
        """How they are addressed."""
        return " ".join(filter(None, (self.title, self.first_name, self.last_name)))


class Errand(NamedTuple):
    """An e-mail to be sent, with its account and, if it carries one, its token."""

    letter: Letter
    owner: Owner | None = None
    token: str | None = None


class Batch(NamedTuple):
    """What was fetched together: how many letters, and those of them that are to be sent."""

    fetched: int
    errands: list[Errand]


_DUE: Final = "SELECT id FROM letter WHERE closed_at IS NULL AND due_at <= ?"
_FETCH: Final = f"""
    WITH due AS ({_DUE} ORDER BY due_at, id LIMIT {BATCH} {{}})
    UPDATE letter SET due_at = ?, attempts = attempts + 1 WHERE id IN (SELECT id FROM due)
    RETURNING id, kind, recipient, facts, created_at, attempts
"""  # noqa: S608 - the texts are ours
_LOCK: Final = {Dialect.POSTGRESQL: "FOR UPDATE SKIP LOCKED", Dialect.SQLITE: ""}
_OWNERS: Final = """
    SELECT id, email, title, first_name, last_name, staff, email_confirmed_at IS NOT NULL
    FROM account WHERE disabled_at IS NULL AND {}
"""
_TOKENS: Final = {
    LetterKind.CONFIRM_EMAIL.value: TokenKind.CONFIRM_EMAIL,
    LetterKind.RESET_PASSWORD.value: TokenKind.RESET_PASSWORD,
}


async def is_any_due(database: Database, now: datetime) -> bool:
    """Whether there is anything to fetch; asking writes nothing, so nobody waits for it."""
    return bool(await database.reader.tuples(f"{_DUE} LIMIT 1", now))


async def waiting(database: Database) -> int:
    """How many letters are still to be sent."""
    return await database.reader.number("SELECT count(*) FROM letter WHERE closed_at IS NULL")


async def fetch(database: Database, due: datetime, now: datetime) -> Batch:
    """Take letters that were due, so that nobody else does for a while, and make their tokens."""
    async with database.brief_transaction() as connection:
        statement = _FETCH.format(_LOCK[database.dialect])
        letters = await connection.rows(Letter, statement, due, now + LEASE)
        owners = await _owners(connection, letters)
        # Two processes that replace tokens of the same people do it in the same order.
        letters.sort(key=lambda letter: (letter.recipient, letter.id))
        errands = []
        for letter in letters:
            errand = await _errand(connection, letter, owners.get(letter.recipient), now)
            if errand is None:
                await settle(connection, letter, MailOutcome.NOT_NEEDED, now)
            else:
                errands.append(errand)
    errands.sort(key=lambda errand: errand.letter.id)
    return Batch(len(letters), errands)


async def settle(
    connection: Connection, letter: Letter, outcome: MailOutcome, now: datetime
) -> None:
    """A letter is done with."""
    await connection.execute(
        "UPDATE letter SET closed_at = ?, outcome = ? WHERE id = ? AND closed_at IS NULL",
        now,
        outcome.value,
        letter.id,
    )


async def put_off(connection: Connection, letter: Letter, now: datetime) -> None:
    """A letter is tried again later, unless somebody else has fetched it meanwhile."""
    pause = PAUSES[letter.attempts - 1] if letter.attempts <= len(PAUSES) else LONGEST_PAUSE
    await connection.execute(
        "UPDATE letter SET due_at = ? WHERE id = ? AND closed_at IS NULL AND attempts = ?",
        now + pause,
        letter.id,
        letter.attempts,
    )


async def _owners(connection: Connection, letters: Sequence[Letter]) -> dict[str, Owner]:
    """The accounts, as they are now, at the addresses of letters that carry a token."""
    addresses = {letter.recipient for letter in letters if letter.kind in _TOKENS}
    if not addresses:
        return {}
    among = connection.among("email", sorted(addresses))
    found = await connection.rows(Owner, _OWNERS.format(among.text), *among.params)
    return {owner.email: owner for owner in found}


async def _errand(
    connection: Connection, letter: Letter, owner: Owner | None, now: datetime
) -> Errand | None:
    """What is to be sent of a letter; None where there is nobody whom it is for."""
    kind = _TOKENS.get(letter.kind)
    if kind is None:
        return Errand(letter)
    if owner is None:
        return None
    if kind is TokenKind.CONFIRM_EMAIL and owner.confirmed:
        return Errand(letter, owner)
    if kind is TokenKind.RESET_PASSWORD and owner.staff == Staff.SERVICE.value:
        return None
    return Errand(letter, owner, await _replace_token(connection, kind, owner, now))


async def _replace_token(
    connection: Connection, kind: TokenKind, owner: Owner, now: datetime
) -> str:
    """A token for the account in place of any earlier one; only its hash stays here."""
    await connection.execute(
        "UPDATE one_time_token SET used_at = ?"
        " WHERE user_id = ? AND purpose = ? AND used_at IS NULL",
        now,
        owner.id,
        kind.name,
    )
    token = new_token(kind)
    await connection.execute(
        "INSERT INTO one_time_token (token_hash, user_id, purpose, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        hash_of(token),
        owner.id,
        kind.name,
        now,
        now + timedelta(minutes=TOKEN_MINUTES),
    )
    return token

"""Accounts, their sessions and their tokens."""

from collections.abc import Sequence

from auth.permissions import Permission
from database.connection import Connection
from database.query import ALWAYS, NEVER, Clause
from loaders.account_rows import AccountRow, ApiTokenRow, SessionRow
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading, grouped, matched
from loaders.rows import CentreRow
from loaders.select import columns_of

_ACCOUNTS = f"SELECT {columns_of(AccountRow, 'u')} FROM account u WHERE"  # noqa: S608


def _own(reading: Reading, ids: Sequence[int]) -> list[int]:
    """Nobody but its owner sees what belongs to an account."""
    return [user_id for user_id in ids if user_id == reading.viewer.user_id]


async def account_by_id(reading: Reading, ids: Sequence[int]) -> list[AccountRow | None]:
    """One's own account by id, and for staff anybody's."""
    everybody = reading.viewer.may_everywhere(Permission.ACCOUNT_READ)
    where = reading.connection.among("u.id", ids if everybody else _own(reading, ids))
    rows = await reading.connection.rows(AccountRow, f"{_ACCOUNTS} {where.text}", *where.params)
    return matched(ids, rows, lambda row: row.id)


async def account_page(reading: Reading, login: str | None, page: PageRequest) -> Slice:
    """Accounts by e-mail address, all of them or those that begin alike."""
    where = _beginning(login) & page.clause
    rows = await reading.connection.rows(
        AccountRow,
        f"{_ACCOUNTS} {where.text} {page.tail}",
        *where.params,
    )
    return sliced(rows, page.first)


async def account_count(reading: Reading, login: str | None) -> int:
    """How many accounts there are."""
    where = _beginning(login)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM account u WHERE {where.text}",  # noqa: S608
        *where.params,
    )


async def all_accounts(connection: Connection) -> list[AccountRow]:
    """Every account by e-mail address, for the console."""
    return await connection.rows(AccountRow, f"{_ACCOUNTS} TRUE ORDER BY u.email")


def _beginning(login: str | None) -> Clause:
    if login is None:
        return ALWAYS
    text = login.strip().lower().replace("\0", "")
    return Clause("SUBSTR(u.email, 1, ?) = ?", (len(text), text))


async def sessions_by_user_id(reading: Reading, ids: Sequence[int]) -> list[list[SessionRow]]:
    """One's own open sessions, the one used last first."""
    where = reading.connection.among("s.user_id", _own(reading, ids))
    return grouped(ids, await _sessions(reading, where), lambda row: row.user_id)


async def session_by_id(reading: Reading, ids: Sequence[int]) -> list[SessionRow | None]:
    """One's own open sessions by id, for somebody who logged in."""
    where = reading.connection.among("s.id", ids) & _in_person(reading, "s.user_id")
    return matched(ids, await _sessions(reading, where), lambda row: row.id)


async def _sessions(reading: Reading, where: Clause) -> list[SessionRow]:
    return await reading.connection.rows(
        SessionRow,
        f"SELECT {columns_of(SessionRow, 's')} FROM session s"  # noqa: S608
        f" WHERE s.ended_at IS NULL AND {where.text} ORDER BY s.last_used_at DESC, s.id DESC",
        *where.params,
    )


async def api_tokens_by_user_id(reading: Reading, ids: Sequence[int]) -> list[list[ApiTokenRow]]:
    """One's own tokens that were not revoked, the latest first; for staff anybody's."""
    everybody = reading.viewer.may_everywhere(Permission.ACCOUNT_READ)
    where = reading.connection.among("k.user_id", ids if everybody else _own(reading, ids))
    return grouped(ids, await _api_tokens(reading, where), lambda row: row.user_id)


async def api_token_by_id(reading: Reading, ids: Sequence[int]) -> list[ApiTokenRow | None]:
    """One's own tokens that were not revoked, by id, for somebody who logged in."""
    where = reading.connection.among("k.id", ids) & _in_person(reading, "k.user_id")
    return matched(ids, await _api_tokens(reading, where), lambda row: row.id)


async def _api_tokens(reading: Reading, where: Clause) -> list[ApiTokenRow]:
    return await reading.connection.rows(
        ApiTokenRow,
        f"SELECT {columns_of(ApiTokenRow, 'k')} FROM api_token k"  # noqa: S608
        f" WHERE k.revoked_at IS NULL AND {where.text} ORDER BY k.id DESC",
        *where.params,
    )


def _in_person(reading: Reading, user_id: str) -> Clause:
    """Rows of the viewer, as the lists of them are guarded."""
    viewer = reading.viewer
    return Clause(f"{user_id} = ?", (viewer.user_id,)) if viewer.in_person else NEVER


async def centres_by_api_token_id(reading: Reading, ids: Sequence[int]) -> list[list[CentreRow]]:
    """The centres that a token still opens: those whose grant is in force."""
    where = reading.connection.among("t.api_token_id", ids)
    pairs = await reading.connection.tuples(
        f"SELECT t.api_token_id, {columns_of(CentreRow, 'c')} FROM api_token_grant t"  # noqa: S608
        " JOIN access_grant g ON g.id = t.grant_id JOIN centre c ON c.id = g.centre_id"
        f" WHERE g.revoked_at IS NULL AND {where.text} ORDER BY c.name, c.id",
        *where.params,
    )
    rows = [(pair[0], CentreRow(*tuple(pair)[1:])) for pair in pairs]
    return [[row for _, row in group] for group in grouped(ids, rows, lambda pair: pair[0])]

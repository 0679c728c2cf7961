"""What the tests of accounts and access share: a school, its people, and what is written down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import orjson

from actions import access, accounts, sessions
from actions.grants import CENTRE_USER, Rights
from auth.events import Event
from auth.permissions import GrantKind, Role, Staff, Standing
from auth.sessions import viewer_by_email, viewer_of
from auth.throttle import Throttle
from auth.tokens import TokenKind, hash_of, new_token
from auth.viewer import ANONYMOUS, CONSOLE, Viewer
from database.connection import Connection, Database
from tests.factories import known_hash

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER: Final = NOW + timedelta(minutes=5)
NAMES: Final = ("Ms", "Ann", "Example")
PASSWORD: Final = "correct horse battery staple"
NEW_PASSWORD: Final = "seven quiet owls at noon"
SCHOOL, COLLEGE = "10001", "10002"
ASKING: Final = replace(ANONYMOUS, address="192.0.2.7", agent="browser", request_id="r-1")

ANN, BEA = "ann@example.org", "bea@example.org"
"""The centre users of the school, where there are any."""
RIGHTS: Final[Mapping[Standing, Rights]] = MappingProxyType({
    Standing.CENTRE_USER: CENTRE_USER,
    Standing.CENTRE_ADMINISTRATOR: Rights(role=Role.ADMINISTRATOR),
    Standing.CENTRE_VIEWER: Rights(),
    Standing.NON_CENTRE_ADMINISTRATOR: Rights(GrantKind.NON_CENTRE, Role.ADMINISTRATOR),
    Standing.NON_CENTRE_VIEWER: Rights(GrantKind.NON_CENTRE),
})  # fmt: skip
WRITTEN: Final = ("account", "access_grant", "change", "event", "letter", "session", "api_token")

BAD_ADDRESSES: Final = [
    "",
    "ann",
    "ann@",
    "@example.org",
    "ann@example",
    "a b@example.org",
    "ann@example.org\0",
    "ann@ex..org",
    "a" * 250 + "@a.org",
    "ann\ud800@example.org",
    "Ann <ann@example.org>",
    "ann.@example.org",
    "ann..lee@example.org",
    "ann@-example.org",
    "ann@example-.org",
    "ann@exam_ple.org",
    "ann@" + "a" * 64 + ".org",
    "ann=?utf-8?q?x?=@example.org",
    "=?utf-8?q?=0d=0abcc=3ax=40y.z=0d=0a?=@example.org",
    "ann@=?utf-8?q?ex?=.org",
    "ann\N{POLICE CAR}@example.org",
]
BAD_VALUES: Final = [
    ({"first_name": " "}, "firstName", "VALIDATION"),
    ({"last_name": "x" * 101}, "lastName", "VALIDATION"),
    ({"last_name": "two\nlines"}, "lastName", "VALIDATION"),
    ({"title": "\x1b[31m"}, "title", "VALIDATION"),
    ({"title": "https://evil.example"}, "title", "VALIDATION"),
    ({"first_name": "See http://evil.example"}, "firstName", "VALIDATION"),
    ({"last_name": "ftp://evil.example"}, "lastName", "VALIDATION"),
    ({"password": "short"}, "password", "PASSWORD_TOO_SHORT"),
    ({"password": "I am Example here"}, "password", "PASSWORD_GUESSABLE"),
    ({"password": "password123"}, "password", "PASSWORD_GUESSABLE"),
    ({"password": "x" * 257}, "password", "PASSWORD_SHAPE"),
]
"""What is given, which field the refusal is about, and its code."""


async def run(database: Database, statement: str, *params: object) -> None:
    async with database.transaction() as connection:
        await connection.execute(statement, *params)


async def rows(database: Database, statement: str, *params: object) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.reader.tuples(statement, *params)]


async def count(database: Database, table: str) -> int:
    ((found,),) = await rows(database, f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - ours
    return int(found)


async def written(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Whatever accounts and access leave behind: alike before and after what is refused."""
    return {
        table: await rows(database, f"SELECT * FROM {table} ORDER BY id")  # noqa: S608 - ours
        for table in WRITTEN
    }


# People ------------------------------------------------------------------------------------------


async def open_school(database: Database) -> None:
    """A school and a college, without anybody."""
    for number, name in ((SCHOOL, "North School"), (COLLEGE, "South College")):
        await run(
            database,
            "INSERT INTO centre (number, name, status) VALUES (?, ?, 'OPEN')",
            number,
            name,
        )


async def create(database: Database, email: str = ANN, **changes: Any) -> int:
    """Somebody with a password, as the console opens accounts."""
    values: dict[str, Any] = {
        "password": PASSWORD,
        **dict(zip(("title", "first_name", "last_name"), NAMES, strict=True)),
        "now": NOW,
    }
    return await accounts.create_user(database, CONSOLE, email=email, **(values | changes))


async def take_on(database: Database, email: str = ANN) -> int:
    """Somebody as `create` makes them, by a hash that is made once for all."""
    return await accounts.open_account(
        database,
        CONSOLE,
        email=email,
        password_hash=await known_hash(PASSWORD),
        names=NAMES,
        staff=None,
        now=NOW,
    )


async def add_person(
    database: Database,
    email: str,
    standing: Standing = Standing.REGISTERED,
    *,
    centre: str = SCHOOL,
    password_hash: str = "!",
    line: str | None = None,
) -> int:
    """Somebody who may use the service and is let in on some footing; nothing tells of it."""
    staff = next((staff for staff in Staff if staff.value == standing.value), None)
    async with database.transaction() as connection:
        user_id = await connection.insert(
            "INSERT INTO account (email, password_hash, title, first_name, last_name, staff,"
            " created_at, email_confirmed_at) VALUES (?, ?, '', ?, 'Person', ?, ?, ?)",
            email,
            password_hash,
            email.partition("@")[0].title(),
            staff,
            NOW,
            NOW,
        )
        await accept(connection, user_id)
        if standing in RIGHTS:
            kind, role, manages_users, affiliation, _ = RIGHTS[standing]
            await connection.execute(
                "INSERT INTO access_grant (user_id, centre_id, kind, role, manages_users,"
                " affiliation, line, granted_at, version)"
                " SELECT ?, id, ?, ?, ?, ?, ?, ?, 1 FROM centre WHERE number = ?",
                user_id,
                kind.value,
                role.value,
                manages_users,
                affiliation,
                line,
                NOW,
                centre,
            )
    return user_id


async def accept(connection: Connection, user_id: int) -> None:
    await connection.execute(
        "INSERT INTO terms_acceptance (user_id, terms_id, at) SELECT ?, MAX(id), ? FROM terms",
        user_id,
        NOW,
    )


async def asking(database: Database, email: str) -> Viewer:
    """Somebody in a session of their own, as they are at this moment."""
    found = await viewer_by_email(database, email)
    assert found is not None
    return replace(found, session_id=0, address="192.0.2.7", request_id="r-1")


# Access ------------------------------------------------------------------------------------------


async def grant_of(database: Database, email: str, centre: str = SCHOOL) -> int:
    """The key of the access that somebody has."""
    ((key,),) = await rows(
        database,
        "SELECT g.id FROM access_grant g JOIN account u ON u.id = g.user_id"
        " JOIN centre c ON c.id = g.centre_id"
        " WHERE g.revoked_at IS NULL AND u.email = ? AND c.number = ?",
        email,
        centre,
    )
    return int(key)


async def let_in(
    database: Database, email: str, centre: str = SCHOOL, rights: Rights | None = None
) -> int:
    """Give somebody just these rights, as the console does."""
    return await access.set_access(
        database, CONSOLE, centre_number=centre, login=email, rights=rights or Rights(), now=NOW
    )


async def standings(database: Database, centre: str = SCHOOL) -> dict[str, Standing]:
    """Who may see a centre, and who each of them is there."""
    found = await rows(
        database,
        "SELECT DISTINCT u.email, c.id FROM access_grant g JOIN account u ON u.id = g.user_id"
        " JOIN centre c ON c.id = g.centre_id WHERE c.number = ? ORDER BY u.email",
        centre,
    )
    known = {}
    for email, centre_id in found:
        viewer = await viewer_by_email(database, email)
        if viewer is not None and centre_id in viewer.grants:
            known[email] = viewer.grants[centre_id].standing
    return known


# Sessions and tokens -----------------------------------------------------------------------------


async def log_in(
    database: Database,
    email: str = ANN,
    password: str = PASSWORD,
    *,
    throttle: Throttle | None = None,
    noted: list[Event] | None = None,
    now: datetime = NOW,
    viewer: Viewer = ASKING,
) -> sessions.LogIn:
    return await sessions.log_in(
        database,
        viewer,
        email,
        password,
        throttle=throttle or Throttle(),
        note=(noted if noted is not None else []).append,
        now=now,
    )


async def holder(database: Database, token: str, now: datetime = NOW) -> Viewer | None:
    """Who holds a token; None when it opens nothing."""
    return await viewer_of(database, token, ASKING, now=now, idle=sessions.IDLE)


async def mailed_token(
    database: Database,
    kind: TokenKind,
    email: str = ANN,
    *,
    made_at: datetime = NOW,
    used_at: datetime | None = None,
) -> str:
    """A token as the mail to an address would bring it."""
    token = new_token(kind)
    await run(
        database,
        "INSERT INTO one_time_token (token_hash, user_id, purpose, created_at, expires_at, used_at)"
        " SELECT ?, id, ?, ?, ?, ? FROM account WHERE email = ?",
        hash_of(token),
        kind.name,
        made_at,
        made_at + timedelta(minutes=60),
        used_at,
        email,
    )
    return token


# What is told ------------------------------------------------------------------------------------


async def changes(database: Database, object_type: str) -> list[tuple[Any, ...]]:
    """The history: source, actor, standing, field, before, after."""
    return await rows(
        database,
        "SELECT c.source, u.email, c.standing, c.field, c.before, c.after FROM change c"
        " LEFT JOIN account u ON u.id = c.actor_id WHERE c.object_type = ? ORDER BY c.id",
        object_type,
    )


async def events(database: Database, *kinds: str) -> list[tuple[Any, ...]]:
    """The log: kind, actor, standing, whom, centre, code; all kinds unless some are named."""
    found = await rows(
        database,
        "SELECT e.kind, a.email, e.standing, u.email, c.number, e.code FROM event e"
        " LEFT JOIN account a ON a.id = e.actor_id LEFT JOIN account u ON u.id = e.user_id"
        " LEFT JOIN centre c ON c.id = e.centre_id ORDER BY e.id",
    )
    return [row for row in found if not kinds or row[0] in kinds]


async def letters(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    """The mails: kind, recipient, facts, by recipient."""
    found = await rows(database, "SELECT kind, recipient, facts FROM letter ORDER BY recipient, id")
    return [(kind, recipient, orjson.loads(facts)) for kind, recipient, facts in found]

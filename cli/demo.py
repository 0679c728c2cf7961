"""A whole installation to try, on Friday 19 February 2010."""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from actions import accounts
from actions.access import set_access
from actions.declarations import add_declaration
from actions.grants import Rights
from actions.terms import accept_terms
from auth.permissions import GrantKind, Role, Staff
from auth.sessions import viewer_by_email
from auth.viewer import ANONYMOUS, CONSOLE
from cli.feeds import show
from cli.files import folder_there
from cli.running import run
from cli.serving import Port, refuse_taken, serve
from cli.tables import print_table
from database.connection import Database
from database.opening import open_database
from domain.errors import Missing, Refused
from exchange.feed.apply import apply_feed
from exchange.feed.report import Options
from exchange.feed.source import Source
from exchange.sample import SampleSummary, write_sample_feed
from loaders.reading import Reading
from loaders.terms import current_terms
from server.bundle import INSTALL, is_installed
from server.clock import Clock
from server.settings import PREFIX, Settings

DAY = date(2010, 2, 19)
CENTRES, LEARNERS, SEED = 3, 240, 1


def demo(
    *, folder: Path = Path("demo"), port: Port | None = None, prepare_only: bool = False
) -> None:
    """Make a sample feed, import it, make log-ins, and serve.

    Parameters
    ----------
    folder
        Where the feed and the database go; what an earlier demo left there is replaced, unless a
        server still uses it.
    port
        Port to listen on; by default as the settings say.
    prepare_only
        Make everything and stop before serving.

    """
    console = Console()
    os.environ.setdefault(f"{PREFIX}TODAY", DAY.isoformat())
    os.environ.setdefault(f"{PREFIX}ENVIRONMENT", "demo")
    os.environ.setdefault(f"{PREFIX}SECURE_COOKIES", "false")
    # The demo has a database of its own: its accounts must never reach a real one.
    path = folder / "learner-tracking.sqlite3"
    os.environ["DATABASE_URL"] = f"sqlite://{path}"
    if not prepare_only:
        run(partial(_refuse_taken, port))
    os.environ.setdefault(f"{PREFIX}MAIL_FOLDER", str(folder / "mail"))

    async def work() -> list[tuple[str, str, str]]:
        settings = Settings()
        _make_way(folder, path)
        summary = write_sample_feed(
            folder / "sample-feed", centres=CENTRES, learners=LEARNERS, seed=SEED
        )
        database = await open_database(settings.database_url)
        try:
            await database.migrate()
            report = await apply_feed(
                database,
                Source(folder / "sample-feed"),
                Options("demo"),
                day=settings.today or DAY,
            )
            show(console, report)
            people = await _people(database)
            await _declare(database, summary, people[1][1], settings.today or DAY)
            return people
        finally:
            await database.close()

    logins = run(work)
    with closing(_claimed(path)):
        settings = Settings()
        address = f"http://{settings.host}:{settings.port if port is None else port}"
        _tell(console, address, logins, settings.graphiql_folder)
        place = settings.smtp_host or f"the folder {settings.mail_folder}"
        console.print(f"\nMail goes to {place}.", markup=False, highlight=False, soft_wrap=True)
        if not prepare_only:
            serve(port=port)


def _claimed(database: Path) -> sqlite3.Connection:
    """A connection by which other demos see, until the server has its own, that it is in use."""
    connection = sqlite3.connect(database)
    connection.execute("SELECT 1 FROM account").fetchone()
    return connection


def _refuse_in_use(database: Path) -> None:
    """Raise Refused while anybody has the database open, as the server of an earlier demo has."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")  # which needs it for itself alone
        except sqlite3.DatabaseError as error:  # one that is broken is in nobody's use
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                message = (
                    f"{database} is in use, by a demo or a server that is running: stop that first,"
                    " or name another folder, as in `learner-tracking demo --folder demo-2`."
                )
                raise Refused(message, code="IN_USE") from None


async def _refuse_taken(port: int | None) -> None:
    """The demo of before is not replaced where a new one could not be served."""
    settings = Settings()
    refuse_taken(settings.host, settings.port if port is None else port)


def _make_way(folder: Path, database: Path) -> None:
    """A folder for the demo, without what an earlier one left there."""
    folder_there(folder)
    _refuse_in_use(database)
    for old in (*folder.glob("learner-tracking.sqlite3*"), *folder.glob("mail/*.eml")):
        old.unlink()


async def _people(database: Database) -> list[tuple[str, str, str]]:
    """One log-in for each kind of user: who they are, e-mail, password."""
    now = Clock().now()
    rows = await database.reader.tuples("SELECT number FROM centre ORDER BY number")
    numbers = [row[0] for row in rows]
    password = _password()
    terms = await current_terms(Reading(database.reader, CONSOLE, Clock().today()))
    plan = (
        ("Viewer at one centre", "viewer", None, GrantKind.CENTRE, Role.VIEWER, False, 1),
        ("Administrator", "administrator", None, GrantKind.CENTRE, Role.ADMINISTRATOR, False, 1),
        ("Centre user", "centre-user", None, GrantKind.CENTRE, Role.ADMINISTRATOR, True, 1),
        ("Consortium manager", "manager", None, GrantKind.NON_CENTRE, Role.VIEWER, False, CENTRES),
        ("Support staff", "support", Staff.SUPPORT, GrantKind.CENTRE, Role.VIEWER, False, 0),
    )
    people = []
    for title, word, staff, kind, role, manages, reach in plan:
        email = f"{word}@demo.example"
        user_id = await accounts.create_user(
            database,
            CONSOLE,
            email=email,
            password=password,
            title="",
            first_name=title.split()[0],
            last_name="Demo",
            staff=staff,
            now=now,
        )
        person = replace(ANONYMOUS, user_id=user_id)
        await accept_terms(database, person, terms.version, now=now)
        affiliation = title if kind is GrantKind.NON_CENTRE else None
        for number in numbers[:reach]:
            await set_access(
                database,
                CONSOLE,
                centre_number=number,
                login=email,
                rights=Rights(kind, role, manages, affiliation),
                now=now,
            )
        people.append((title, email, password))
    return people


async def _declare(database: Database, summary: SampleSummary, email: str, day: date) -> None:
    """What is taken elsewhere, as far as the administrator of the first centre knows."""
    viewer = await viewer_by_email(database, email)
    assert viewer is not None  # noqa: S101 - made a moment ago
    for ref, component, qan in summary.suggested_declarations:
        rows = await database.reader.tuples("SELECT id FROM registration WHERE ref = ?", ref)
        with suppress(Missing):  # learners of other centres are not the administrator's
            await add_declaration(
                database,
                viewer,
                registration_id=rows[0][0],
                component=component,
                qan=qan,
                day=day,
                now=Clock().now(),
            )


@cache
def _password() -> str:
    """One password for everybody in this demo."""
    return f"try-{secrets.token_urlsafe(9)}"


def _tell(console: Console, address: str, logins: list[tuple[str, str, str]], folder: Path) -> None:
    """How to begin; `folder` is where GraphiQL would be."""
    table = Table("who", "e-mail", "password")
    for row in logins:
        table.add_row(*row)
    print_table(table)
    _, email, password = logins[0]
    log_in = (
        '{"query": "mutation($i: SessionLogInInput!) { sessionLogIn(input: $i)'
        ' { ... on SessionLogIn { token } ... on Problem { code message } } }",'
        f' "variables": {{"i": {{"email": "{email}", "password": "{password}"}}}}}}'
    )
    question = (
        '{"query": "{ learners(first: 3) { totalCount nodes { uln name completionStatus'
        ' components { type entryFlag assessmentFlag } } } }"}'
    )
    here = f"Support staff look around in a browser: {address}/staff"
    if not is_installed(folder):
        here += f" (once GraphiQL is there: {INSTALL})"
    console.print(f"\n{here}", markup=False, highlight=False, soft_wrap=True)
    console.print("\nPaste this into another terminal:\n", highlight=False)
    remember = r"""sed -E 's/.*"token":"([^"]+)".*/\1/'"""
    for line in (
        f"ADDRESS={address}/graphql JSON='content-type: application/json'",
        f"TOKEN=$(curl -s $ADDRESS -H \"$JSON\" -d '{log_in}' | {remember})",
        f'curl -s $ADDRESS -H "$JSON" -H "authorization: Bearer $TOKEN" -d \'{question}\'',
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)

"""Commands about accounts and their access to centres."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actions import access, accounts, tokens
from actions.grants import Rights
from auth.permissions import GrantKind, Role, Staff
from auth.viewer import CONSOLE
from cli.running import opened, run, stop
from cli.tables import print_table
from loaders.access import access_by_user_id
from loaders.account_rows import AccessRow, AccountRow
from loaders.accounts import all_accounts
from loaders.centres import centre_by_id
from loaders.reading import Reading
from server.clock import Clock

app = App(name="user", help="Accounts and their access to centres.")


@app.command
def add(
    email: str,
    /,
    *,
    first_name: str,
    last_name: str,
    title: str = "",
    staff: Staff | None = None,
    password_file: Path | None = None,
) -> None:
    """Open an account.

    Parameters
    ----------
    email
        The e-mail address to log in with.
    first_name
        First name.
    last_name
        Last name.
    title
        Form of address, such as Ms.
    staff
        What the person does at the awarding body itself, if anything.
    password_file
        File whose first line is the password; otherwise it is asked for, or read from standard
        input when that is no terminal. Service accounts have none.

    """

    async def work() -> None:
        async with opened() as database:  # before somebody types a password in vain
            password = None if staff is Staff.SERVICE else _password(password_file)
            await accounts.create_user(
                database,
                CONSOLE,
                email=email,
                password=password,
                title=title,
                first_name=first_name,
                last_name=last_name,
                staff=staff,
                now=Clock().now(),
            )

    run(work)
    if staff is Staff.SERVICE:
        _say(f"{email} is there. Make a token for it: learner-tracking user token {email}")
    else:
        _say(f"{email} can log in.")


@app.command
def grant(
    email: str,
    centre: str,
    /,
    *,
    kind: GrantKind = GrantKind.CENTRE,
    role: Role = Role.VIEWER,
    centre_user: Annotated[bool, Parameter(negative=())] = False,
    affiliation: str | None = None,
    line: str | None = None,
) -> None:
    """Let a user in at a centre, or change what they may do there.

    Parameters
    ----------
    email
        The user's e-mail address.
    centre
        The five-digit centre number.
    kind
        Whether the person works at the centre.
    role
        Whether the person may edit.
    centre_user
        Bind the person to the centre: they edit, and manage its users.
    affiliation
        A label for reports, such as the consortium's name.
    line
        The only line of learning to open, by its code.

    """

    async def work() -> None:
        async with opened() as database:
            await access.set_access(
                database,
                CONSOLE,
                centre_number=centre,
                login=email,
                rights=Rights(kind, role, centre_user, affiliation, line),
                now=Clock().now(),
            )

    run(work)
    _say(f"{email} has access to centre {centre}.")


@app.command
def revoke(email: str, centre: str, /) -> None:
    """End a user's access to a centre.

    Parameters
    ----------
    email
        The user's e-mail address.
    centre
        The five-digit centre number.

    """

    async def work() -> None:
        async with opened() as database:
            await access.end_access(
                database, CONSOLE, centre_number=centre, login=email, now=Clock().now()
            )

    run(work)
    _say(f"{email} has no access to centre {centre} any more.")


@app.command
def disable(email: str, /) -> None:
    """Close an account to its owner, whose sessions and tokens end at once.

    Parameters
    ----------
    email
        The user's e-mail address.

    """

    async def work() -> None:
        async with opened() as database:
            await accounts.disable_account(database, CONSOLE, email, now=Clock().now())

    run(work)
    _say(f"{email} cannot log in any more.")


@app.command
def enable(email: str, /) -> None:
    """Open a closed account again.

    Parameters
    ----------
    email
        The user's e-mail address.

    """

    async def work() -> None:
        async with opened() as database:
            await accounts.enable_account(database, CONSOLE, email, now=Clock().now())

    run(work)
    _say(f"{email} can log in again.")


@app.command
def token(email: str, /, *, name: str = "feeds", days: int = 366) -> None:
    """Make a token for a service account and print it, which is the only time it is shown.

    Parameters
    ----------
    email
        The service account's e-mail address.
    name
        What the token is for, to tell it from others.
    days
        How long it lives, 1 to 366 days.

    """

    async def work() -> tokens.MadeToken:
        async with opened() as database:
            return await tokens.create_service_token(
                database, CONSOLE, login=email, name=name, days=days, now=Clock().now()
            )

    made = run(work)
    _say(made.token)


@app.command(name="list")
def show() -> None:
    """List the accounts and what each may do."""

    async def work() -> tuple[list[AccountRow], list[AccessRow], dict[int, str]]:
        async with opened() as database:
            reading = Reading(database.reader, CONSOLE, Clock().today())
            people = await all_accounts(database.reader)
            held = await access_by_user_id(reading, [person.id for person in people])
            grants = [grant for group in held for grant in group]
            centres = await centre_by_id(reading, sorted({grant.centre_id for grant in grants}))
            return people, grants, {row.id: row.number for row in centres if row}

    print_table(_table(*run(work)))


def _table(people: list[AccountRow], grants: list[AccessRow], numbers: dict[int, str]) -> Table:
    table = Table("E-mail", "Name", "Staff", "Access", "Last log-in", "State")
    for person in people:
        cells = (
            person.email,
            f"{person.first_name} {person.last_name}",
            Staff(person.staff).label if person.staff else "",
            "\n".join(sorted(_access(row, numbers) for row in grants if row.user_id == person.id)),
            f"{person.last_log_in_at:%Y-%m-%d %H:%M}" if person.last_log_in_at else "",
            _state(person),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _access(row: AccessRow, numbers: dict[int, str]) -> str:
    label = f" ({row.affiliation})" if row.affiliation else ""
    line = f", {row.line} only" if row.line else ""
    return f"{numbers[row.centre_id]} {row.standing.label}{label}{line}"


def _state(person: AccountRow) -> str:
    if person.disabled_at:
        return "disabled"
    return "" if person.email_confirmed_at else "unconfirmed"


def _password(file: Path | None) -> str:
    """The password from a file, from the person at the terminal, or from standard input."""
    try:
        if file is not None:
            return _first_line(file.read_text("utf-8"))
        if not sys.stdin.isatty():
            return _first_line(sys.stdin.read())
    except (OSError, UnicodeDecodeError):
        stop("The password cannot be read.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != password:
        stop("The two passwords differ.")
    return password


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].removesuffix("\r")


def _say(sentence: str) -> None:
    Console().print(Text(sentence))

"""Commands about accounts and their access to centres."""

import getpass
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actions import accounts
from auth.permissions import GrantKind, Role, Staff
from cli.running import opened, run, stop
from server.clock import Clock

app = App(help="Accounts and their access to centres.")


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
        input when that is no terminal.

    """
    password = _password(password_file)

    async def work() -> None:
        async with opened() as database:
            await accounts.create_user(
                database,
                email=email,
                password=password,
                title=title,
                first_name=first_name,
                last_name=last_name,
                staff=staff,
                now=Clock().now(),
            )

    run(work)
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

    """

    async def work() -> None:
        async with opened() as database:
            await accounts.grant_access(
                database,
                email=email,
                centre_number=centre,
                kind=kind,
                role=role,
                manages_users=centre_user,
                affiliation=affiliation,
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
            await accounts.revoke_access(
                database, email=email, centre_number=centre, now=Clock().now()
            )

    run(work)
    _say(f"{email} has no access to centre {centre} any more.")


@app.command(name="list")
def show() -> None:
    """List the accounts and what each may do."""

    async def work() -> list[accounts.Access]:
        async with opened() as database:
            return await accounts.all_access(database)

    Console().print(_table(run(work)))


def _table(rows: Iterable[accounts.Access]) -> Table:
    table = Table("E-mail", "Name", "Staff", "Access", "Last log-in", "State")
    for _, group in groupby(rows, key=lambda row: row.email):
        held = list(group)
        user = held[0]
        cells = (
            user.email,
            f"{user.first_name} {user.last_name}",
            Staff(user.staff).label if user.staff else "",
            "\n".join(_access(row) for row in held),
            f"{user.last_log_in_at:%Y-%m-%d %H:%M}" if user.last_log_in_at else "",
            "disabled" if user.disabled_at else "",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _access(row: accounts.Access) -> str:
    if row.standing is None:
        return ""
    label = f" ({row.affiliation})" if row.affiliation else ""
    return f"{row.centre_number} {row.standing.label}{label}"


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

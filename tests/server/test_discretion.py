"""After everything that people do, nothing that is theirs stands where it must not."""

import asyncio
import re
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

import models
from database.connection import Database
from tests.exchange.feeds import ANNA_ULN, WEST, send, tiny_feed
from tests.factories import PASSWORD, Caller, add_user, log_in_by_password, served
from tests.server.test_guide import CHOSEN, EMAIL, code_for, play

BORN: Final = ("1993-09-14", "14/09/1993")
TOKEN: Final = re.compile(r"lt_[sacr]_[A-Za-z0-9_-]{43}")
RESET: Final = """mutation ($input: PasswordResetInput!) { passwordReset(input: $input)
    { __typename ... on Problem { code } } }"""
ASK_RESET: Final = """mutation ($input: PasswordRequestResetInput!) {
    passwordRequestReset(input: $input) { __typename } }"""
MAKE_TOKEN: Final = """mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input)
    { __typename ... on ApiTokenCreate { token } ... on Problem { code } } }"""
RECORD: Final = """query ($uln: ULN!) { learner(uln: $uln) { name dateOfBirth uci
    components { entries { qan dateOfBirth } issues { code advice { title } } } } }"""
NEW: Final = "another seven green bottles"


async def live(database: Database, url: str, folder: Path) -> tuple[list[str], list[str]]:
    """A day in the life of the service; the tokens that were made, and the errors told."""
    mail, tokens, errors = folder / "mail", [], list[str]()
    await send(database, folder / "feed", tiny_feed())
    await add_user(database, "manager@example.org", WEST, manages_users=True)
    async with served(
        url, mail_folder=mail, log_format="json", feed_folder=folder / "in"
    ) as client:
        await play(client, mail, WEST, "manager@example.org")
        nobody = Caller(client)
        await nobody.data(ASK_RESET, input={"email": EMAIL})
        code = await code_for(mail, EMAIL, "reset-password")
        wanted = {"token": code, "password": NEW, "passwordAgain": NEW}
        assert (await nobody.data(RESET, input=wanted))["passwordReset"]["__typename"] == "Done"
        manager = await log_in_by_password(client, "manager@example.org")
        made = await manager.data(
            MAKE_TOKEN, input={"name": "statistics", "centres": [WEST], "days": 30}
        )
        tokens.append(made["apiTokenCreate"]["token"])
        program = Caller(client, tokens[0])
        for caller in (manager, program, nobody, await log_in_by_password(client, EMAIL, NEW)):
            answer = await caller.ask(RECORD, uln=ANNA_ULN)
            errors.append(orjson.dumps(answer.get("errors", [])).decode())
        for variables in ({"uln": f"{ANNA_ULN[:-1]}x"}, {"uln": "Anna Ash 1993-09-14"}, {}):
            answer = await manager.ask(RECORD, **variables)
            errors.append(orjson.dumps(answer["errors"]).decode())
        await asyncio.sleep(0.5)
        tokens += await kept_tokens(manager)
    return tokens, errors


async def kept_tokens(caller: Caller) -> list[str]:
    """The token of a session, as its holder knows it."""
    return [caller._headers["authorization"].split()[1]]  # noqa: SLF001 - what was sent


async def stored(database: Database) -> dict[str, list[str]]:
    """Every text in every table."""
    found: dict[str, list[str]] = {}
    for name in models.__all__:
        table = getattr(models, name)._meta.db_table  # noqa: SLF001 - where tortoise keeps it
        rows: Any = await database.reader.tuples(f'SELECT * FROM "{table}"')  # noqa: S608 - ours
        found[table] = [str(value) for row in rows for value in tuple(row) if value is not None]
    return found


async def test_logs_mails_errors_and_tables_hold_no_secrets(
    database: Database,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tokens, errors = await live(database, database_url, tmp_path)
    logs = capsys.readouterr().err
    mails = "".join(path.read_text("utf-8") for path in (tmp_path / "mail").rglob("*.eml"))
    held = await stored(database)
    assert "event" in logs
    assert "confirm" in mails.lower()
    assert len(held["event"]) > 50

    secrets = [PASSWORD, CHOSEN, NEW, *tokens]
    for place, text in (("logs", logs), ("mails", mails), ("errors", "".join(errors))):
        for secret in secrets:
            assert secret not in text, place
        for private in (*BORN, ANNA_ULN, "Anna"):
            assert private not in text, place
    assert not TOKEN.findall(logs + "".join(errors))
    codes = TOKEN.findall(mails.replace("=\n", ""))
    assert codes, "mails bring their codes"
    assert {code[:5] for code in codes} <= {"lt_c_", "lt_r_"}
    for table, values in held.items():
        for value in values:
            assert not TOKEN.search(value), table
            assert not any(secret in value for secret in secrets), table
    kept = "".join(held["event"] + held["change"] + held["letter"])
    assert not any(private in kept for private in (*BORN, ANNA_ULN, "Anna Ash"))

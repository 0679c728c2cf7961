"""The first half of the guide, played over HTTP from the first mail to the last refusal."""

import asyncio
import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

import httpx2

from database.connection import Database
from tests.factories import PASSWORD, Caller, add_user, import_sample, log_in_by_password, served

EMAIL: Final = "carol.newman@college.example"
CHOSEN: Final = "seven green bottles"
CODE: Final = re.compile(r"^(lt_[cr]_[\w-]{43})\s*$", re.MULTILINE)

REGISTER: Final = """mutation ($input: AccountRegisterInput!) { accountRegister(input: $input)
    { __typename ... on Problem { code message } } }"""
CONFIRM: Final = """mutation ($input: AccountConfirmEmailInput!) {
    accountConfirmEmail(input: $input) { __typename ... on Problem { code message } } }"""
ACCEPT: Final = """mutation ($input: TermsAcceptInput!) { termsAccept(input: $input)
    { __typename ... on Me { termsDue } } }"""
GRANT: Final = """mutation ($input: AccessGrantInput!) { accessGrant(input: $input)
    { __typename ... on Access { id email standing version } ... on Problem { code } } }"""
TICK: Final = """mutation ($input: AccessSetAdministratorInput!) {
    accessSetAdministrator(input: $input)
    { __typename ... on Access { id role version } ... on Problem { code } } }"""
REVOKE: Final = """mutation ($input: AccessRevokeInput!) { accessRevoke(input: $input)
    { __typename ... on Problem { code } } }"""
RECORD: Final = """{ learners(first: 1) { totalCount nodes { uln dateOfBirth
    viewerMay { editAwardMonth { allowed code } } } } }"""


def letters(mail: Path, kind: str) -> list[Path]:
    """The mails of a kind, the newest first."""
    return sorted(mail.glob(f"*-{kind}.eml"), reverse=True)


async def code_for(mail: Path, email: str, kind: str) -> str:
    """The code in the newest mail of a kind to somebody, as soon as it is there."""
    for _ in range(200):
        for file in letters(mail, kind):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            if letter["To"] is not None and email in letter["To"] and body is not None:
                found = CODE.search(body.get_content())
                assert found, body.get_content()
                return found[1]
        await asyncio.sleep(0.05)
    raise AssertionError(kind)


async def play(
    client: httpx2.AsyncClient, mail: Path, centre: str, login: str, password: str = PASSWORD
) -> None:
    """Somebody comes, is let in, may edit, and is sent away again."""
    nobody = Caller(client)
    names = {"title": "Ms", "firstName": "Carol", "lastName": "Newman"}
    wanted = {"email": EMAIL, "password": CHOSEN, "passwordAgain": CHOSEN, **names}
    assert await nobody.data(REGISTER, input=wanted) == {"accountRegister": {"__typename": "Done"}}
    assert await nobody.data(REGISTER, input={**wanted, "email": login}) == {
        "accountRegister": {"__typename": "Done"}
    }
    code = await code_for(mail, EMAIL, "confirm-email")
    confirmed = await nobody.data(CONFIRM, input={"token": code, "password": CHOSEN})
    assert confirmed == {"accountConfirmEmail": {"__typename": "Done"}}

    carol = await log_in_by_password(client, EMAIL, CHOSEN)
    (due,) = await carol.errors("{ learners { totalCount } }")
    assert due["extensions"] == {"code": "TERMS_NOT_ACCEPTED"}
    terms = (await carol.data("{ currentTerms { version } }"))["currentTerms"]
    accepted = await carol.data(ACCEPT, input=terms)
    assert accepted == {"termsAccept": {"__typename": "Me", "termsDue": False}}
    assert await carol.data(RECORD) == {"learners": {"totalCount": 0, "nodes": []}}

    manager = await log_in_by_password(client, login, password)
    added = (await manager.data(GRANT, input={"centre": centre, "login": EMAIL.upper()}))[
        "accessGrant"
    ]
    assert (added["email"], added["standing"]) == (EMAIL, "CENTRE_VIEWER")
    assert await may_edit(carol) == {"allowed": False, "code": "FORBIDDEN"}
    refused = await carol.data(TICK, input=tick(added, administrator=True))
    assert refused["accessSetAdministrator"]["code"] == "FORBIDDEN"

    ticked = (await manager.data(TICK, input=tick(added, administrator=True)))[
        "accessSetAdministrator"
    ]
    assert ticked["role"] == "ADMINISTRATOR"
    assert await may_edit(carol) == {"allowed": True, "code": "ALLOWED"}

    unticked = (await manager.data(TICK, input=tick(ticked, administrator=False)))[
        "accessSetAdministrator"
    ]
    assert unticked["role"] == "VIEWER"
    assert await may_edit(carol) == {"allowed": False, "code": "FORBIDDEN"}

    ending = {"id": unticked["id"], "expectedVersion": unticked["version"]}
    assert await manager.data(REVOKE, input=ending) == {"accessRevoke": {"__typename": "Done"}}
    assert await carol.data(RECORD) == {"learners": {"totalCount": 0, "nodes": []}}
    assert (await carol.data("{ me { access { id } } }"))["me"]["access"] == []


def tick(access: dict[str, Any], *, administrator: bool) -> dict[str, Any]:
    """The input that ticks or unticks learner tracking administrator."""
    return {
        "id": access["id"],
        "expectedVersion": access["version"],
        "administrator": administrator,
    }


async def may_edit(caller: Caller) -> dict[str, Any]:
    """Whether somebody who sees learners may edit their award months."""
    page = (await caller.data(RECORD))["learners"]
    assert page["totalCount"] > 0
    found: dict[str, Any] = page["nodes"][0]["viewerMay"]["editAwardMonth"]
    return found


async def test_the_guide_is_played_from_registering_to_seeing_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=5)
    ((centre,),) = await database.reader.tuples("SELECT number FROM centre")
    await add_user(database, "manager@example.org", centre, manages_users=True)
    mail = tmp_path / "mail"

    async with served(database_url, mail_folder=mail) as client:
        await play(client, mail, centre, "manager@example.org")

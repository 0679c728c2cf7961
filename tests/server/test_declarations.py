"""Lists of declarations handed in as sheets: looked at row by row, then declared."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
import xlsxwriter

from auth.permissions import Role
from database.connection import Database
from exchange.declared import CSV, XLSX
from tests.domain.cases import qan
from tests.exchange.feeds import ANNA_ULN, BEN_ULN, CLEO_ULN, EAST, WEST, registration
from tests.exchange.feeds import send as feed
from tests.factories import LOG_IN, PASSWORD, Caller, add_user, served
from tests.graph.editing import small_world, written

OTHER = qan("OTHER_PROJ_L2")
GOOD = [["ULN", "Name", "Component", "QAN"], [ANNA_ULN, "Anna", "PROJECT", OTHER]]


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    await small_world(database, tmp_path / "feed")
    await add_user(database, "editor@example.org", WEST, role=Role.ADMINISTRATOR)
    await add_user(database, "viewer@example.org", WEST)
    await add_user(database, "stranger@example.org", EAST, role=Role.ADMINISTRATOR)
    return database


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode()


def as_xlsx(rows: Sequence[Sequence[str]], far: tuple[int, int] | None = None) -> bytes:
    """A sheet as a spreadsheet keeps it: whatever looks like a number is one."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if far is not None:
            sheet.write(*far, "a stray cell")
    return out.getvalue()


async def sign_in(client: httpx2.AsyncClient, email: str) -> dict[str, str]:
    wanted = {"email": email, "password": PASSWORD}
    answer = await Caller(client).data(LOG_IN, input=wanted)
    return {"authorization": f"Bearer {answer['sessionLogIn']['token']}"}


async def send(
    client: httpx2.AsyncClient, headers: dict[str, str], data: bytes, kind: str = CSV, **asked: str
) -> Any:
    return await client.post(
        "/declarations",
        params={"centre": WEST, **asked},
        content=data,
        headers={"content-type": kind, **headers},
    )


@pytest.mark.parametrize(("kind", "written_as"), [(CSV, as_csv), (XLSX, as_xlsx)])
async def test_a_list_is_looked_at_and_declared_once_however_often_it_is_sent(
    world: Database, database_url: str, kind: str, written_as: Any
) -> None:
    data = written_as([*GOOD, [BEN_ULN, "Ben", "Functional skills ICT", "700/0001/X"]])
    async with served(database_url) as client:
        headers = await sign_in(client, "editor@example.org")
        before = await written(world)
        shown = (await send(client, headers, data, kind)).json()
        assert (shown["applied"], shown["newCount"], shown["refusedCount"]) == (False, 2, 0)
        assert [row["row"] for row in shown["rows"]] == [2, 3]
        assert shown["rows"][1]["warnings"] == [
            "QAN_CHECK_CHARACTER_MISMATCH",
            "QUALIFICATION_UNKNOWN",
        ]
        assert await written(world) == before

        token = shown["token"]
        done = (await send(client, headers, data, kind, token=token)).json()
        assert (done["applied"], done["newCount"]) == (True, 2)
        after = await written(world)
        assert after != before
        again = (await send(client, headers, data, kind, token=token)).json()
        assert again == done
        assert await written(world) == after
        later = (await send(client, headers, data, kind)).json()
        assert (later["newCount"], later["unchangedCount"]) == (0, 2)


REMOVE = """
mutation ($input: DeclarationRemoveInput!) { declarationRemove(input: $input) { __typename } }
"""


async def test_a_list_is_declared_again_once_its_declarations_have_been_removed(
    world: Database, database_url: str
) -> None:
    data = as_csv(GOOD)
    async with served(database_url) as client:
        headers = await sign_in(client, "editor@example.org")
        editor = Caller(client, headers["authorization"].removeprefix("Bearer "))

        async def standing() -> list[str]:
            found = await editor.data("{ declarations { nodes { id } } }")
            return [node["id"] for node in found["declarations"]["nodes"]]

        for _ in range(2):
            assert await standing() == []
            token = (await send(client, headers, data)).json()["token"]
            done = (await send(client, headers, data, token=token)).json()
            assert (done["applied"], done["newCount"]) == (True, 1)
            (declared,) = await standing()
            await editor.data(REMOVE, input={"id": declared})


async def test_every_row_that_cannot_be_declared_is_told_and_keeps_all_from_it(
    world: Database, database_url: str
) -> None:
    rows = [
        *GOOD,
        ["1000000001", "", "PROJECT", OTHER],
        ["nobody", "", "PROJECT", OTHER],
        [CLEO_ULN, "Cleo", "PROJECT", OTHER],
        [ANNA_ULN, "", "SINGING", OTHER],
        [ANNA_ULN, "", "PROJECT", "500-1"],
        [ANNA_ULN, "", "PROJECT", qan("PROJ_L2")],
        [ANNA_ULN, "", "FS_ENGLISH", OTHER],
        [ANNA_ULN, "", "PROJECT", OTHER],
    ]
    async with served(database_url) as client:
        headers = await sign_in(client, "editor@example.org")
        before = await written(world)
        shown = (await send(client, headers, as_csv(rows))).json()
        assert shown["token"] is None
        assert [(row["row"], row["code"]) for row in shown["rows"]] == [
            (2, None),
            (3, "ULN_INVALID"),
            (4, "ULN_INVALID"),
            (5, "NOT_FOUND"),
            (6, "COMPONENT_UNKNOWN"),
            (7, "QAN_FORMAT"),
            (8, "QAN_IS_EDEXCEL"),
            (9, "COMPONENT_COMPLETE"),
            (10, "CHOSEN_TWICE"),
        ]
        assert await written(world) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_who_may_not_declare_is_told_so_and_nothing_is_read(
    world: Database, database_url: str
) -> None:
    before = await written(world)
    async with served(database_url) as client:
        editor = await sign_in(client, "editor@example.org")
        token = (await send(client, editor, as_csv(GOOD))).json()["token"]
        for headers, status, code in (
            ({}, 401, "UNAUTHENTICATED"),
            (await sign_in(client, "viewer@example.org"), 403, "FORBIDDEN"),
            (await sign_in(client, "stranger@example.org"), 404, "NOT_FOUND"),
        ):
            answer = await send(client, headers, as_csv(GOOD), token=token)
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        missing = await send(client, editor, as_csv(GOOD), centre="99999")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NOT_FOUND")
        unsaid = await send(client, editor, as_csv(GOOD), centre="")
        assert (unsaid.status_code, unsaid.json()["error"]["code"]) == (400, "QUERY")
        misnamed = await send(client, editor, as_csv(GOOD), previewToken=token)
        assert (misnamed.status_code, misnamed.json()["error"]["code"]) == (400, "QUERY")
    assert await written(world) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_no_list_is_refused(world: Database, database_url: str) -> None:
    before = await written(world)
    async with served(database_url) as client:
        headers = await sign_in(client, "editor@example.org")
        for data, kind, status, code in (
            (b"", CSV, 422, "EMPTY"),
            (b"uln,component\n", CSV, 422, "COLUMNS"),
            (b"uln,component,qan,qan\n", CSV, 422, "COLUMNS"),
            (b"uln;component;qan\n", CSV, 422, "COLUMNS"),
            (b"uln,component,qan\n", CSV, 422, "ROWS"),
            (b"uln,component,qan\n\xff\xfe\n", CSV, 422, "ENCODING"),
            (b'uln,component,qan\n"open', CSV, 422, "FILE"),
            (b"no workbook", XLSX, 422, "FILE"),
            (b"PK\x03\x04 not really", XLSX, 422, "FILE"),
            (as_xlsx([GOOD[0]], far=(1_048_575, 16_383)), XLSX, 422, "TOO_LARGE"),
            (as_xlsx([GOOD[0], *([GOOD[1]] * 5_001)]), XLSX, 422, "ROWS"),
            (as_csv([GOOD[0], *([GOOD[1]] * 5_001)]), CSV, 422, "ROWS"),
            (b"x" * ((4 << 20) + 1), CSV, 413, "TOO_LARGE"),
            (as_csv(GOOD), "application/json", 415, "MEDIA_TYPE"),
        ):
            answer = await send(client, headers, data, kind)
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), data[:40]
        apart = await send(client, headers, b"uln;component;qan\n", CSV)
        assert apart.json()["error"]["message"] == (
            "The columns of a CSV file are separated by commas, not by semicolons."
        )
        other = await send(client, headers, as_csv(GOOD), token="made up")
        assert (other.status_code, other.json()["error"]["code"]) == (422, "PREVIEW_INVALID")
        token = (await send(client, headers, as_csv(GOOD))).json()["token"]
        changed = as_csv([GOOD[0], [BEN_ULN, "Ben", "PROJECT", OTHER]])
        stale = await send(client, headers, changed, token=token)
        assert (stale.status_code, stale.json()["error"]["code"]) == (422, "PREVIEW_STALE")
    assert await written(world) == before


async def test_a_row_names_the_course_where_the_learner_has_several(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    other = registration("R-anna-adv", "anna", WEST, level="ADVANCED", anticipated_award="2012-08")
    gone = registration("R-ben-old", "ben", WEST, level="FOUNDATION", status="WITHDRAWN")
    await feed(world, tmp_path / "more", {"registrations.csv": [other, gone]})
    header = ["ULN", "Component", "QAN", "Level", "Line"]
    rows = [
        [ANNA_ULN, "PROJECT", OTHER, "", ""],
        [ANNA_ULN, "PROJECT", OTHER, "Advanced Diploma", ""],
        [f"{BEN_ULN[:3]} {BEN_ULN[3:]}", "PROJECT", OTHER, "", "engineering"],
        [BEN_ULN, "FS_ICT", OTHER, "ADVANCED", ""],
    ]
    async with served(database_url) as client:
        headers = await sign_in(client, "editor@example.org")
        shown = (await send(client, headers, as_csv([header, *rows]))).json()
        assert [row["code"] for row in shown["rows"]] == [
            *("REGISTRATION_AMBIGUOUS", None, None, "NOT_FOUND"),
        ]
        data = as_csv([header, rows[1]])
        token = (await send(client, headers, data)).json()["token"]
        done = (await send(client, headers, data, token=token)).json()
        assert (done["applied"], done["rows"][0]["level"]) == (True, "Advanced Diploma")
    declared = await world.reader.tuples(
        "SELECT r.ref FROM declaration d JOIN registration r ON r.id = d.registration_id"
    )
    assert [row[0] for row in declared] == ["R-anna-adv"]

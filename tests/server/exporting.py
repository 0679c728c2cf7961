"""What the tests of exports share: files taken away, and read back as somebody opens them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx2
from python_calamine import CalamineWorkbook

from tests.factories import LOG_IN, PASSWORD, Caller

Table = list[dict[str, Any]]


class Taker(Caller):
    """Somebody who takes lists away."""

    def __init__(self, client: httpx2.AsyncClient, token: str | None = None) -> None:
        super().__init__(client, token)
        self.client = client
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    async def get(self, file: str, **asked: str) -> Any:
        """The answer, whatever it is."""
        return await self.client.get(f"/export/{file}", params=asked, headers=self.headers)

    async def csv(self, name: str, **asked: str) -> Table:
        """The rows of a list that must come, by header."""
        answer = await self.get(f"{name}.csv", **asked)
        assert answer.status_code == 200, answer.text
        return table(answer.content)

    async def xlsx(self, name: str, **asked: str) -> tuple[dict[str, str], Table]:
        """What stands about a list, and its rows."""
        answer = await self.get(f"{name}.xlsx", **asked)
        assert answer.status_code == 200, answer.text
        return workbook(answer.content)


async def taker(client: httpx2.AsyncClient, email: str) -> Taker:
    """Somebody, logged in."""
    given = {"email": email, "password": PASSWORD}
    answer = await Caller(client).data(LOG_IN, input=given)
    return Taker(client, answer["sessionLogIn"]["token"])


def lines(content: bytes) -> list[list[str]]:
    """The lines of a CSV file, the note and the header among them."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def table(content: bytes) -> Table:
    """The rows of a CSV file by header."""
    _, header, *rows = lines(content)
    return by_header(header, rows)


def workbook(content: bytes) -> tuple[dict[str, str], Table]:
    """What the first sheet says, and the rows of the second by header."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    about = book.get_sheet_by_index(0).to_python()
    header, *rows = book.get_sheet_by_index(1).to_python()
    return {str(row[0]): str(row[1]) for row in about}, by_header(header, rows)


def by_header(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Table:
    assert len(set(header)) == len(header)
    return [dict(zip(header, row, strict=True)) for row in rows]

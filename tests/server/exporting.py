"""What the tests of exports share: files taken away, and read back as somebody opens them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx2
from python_calamine import CalamineWorkbook

from domain.codes import AssessmentDetail, CompletionStatus, EntryFlag
from domain.vocabulary import ComponentType
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


def learner_of(row: dict[str, str]) -> list[str]:
    """A learner as a file shows them."""
    named = ("Centre number", "ULN", "Given name", "Family name", "Anticipated award")
    about = ("Completion status", "Percent complete")
    flags = [
        row[f"{component.label}: {aspect}"]
        for component in ComponentType
        for aspect in ("entry", "assessment")
    ]
    return [*(row[name] for name in named + about), *flags]


def shown_learner(node: dict[str, Any]) -> list[str]:
    """The same of a learner in the graph."""
    course, parts = node["registration"], {part["type"]: part for part in node["components"]}
    flags = []
    for component in ComponentType:
        part = parts.get(component.value, {})
        entry, detail = part.get("entryFlag"), part.get("assessmentDetail")
        flags += [
            EntryFlag(entry).label if entry else "",
            AssessmentDetail(detail).label if detail else "",
        ]
    return [
        course["homeCentre"]["number"],
        node["uln"] or "",
        node["givenName"],
        node["familyName"],
        course["anticipatedAward"] or "",
        CompletionStatus(node["completionStatus"]).label,
        "" if node["percentComplete"] is None else str(node["percentComplete"]),
        *flags,
    ]


def issue_of(row: dict[str, str]) -> tuple[str, ...]:
    """An issue as a file shows it."""
    names = ("Issue", "About", "Due", "Component", "ULN", "What to do", "Steps")
    return tuple(row[name] for name in names)


def shown_issue(node: dict[str, Any]) -> tuple[str, ...]:
    """The same of an issue in the graph."""
    component, steps = node["componentType"], node["advice"]["steps"]
    return (
        node["label"],
        node["subject"] or "",
        node["dueOn"] or "",
        ComponentType(component).label if component else "",
        node["learner"]["uln"] or "",
        node["advice"]["title"],
        "\n".join(f"{number}. {step['text']}" for number, step in enumerate(steps, 1)),
    )

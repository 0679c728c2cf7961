"""Stored documents are checked at the start and sent by their hash; others run where they may."""

from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from auth.matrix import CallerKind
from database.connection import Database
from domain.errors import Invalid
from schema.limits import LIMITS
from schema.root import make_schema
from server.documents import stored_documents
from server.settings import Settings, faults
from tests.callers import CallerMaker
from tests.factories import served

TEXT: Final = "query Today { serviceInfo { date } }\n"
KINDS: Final = "anonymous, user, api_token, staff"
HASH: Final = sha256(TEXT.encode()).hexdigest()
OTHER: Final = "{ serviceInfo { version } }"
PERSISTED: Final = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}}
DAY: Final = {"serviceInfo": {"date": "2010-02-19"}}


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def stored(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.graphql").write_text(text, "utf-8")
    return folder


async def test_a_stored_document_is_run_by_its_hash(database_url: str, tmp_path: Path) -> None:
    folder = stored(tmp_path / "documents", today=TEXT)
    async with served(database_url, documents_folder=folder) as client:
        for body in (
            PERSISTED,
            {"documentId": HASH},
            {"documentId": f"sha256:{HASH.upper()}"},
            {"documentId": HASH, "operationName": "Today", "variables": {}},
            {"query": TEXT, **PERSISTED},
            {"query": OTHER},
        ):
            answer = await client.post("/graphql", json=body)
            assert answer.status_code == 200, body
            assert "errors" not in answer.json()
        unknown = [
            await client.post("/graphql", json={"documentId": "0" * 64, **beside})
            for beside in ({}, {"query": ""}, {"query": None})
        ]

    for answer in unknown:
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}


async def test_who_may_not_send_documents_of_their_own_is_told_so(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}
    given: dict[str, Any] = {
        "documents_folder": stored(tmp_path / "documents", today=TEXT),
        "stored_documents_only": "anonymous, api_token",
    }
    async with served(database_url, **given) as client:
        for body in ({"query": OTHER}, {"query": TEXT}):
            refused = await client.post("/graphql", json=body)
            assert refused.status_code == 403
            assert refused.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_STORED"}
        mine = await client.post("/graphql", json={"query": OTHER}, headers=headers)
        known = await client.post("/graphql", json=PERSISTED)

    assert "errors" not in mine.json()
    assert known.json()["data"] == DAY


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("query A { nothing }", "Cannot query field 'nothing' on type 'Query'."),
        ("query A {", "Syntax Error: Expected Name, found <EOF>."),
        ("{ serviceInfo { date } }", "Each operation needs a name."),
        ("query A { a" + "{a" * 50, LIMITS["nesting"][1].format(40)),
        ("query A { a { " + "a " * 90 + "} }", LIMITS["repeats"][1]),
    ],
)  # fmt: skip
def test_a_wrong_document_stops_the_start_with_a_sentence(
    tmp_path: Path, text: str, reason: str
) -> None:
    folder = stored(tmp_path / "documents", wrong=text, today=TEXT)

    with pytest.raises(Invalid) as caught:
        stored_documents(folder, make_schema())

    assert caught.value.message == (f"The stored document wrong.graphql cannot be used. {reason}")


def test_a_file_that_is_named_by_a_hash_has_that_hash(tmp_path: Path) -> None:
    folder = stored(tmp_path / "documents", **{HASH: TEXT})
    assert stored_documents(folder, make_schema()).text(HASH) == TEXT

    (folder / f"{HASH}.graphql").write_text(f"{TEXT}\n", "utf-8")
    with pytest.raises(Invalid, match=r"Its name is the hash of another text\.$"):
        stored_documents(folder, make_schema())
    (folder / f"{HASH}.graphql").write_bytes(b"\xff")
    with pytest.raises(Invalid, match=r"It is not UTF-8\.$"):
        stored_documents(folder, make_schema())


def test_settings_of_documents_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(documents_folder=tmp_path / "none", stored_documents_only="everybody")

    assert faults(caught.value) == [
        "LEARNER_TRACKING_DOCUMENTS_FOLDER: There is no such folder.",
        f"LEARNER_TRACKING_STORED_DOCUMENTS_ONLY: These are some of {KINDS}, by commas.",
    ]

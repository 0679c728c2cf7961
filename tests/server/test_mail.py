"""Mails: what stands in them, how they reach a mail server, and what becomes of those that fail."""

import socket
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from actions.letters import write_letter
from database.connection import Database
from domain.letters import LetterKind
from domain.people import parse_email
from server.mail.carriers import Folder, Smtp
from server.mail.letters import Letterhead
from server.mail.post import deliver_due
from tests.factories import add_user

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEAD = Letterhead("tracking@example.org", "help@example.org", "https://tracking.example.org/")
ANN = "ann@example.org"


class Mailbox:
    """A mail server's side of the conversation."""

    def __init__(self) -> None:
        self.refuses = False
        self.mails: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802 - the library's own name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuses:
            return "451 Not now"
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Smtp]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, Smtp("127.0.0.1", port, security="none", patience=5)
    controller.stop()


async def write(database: Database, kind: LetterKind, **facts: str | None) -> None:
    async with database.transaction() as connection:
        await write_letter(connection, kind, ANN, NOW, **facts)


async def state(database: Database) -> list[tuple[str | None, int]]:
    """What became of each letter, and how often it was tried."""
    rows = await database.reader.tuples("SELECT outcome, attempts FROM letter ORDER BY id")
    return [(row[0], row[1]) for row in rows]


def texts(mail: EmailMessage) -> tuple[str, str]:
    """The plain text and the HTML of a mail."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


async def test_a_mail_goes_to_the_server_once_with_a_code_and_its_link(
    database: Database, mailbox: tuple[Mailbox, Smtp]
) -> None:
    box, smtp = mailbox
    await add_user(database, ANN)
    await database.writer.execute("UPDATE account SET email_confirmed_at = NULL")
    await write(database, LetterKind.CONFIRM_EMAIL)

    assert await deliver_due(database, smtp, HEAD, NOW) == 1
    assert await deliver_due(database, smtp, HEAD, NOW) == 0

    (mail,) = box.mails
    assert (mail["To"], mail["Auto-Submitted"]) == (ANN, "auto-generated")
    plain, html = texts(mail)
    ((token_hash, purpose),) = await database.reader.tuples(
        "SELECT token_hash, purpose FROM one_time_token"
    )
    assert purpose == "CONFIRM_EMAIL"
    for text in (plain, html):
        assert "https://tracking.example.org/confirm-email#token=lt_c_" in text
        assert token_hash not in text
    assert await state(database) == [("SENT", 1)]


async def test_a_mail_that_fails_is_tried_again_and_given_up_after_three_days(
    database: Database, mailbox: tuple[Mailbox, Smtp]
) -> None:
    box, smtp = mailbox
    box.refuses = True
    facts = {"centre_number": "10001", "centre_name": "Westgate", "by": "Bea"}
    await write(database, LetterKind.ACCESS_REVOKED, **facts)

    assert await deliver_due(database, smtp, HEAD, NOW) == 0
    assert await state(database) == [(None, 1)]
    assert await deliver_due(database, smtp, HEAD, NOW + timedelta(seconds=30)) == 0
    assert await state(database) == [(None, 1)], "it waits for a minute first"
    box.refuses = False
    assert await deliver_due(database, smtp, HEAD, NOW + timedelta(minutes=2)) == 1
    assert [mail["Subject"] for mail in box.mails] == ["Learner Tracking: Your access has ended"]

    box.refuses = True
    await write(database, LetterKind.ACCESS_REVOKED, **facts)
    await deliver_due(database, smtp, HEAD, NOW + timedelta(days=3, minutes=1))
    assert (await state(database))[1][0] == "GIVEN_UP"


async def test_an_address_that_has_an_account_is_told_so_and_one_without_gets_nothing(
    database: Database, mailbox: tuple[Mailbox, Smtp]
) -> None:
    box, smtp = mailbox
    await write(database, LetterKind.RESET_PASSWORD)
    await deliver_due(database, smtp, HEAD, NOW)
    assert (box.mails, await state(database)) == ([], [("NOT_NEEDED", 1)])

    await add_user(database, ANN)
    await write(database, LetterKind.CONFIRM_EMAIL)
    await deliver_due(database, smtp, HEAD, NOW)
    (mail,) = box.mails
    assert mail["Subject"] == "Learner Tracking: You already have an account"
    assert "lt_" not in "".join(texts(mail))


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_names_cannot_write_mails(database: Database, mailbox: tuple[Mailbox, Smtp]) -> None:
    box, smtp = mailbox
    await write(
        database,
        LetterKind.ACCESS_GRANTED,
        centre_number="10001",
        centre_name='<a href="https://evil.example">Click</a>\r\nBcc: x@evil.example',
        by="Bea\n\nPay here",
        standing="Centre viewer",
    )
    await deliver_due(database, smtp, HEAD, NOW)
    (mail,) = box.mails
    plain, html = texts(mail)
    assert mail["Bcc"] is None
    assert "<a href=" not in html.replace('<a href="mailto', "")
    assert "\nPay here" not in plain


FORGING = (
    "=?utf-8?q?=0d=0abcc=3ax=40y.z=0d=0a=0d=0aclick=20http=3a//evil.example=0d=0a?=@ex.org",
    "ann@=?utf-8?q?ex=0d=0abcc=3ax=40y.z?=.org",
    "=?utf-8?q?bea?=@example.org",
)


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("recipient", FORGING)
async def test_an_address_cannot_write_mails(
    database: Database, mailbox: tuple[Mailbox, Smtp], recipient: str
) -> None:
    """Such addresses are refused today; a letter to one may still be waiting."""
    box, smtp = mailbox
    facts = {"centre_number": "10001", "centre_name": "Westgate", "by": "Bea"}
    await write(database, LetterKind.ACCESS_REVOKED, **facts)
    await database.writer.execute("UPDATE letter SET recipient = ?", recipient)

    assert await deliver_due(database, smtp, HEAD, NOW) == 0
    assert box.mails == []
    assert await state(database) == [(None, 1)]


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("address", ["ann.o'lee+news/x=1@example.org", "anaïs@exämple-1.org"])
async def test_an_unusual_address_is_written_to_as_it_is(
    database: Database, tmp_path: Path, address: str
) -> None:
    assert parse_email(address) == address
    facts = {"centre_number": "10001", "centre_name": "Westgate", "by": "Bea"}
    await write(database, LetterKind.ACCESS_REVOKED, **facts)
    await database.writer.execute("UPDATE letter SET recipient = ?", address)

    folder = tmp_path / "mail"
    assert await deliver_due(database, Folder(folder), HEAD, NOW) == 1
    (written,) = sorted(folder.iterdir())
    mail = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert mail["To"] == address
    assert mail.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    ]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_name_is_told_to_an_address_that_somebody_confirmed_only(
    database: Database, mailbox: tuple[Mailbox, Smtp]
) -> None:
    box, smtp = mailbox
    await add_user(database, ANN)
    await database.writer.execute("UPDATE account SET first_name = 'Winner', last_name = 'Call'")
    await write(database, LetterKind.RESET_PASSWORD)
    await deliver_due(database, smtp, HEAD, NOW)
    await database.writer.execute("UPDATE account SET email_confirmed_at = NULL")
    for kind in (LetterKind.RESET_PASSWORD, LetterKind.CONFIRM_EMAIL):
        await write(database, kind)
        await deliver_due(database, smtp, HEAD, NOW)

    greetings = [
        [text.partition("Hello")[2].partition(",")[0] for text in texts(m)] for m in box.mails
    ]
    assert greetings == [[" Winner Call", " Winner Call"], ["", ""], ["", ""]]
    assert [["Winner" in text for text in texts(mail)] for mail in box.mails[1:]] == [
        [False, False],
        [False, False],
    ]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_without_a_server_mails_are_files_that_only_the_service_can_read(
    database: Database, tmp_path: Path
) -> None:
    facts = {"centre_number": "10001", "centre_name": "Westgate", "by": "Bea"}
    for _ in range(3):
        await write(database, LetterKind.ACCESS_REVOKED, **facts)
    folder = tmp_path / "mail"
    assert await deliver_due(database, Folder(folder), HEAD, NOW) == 3
    files = sorted(folder.iterdir())
    assert [path.name[-19:] for path in files] == ["-access-revoked.eml"] * 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

"""Renders e-mails: headers, plain text and HTML."""

from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, make_msgid
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain.letters import LetterKind
from server.settings import Settings

SERVICE: Final = "Learner Tracking"
"""What the service calls itself to those it writes to."""
TOKEN_MINUTES: Final = 60
"""Minutes for which a code that was sent by mail works."""

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(enabled_extensions=("html",), disabled_extensions=("txt",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES: Final = {
    LetterKind.CONFIRM_EMAIL: "confirm-email",
    LetterKind.RESET_PASSWORD: "reset-password",
}


class Text(Enum):
    """What a letter says: the name of its templates, and its subject."""

    ACCESS_CHANGED = "access-changed", LetterKind.ACCESS_CHANGED.label
    ACCESS_GRANTED = "access-granted", LetterKind.ACCESS_GRANTED.label
    ACCESS_REVOKED = "access-revoked", LetterKind.ACCESS_REVOKED.label
    ACCOUNT_EXISTS = "account-exists", "You already have an account"
    CONFIRM_EMAIL = "confirm-email", LetterKind.CONFIRM_EMAIL.label
    PASSWORD_CHANGED = "password-changed", LetterKind.PASSWORD_CHANGED.label
    RESET_PASSWORD = "reset-password", LetterKind.RESET_PASSWORD.label
    USERS_CHANGED = "users-changed", LetterKind.USERS_CHANGED.label


class Letterhead(NamedTuple):
    """The sender, and the contacts named in every mail."""

    sender: str
    support: str
    web_url: str | None = None

    @property
    def domain(self) -> str:
        """Where the sender is at home."""
        return self.sender.rpartition("@")[2]

    def link(self, kind: LetterKind, token: str) -> str | None:
        """The page that takes a code; behind the `#`, it stays out of the logs of web servers."""
        return f"{self.web_url.rstrip('/')}/{_PAGES[kind]}#token={token}" if self.web_url else None


def letterhead_of(settings: Settings) -> Letterhead:
    """Who the settings say writes."""
    return Letterhead(settings.mail_from, settings.support_address, settings.web_url)


def file_name(kind: LetterKind) -> str:
    """A kind of letter as a part of a file's name."""
    return kind.value.lower().replace("_", "-")


def render(
    head: Letterhead,
    text: Text,
    recipient: str,
    facts: Mapping[str, str | None],
    at: datetime,
) -> EmailMessage:
    """A mail, ready to be sent; raises UndefinedError where a fact is missing.

    Raises ValueError for a recipient whose address would be read as something else.
    """
    name, subject = text.value
    filled = {
        "service": SERVICE,
        "support": head.support,
        "subject": subject,
        **{key: _one_line(value) for key, value in facts.items()},
    }
    headers = {
        "From": str(_address(head.sender, SERVICE)),
        "To": recipient,
        "Subject": f"{SERVICE}: {subject}",
        "Date": format_datetime(at),
        "Message-ID": make_msgid(domain=head.domain),
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMessage()
    for header, value in headers.items():
        message[header] = _address(recipient) if header == "To" else value
    _check_reading(message, headers)
    message.set_content(_TEMPLATES.get_template(f"{name}.txt").render(filled))
    message.add_alternative(_TEMPLATES.get_template(f"{name}.html").render(filled), subtype="html")
    return message


def _check_reading(message: EmailMessage, headers: Mapping[str, str]) -> None:
    """The headers, of which a mail has no others yet, are read as they were meant."""
    read = message_from_bytes(message.as_bytes(policy=SMTPUTF8), policy=SMTPUTF8)
    told = [(header, str(value)) for header, value in read.items() if header in headers]
    if told != [*headers.items()] or read.keys() != message.keys():
        error = "The mail would not be read as it was meant."
        raise ValueError(error)


def _address(address: str, name: str = "") -> Address:
    """An address as a header holds it; the part before the `@` may have any letters."""
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _one_line(value: str | None) -> str | None:
    """A fact can begin no paragraph of its own: what stands on its own line is ours."""
    return None if value is None else " ".join(value.split())

"""E-mail addresses and names as they are kept."""

import re
from typing import Final

from domain.errors import Invalid
from domain.spelling import composed

LONGEST_TITLE: Final = 40
LONGEST_NAME: Final = 100

_LOCAL: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL: Final = r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?"
_EMAIL: Final = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})+")
"""Words with dots between them, as in RFC 5321, with letters and digits of any script."""

_ENCODED: Final = "=?"
"""What begins an encoded word of a header, which mail programs read as other text."""

LONGEST_EMAIL: Final = 254


def normal_email(email: str) -> str | None:
    """The e-mail address as it is stored; None for what cannot be one."""
    normal = (composed(email, LONGEST_EMAIL) or "").lower()
    if len(normal) > LONGEST_EMAIL or _ENCODED in normal or not _EMAIL.fullmatch(normal):
        return None
    return normal


def parse_email(email: str, field: str = "email") -> str:
    """The e-mail address as it is stored; raises Invalid."""
    normal = normal_email(email)
    if normal is None:
        message = "This is not an e-mail address."
        raise Invalid(message, code="EMAIL", field=field)
    return normal


def sought_email(login: str | None) -> str | None:
    """An e-mail address, or its beginning, that is looked for; raises Invalid."""
    if login is not None and len(login) > LONGEST_EMAIL:
        message = f"An e-mail address has at most {LONGEST_EMAIL} characters."
        raise Invalid(message, code="TERM_TOO_LONG", field="login")
    return login


def parse_line(value: str, field: str, *, least: int, most: int) -> str:
    """A short text for one line, without space around it; raises Invalid."""
    text = composed(value, most)
    if text is None or len(text) < least or not text.isprintable():
        message = f"This must have {least} to {most} characters, all of them printable."
        raise Invalid(message, field=field)
    return text


def parse_name(value: str, field: str, *, least: int, most: int) -> str:
    """A part of a person's name, which mails to others show; raises Invalid."""
    text = parse_line(value, field, least=least, most=most)
    if "://" in text:
        message = "A name has no address of a page in it."
        raise Invalid(message, field=field)
    return text

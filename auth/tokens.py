"""Opaque tokens: 256 random bits outside, their hash inside, a prefix that finds leaks."""

import hashlib
import re
import secrets
from enum import StrEnum
from typing import Final

_SHAPE: Final = re.compile(r"(lt_[sacr]_)[A-Za-z0-9_-]{43}")


class TokenKind(StrEnum):
    """What a token opens, by its prefix."""

    SESSION = "lt_s_"
    API = "lt_a_"
    CONFIRM_EMAIL = "lt_c_"
    RESET_PASSWORD = "lt_r_"  # noqa: S105 - a prefix opens nothing


def new_token(kind: TokenKind) -> str:
    """A token that nobody can guess."""
    return f"{kind.value}{secrets.token_urlsafe(32)}"


def kind_of(token: str) -> TokenKind | None:
    """What a token would open, by its form alone; None for what is no token."""
    found = _SHAPE.fullmatch(token)
    return TokenKind(found[1]) if found else None


def hash_of(token: str) -> str:
    """What is stored of a token: enough to recognise it, too little to use it."""
    return hashlib.sha256(token.encode()).hexdigest()

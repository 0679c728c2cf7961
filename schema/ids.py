"""Opaque ids: a type's name and a key, which nobody outside should read."""

import base64
import binascii

from domain.errors import Invalid

MAX_LENGTH = 120
MAX_DIGITS = 18
"""Keys fit into 64 bits."""


def encode_id(type_name: str, key: int) -> str:
    """The id of an object."""
    return base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("=")


def decode_id(text: str, field: str = "id") -> tuple[str, int]:
    """The type's name and the key; raises Invalid (ID_INVALID) for anything else.

    `field` is what the input calls it.
    """
    try:
        return _parts(text)
    except (ValueError, binascii.Error):
        message = "This is not an id of this service."
        raise Invalid(message, code="ID_INVALID", field=field) from None


def _parts(text: str) -> tuple[str, int]:
    if len(text) > MAX_LENGTH:
        raise ValueError
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    name, _, key = base64.b64decode(padded, b"-_", validate=True).decode("ascii").partition(":")
    if not (name.isalpha() and key.isdigit() and len(key) <= MAX_DIGITS):
        raise ValueError
    return name, int(key)


def key_of(text: str, type_name: str, field: str = "id") -> int | None:
    """The key in an id of one type; None for an id of another type."""
    name, key = decode_id(text, field)
    return key if name == type_name else None

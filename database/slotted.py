"""Rows of queries as slotted values, however the database sends them."""

from functools import cache

import msgspec


class SlottedRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A row whose columns stand in the order of its fields.

    Those of several queries in one statement come as JSON lists, of which the types of the fields
    make the values: a column that may be null needs a field that may be None, and one with
    fractions or bytes has no place here.
    """


@cache
def rows_in_json(shape: type[SlottedRow]) -> "msgspec.json.Decoder[list[SlottedRow]]":
    """Reads a JSON list of rows."""
    return msgspec.json.Decoder(list[shape])  # type: ignore[valid-type]  # a type for msgspec

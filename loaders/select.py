"""SELECT lists, generated from the fields of a row class."""

from collections.abc import Mapping
from typing import Any

import msgspec


def columns_of(
    row: type[msgspec.Struct], alias: str, named: Mapping[str, str] | None = None
) -> str:
    """The columns of a row: those of a table seen as `alias`, unless named otherwise."""
    own: Mapping[str, Any] = named or {}
    return ", ".join(
        f"{own.get(name, f'{alias}.{name}')} AS {name}" for name in row.__struct_fields__
    )

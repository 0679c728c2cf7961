"""Rows as CSV that a spreadsheet shows and never carries out."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from exchange.export.listing import Cell, Column, Row

BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By which spreadsheets know UTF-8."""
STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take full-width forms as well


def head(note: str, columns: Sequence[Column]) -> bytes:
    """The note and the header."""
    lines = [[safe(note)], [safe(column.header) for column in columns]]
    return (BYTE_ORDER_MARK + _written(lines)).encode()


def body(rows: Iterable[Row]) -> bytes:
    """Rows below the header."""
    return _written([_text(cell) for cell in row.cells] for row in rows).encode()


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what could be."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _written(lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue()

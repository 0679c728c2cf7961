"""Rows as a workbook with real days, months and numbers, and never a formula."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format

from domain.identifiers import YearMonth
from exchange.export.listing import Cell, Column, Kind, Row

ABOUT: Final = "About this export"

_LONGEST_TEXT: Final = 32_767
_FIRST_YEAR: Final = 1900
"""Spreadsheets know no day before."""
_FORMATS: Final = {
    Kind.DAY: "d mmm yyyy",
    Kind.MONTH: "mmm yyyy",
    Kind.MOMENT: "d mmm yyyy hh:mm",
    Kind.SHARE: "0.0%",
}


class XlsxFile:
    """A workbook that is written row by row, so that memory does not grow with it."""

    def __init__(self, path: Path, title: str, columns: Sequence[Column]) -> None:
        """Begin a workbook; files that are needed on the way lie beside it."""
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book = Workbook(str(path), options)
        self._about = self._book.add_worksheet(ABOUT)
        self._sheet = self._book.add_worksheet(title[:31])
        self._bold = self._book.add_format({"bold": True})
        self._formats = {
            kind: self._book.add_format({"num_format": form}) for kind, form in _FORMATS.items()
        }
        self._columns = columns
        self._row = 0
        self._sheet.freeze_panes(1, 0)
        self._sheet.activate()
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, column.header, self._bold)

    def write(self, rows: Iterable[Row]) -> None:
        """Put rows below those that are there."""
        for row in rows:
            self._row += 1
            for place, (column, cell) in enumerate(zip(self._columns, row.cells, strict=True)):
                if cell is not None:
                    self._write(place, column.kind, cell)

    def close(self, about: Iterable[tuple[str, str]]) -> None:
        """Write what stands about the rows, and put the file together; raises OSError."""
        self._about.set_column(0, 0, 16)
        self._about.set_column(1, 1, 70)
        for number, (heading, text) in enumerate(about):
            self._about.write_string(number, 0, heading, self._bold)
            self._about.write_string(number, 1, text[:_LONGEST_TEXT])
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)
        try:
            self._book.close()
        except XlsxFileError as error:
            raise OSError(str(error)) from error

    def abandon(self) -> None:
        """Let go of the files without putting them together."""
        for sheet in (self._about, self._sheet):
            sheet._opt_close()  # noqa: SLF001 - there is no other way not to write a workbook

    def _write(self, place: int, kind: Kind, cell: Cell) -> None:
        form: Format | None = self._formats.get(kind)
        if kind is Kind.MONTH and isinstance(cell, str):
            cell = YearMonth.parse(cell).first_day()
        if isinstance(cell, date) and cell.year >= _FIRST_YEAR:
            moment = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
            self._sheet.write_datetime(self._row, place, moment, form)
        elif isinstance(cell, bool):
            self._sheet.write_string(self._row, place, "yes" if cell else "no")
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._row, place, cell, form)
        else:
            self._sheet.write_string(self._row, place, str(cell)[:_LONGEST_TEXT])

"""Reading XLSX files that users send, within limits that are checked before calamine reads them.

calamine allocates the whole range of a sheet, from A1 to the last used row and column, and as many
entries as a file claims to have. So each part is scanned first, and only scanned parts are read.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from domain.errors import Invalid

MOST_UNPACKED: Final = 16 << 20
"""Uncompressed bytes of all parts together; 5,000 rows of 40 columns have about ten million."""
MOST_PARTS: Final = 1_000
MOST_CELLS: Final = 1_000_000
"""Cells of the range from A1 to the last used row and column of a sheet, empty ones included."""

_PIECE: Final = 1 << 16
_LONGEST_TAG: Final = 16 * _PIECE
_MOST_NAMES: Final = 2_000
"""Different names of elements and attributes in a part; the format has some hundreds."""
_DEEPEST: Final = 64

_PARTS: Final = re.compile(r"(xl/.*|_rels/.*|\[content_types\])\.(xml|rels)", re.IGNORECASE)
"""Parts that sheets are read from; pictures and the like are left out."""
_CELL: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

_UNREADABLE: Final = (
    *(BadZipFile, EOFError, zlib.error),
    *(RuntimeError, ValueError, OSError),  # what zipfile raises of secret or nonsensical parts
    *(ExpatError, CalamineError),
)


def first_sheet(data: bytes) -> list[list[Any]]:
    """The rows of the first sheet of an XLSX file, from A1 on.

    Raises Invalid: FILE for what is no such file, TOO_LARGE for one beyond the limits.
    """
    try:
        book = CalamineWorkbook.from_filelike(_scanned(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except _UNREADABLE:
        raise unreadable() from None


def unreadable() -> Invalid:
    """What is told of a file that is not of its kind."""
    message = "The file cannot be read as a list of this kind."
    return Invalid(message, code="FILE")


def _scanned(data: bytes) -> io.BytesIO:
    """A new archive of the scanned parts, whose bytes are those that calamine reads."""
    scanned = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as sent, ZipFile(scanned, "w") as kept:
        for name, part in _parts(sent):
            _Scan().run(part)
            kept.writestr(name, part)
    scanned.seek(0)
    return scanned


def _parts(sent: ZipFile) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each part; sizes that the archive declares are not relied on."""
    known = [info for info in sent.infolist() if _PARTS.fullmatch(info.filename.replace("\\", "/"))]
    if len({info.filename for info in known}) < len(known):
        raise BadZipFile
    left = MOST_UNPACKED
    for number, info in enumerate(known):
        if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise BadZipFile
        with sent.open(info) as file:
            part = file.read(left + 1)
        left -= len(part)
        if left < 0 or number >= MOST_PARTS:
            message = f"Unpacked, a workbook may have at most {MOST_UNPACKED >> 20} MB."
            raise Invalid(message, code="TOO_LARGE")
        yield info.filename, part


class _Scan:
    """Streaming check of one XML part, in constant memory: its depth, its names, its used range.

    Document types are refused, and with them all entities that a part could define.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._row = self._column = 0
        self._bottom = self._right = 0
        self._in_cell = False
        self._names: dict[str, str] = {}
        # calamine reads UTF-8 as well, whatever encoding the part declares.
        self._parser = ParserCreate("UTF-8", intern=self._names)
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def run(self, part: bytes) -> None:
        """Raises ExpatError or ValueError for other XML, Invalid for a sheet that is too large."""
        for place in range(0, len(part), _PIECE):
            self._parser.Parse(part[place : place + _PIECE])
            if place - self._parser.CurrentByteIndex > _LONGEST_TAG:
                raise ValueError
        self._parser.Parse(b"", True)  # noqa: FBT003 - it has no name for it

    def _refuse(self, *_told: object) -> None:
        raise ValueError

    def _start(self, name: str, told: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST or len(self._names) > _MOST_NAMES:
            raise ValueError
        for key, value in told.items():
            if key.lower().endswith("count") and int(value) > MOST_CELLS:
                raise _too_wide()  # calamine allocates as many
        if self._in_cell:
            self._reach()
        match name.rpartition(":")[2]:
            case "row":
                self._row = max(self._row, int(told["r"])) if "r" in told else self._row + 1
                self._column = 0
            case "c":
                self._place(told.get("r"))

    def _end(self, _name: str) -> None:
        self._depth -= 1
        self._in_cell = False

    def _place(self, reference: str | None) -> None:
        """Move to a cell: to its reference, or else to the right of the last one."""
        self._in_cell = True
        if reference is None:
            self._column += 1
            return
        found = _CELL.fullmatch(reference)
        if found is None:
            raise ValueError
        letters, digits = found.groups()
        column = 0
        for letter in letters.upper():
            column = 26 * column + ord(letter) - ord("A") + 1
        self._column = max(self._column, column)
        self._row = max(self._row, int(digits))

    def _reach(self) -> None:
        """Extend the used range to the current cell, which holds something."""
        self._in_cell = False
        self._bottom = max(self._bottom, self._row)
        self._right = max(self._right, self._column)
        if self._bottom * self._right > MOST_CELLS:
            raise _too_wide()


def _too_wide() -> Invalid:
    message = (
        f"A sheet of the workbook takes room for more than {MOST_CELLS:,} cells; delete what"
        " stands far below or beside the list."
    )
    return Invalid(message, code="TOO_LARGE")

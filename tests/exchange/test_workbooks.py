"""Reading XLSX files: as they are, or refused before they take memory."""

import io
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter

from domain.errors import Invalid
from exchange.workbooks import MOST_CELLS, MOST_UNPACKED, first_sheet

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def workbook(parts: Mapping[str, str] = {}, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook of one cell, with some parts in place of its own."""
    out, made = io.BytesIO(), io.BytesIO()
    own = dict(parts)
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, "only")
    with zipfile.ZipFile(out) as there, zipfile.ZipFile(made, "w", packing) as packed:
        for name in there.namelist():
            packed.writestr(name, own.pop(name, there.read(name)))
        for name, text in own.items():
            packed.writestr(name, text)
    return made.getvalue()


def sheet(rows: str, dimension: str = "A1") -> dict[str, str]:
    """The only sheet, with rows written as they are given."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    told = f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData>'
    return {SHEET: f'<worksheet xmlns="{main}">{told}</worksheet>'}


def strings(inside: str, counts: str = "") -> dict[str, str]:
    """The strings that sheets share."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return {STRINGS: f'<sst xmlns="{main}" {counts}>{inside}</sst>'}


def code_of(data: bytes) -> str:
    """How a workbook is refused."""
    with pytest.raises(Invalid) as refusal:
        first_sheet(data)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def test_a_sheet_is_read_from_its_first_row_and_column_on() -> None:
    rows = (
        '<row><c><v>1</v></c></row><row r="3"><c r="C3" t="inlineStr"><is><t>x</t></is></c></row>'
    )

    assert first_sheet(workbook(sheet(rows))) == [[1.0, "", ""], ["", "", ""], ["", "", "x"]]
    assert first_sheet(workbook()) == [["only"]]
    assert first_sheet(workbook(sheet(""))) == []


def test_what_holds_nothing_takes_no_room_wherever_it_stands() -> None:
    styled = '<row r="1048576" spans="1:3"><c r="XFD1048576" s="0"/></row>'

    assert first_sheet(workbook(sheet(ONE + styled, "A1:XFD1048576"))) == [[1.0]]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="XFD1048576"><v>1</v></c></row>',
        ONE + '<row r="20000"><c r="ALL20000"><v>1</v></c></row>',
        ONE + '<row r="1"><c r="xfd1"><v>1</v></c></row><row r="62"><c><v>1</v></c></row>',
        '<row r="1000001"><c><v>1</v></c></row>',
        f'<row r="1"><c r="A{MOST_CELLS}"><v>1</v></c></row><row><c><v>1</v></c></row>',
        ONE.replace("<", "<x:").replace("<x:/", "</x:").replace("A1", "A1000001"),
    ],
)
@pytest.mark.parametrize("dimension", ["A1", "A1:XFD1048576"])
def test_a_sheet_whose_cells_stand_far_apart_is_refused(rows: str, dimension: str) -> None:
    assert code_of(workbook(sheet(rows, dimension))) == "TOO_LARGE"


@pytest.mark.parametrize(
    "parts",
    [
        strings("<si><t>" + "x" * MOST_UNPACKED + "</t></si>"),
        strings("<si><t>a</t></si>", 'count="1" uniqueCount="4000000000"'),
        {f"xl/more{n}.xml": "<a/>" for n in range(1_001)},
    ],
    ids=["a string", "strings that are told of", "parts"],
)
def test_a_workbook_that_would_take_much_room_is_refused(parts: Mapping[str, str]) -> None:
    assert code_of(workbook(parts)) == "TOO_LARGE"


def test_sizes_that_an_archive_tells_are_not_believed() -> None:
    parts = strings("<si><t>" + "x" * 5_000_000 + "</t></si>")
    data, size = workbook(parts), len(parts[STRINGS])
    true, lie = (number.to_bytes(4, "little") for number in (size, 100))

    assert data.count(true) == 2
    assert first_sheet(data) == [["x" * 5_000_000]]
    assert code_of(data.replace(true, lie)) == "FILE"


@pytest.mark.parametrize(
    "parts",
    [
        sheet("<a>" * 1_000_000),
        sheet("<a " + " ".join(f'a{n}=""' for n in range(500_000)) + "/>"),
        sheet("".join(f"<a{n}/>" for n in range(500_000))),
        sheet('<row r="1"><c r="A99999999999"><v>1</v></c></row>'),
        sheet('<row r="first"><c><v>1</v></c></row>'),
        {SHEET: '<!DOCTYPE a [<!ENTITY b "c">]>' + sheet(ONE)[SHEET]},
        {SHEET: sheet(ONE)[SHEET] + "</more>"},
        {"xl/workbook.xml": "<workbook/>"},
    ],
    ids=["deep", "attributes", "names", "cell", "row", "entities", "broken", "no sheet"],
)
def test_what_is_no_workbook_or_hostile_is_refused(parts: Mapping[str, str]) -> None:
    assert code_of(workbook(parts)) == "FILE"


def test_files_of_other_kinds_are_refused() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", "<office:document-content/>")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)
    kinds = (b"", b"PK", old, other.getvalue(), workbook(packing=zipfile.ZIP_LZMA))

    assert [code_of(data) for data in kinds] == ["FILE"] * 5

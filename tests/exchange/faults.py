"""Feeds that break the contract, each in one way, and what is told of it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.exchange.feeds import (
    ANNA_ULN,
    WEST,
    Place,
    entry,
    learner,
    registration,
    tiny_feed,
    write_feed,
)

Breach = Callable[[Path], object]
HUGE = 10_000_000


class Fault(NamedTuple):
    name: str
    breach: Breach
    told: tuple[Place, ...]


def edit(file: str, old: str, new: str) -> Breach:
    """Replace the first occurrence of a text in a file."""

    def breach(folder: Path) -> None:
        path = folder / file
        text = path.read_bytes().decode()
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode())

    return breach


def cell(file: str, row: int, column: str, value: str) -> Breach:
    """Put a value into a cell; the header is row 1."""

    def breach(folder: Path) -> None:
        feed = tiny_feed()
        feed[file][row - 2][column] = value
        write_feed(folder, {file: feed[file]})

    return breach


def encoded(file: str, encoding: str, mark: str) -> Breach:
    """Write the same text in another encoding, behind a byte order mark or none."""

    def breach(folder: Path) -> None:
        path = folder / file
        path.write_bytes((mark + path.read_bytes().decode()).encode(encoding))

    return breach


def append(file: str, data: bytes) -> Breach:
    def breach(folder: Path) -> None:
        with (folder / file).open("ab") as out:
            out.write(data)

    return breach


def whole(file: str, data: bytes) -> Breach:
    def breach(folder: Path) -> None:
        (folder / file).write_bytes(data)

    return breach


def wrong_cell(
    file: str, column: str, value: str, code: str, *, row: int = 2, shown: str | None = None
) -> Fault:
    place = (file, row, column, code, value if shown is None else shown)
    return Fault(f"{file} {column} {value[:20]!r}", cell(file, row, column, value), (place,))


def repeated(file: str, row: int) -> Breach:
    """Have a row once more, at the end."""

    def breach(folder: Path) -> None:
        feed = tiny_feed()
        feed[file].append(feed[file][row - 2])
        write_feed(folder, {file: feed[file]})

    return breach


_WITHOUT_REGISTRATIONS = (
    ("das.csv", 2, "registration_ref", "UNKNOWN_REGISTRATION", "R-anna"),
    ("das.csv", 3, "registration_ref", "UNKNOWN_REGISTRATION", "R-ben"),
    ("das_components.csv", 2, "registration_ref", "UNKNOWN_REGISTRATION", "R-anna"),
)

FAULTS = [
    Fault(
        "an unknown column",
        edit("centres.csv", "dfe_number", "ofsted_number"),
        (("centres.csv", 1, "ofsted_number", "UNKNOWN_COLUMN", "ofsted_number"),),
    ),
    Fault(
        "a column without a name",
        edit("centres.csv", "dfe_number", " "),
        (("centres.csv", 1, None, "UNNAMED_COLUMN", None),),
    ),
    Fault(
        "a missing column",
        edit("learners.csv", "family_name", "uci"),
        (("learners.csv", 1, "family_name", "MISSING_COLUMN", None),),
    ),
    Fault(
        "a duplicate column",
        edit("learners.csv", "uln_verified", "uln"),
        (("learners.csv", 1, "uln", "DUPLICATE_COLUMN", "uln"),),
    ),
    Fault(
        "every fault of every header",
        lambda folder: (
            edit("learners.csv", "learner_ref,uln", "ref,uln")(folder),
            edit("das.csv", "fetched_at", "plts")(folder),
        )[0],
        (
            ("learners.csv", 1, "ref", "UNKNOWN_COLUMN", "ref"),
            ("learners.csv", 1, "learner_ref", "MISSING_COLUMN", None),
            ("das.csv", 1, "plts", "DUPLICATE_COLUMN", "plts"),
            ("das.csv", 1, "fetched_at", "MISSING_COLUMN", None),
        ),
    ),
    Fault(
        "a column name of ten megabytes",
        edit("centres.csv", "dfe_number", "n" * HUGE),
        (
            (
                *("centres.csv", 1, f"{'n' * 80}… ({HUGE} characters)", "UNKNOWN_COLUMN"),
                f"{'n' * 80}… ({HUGE} characters)",
            ),
        ),
    ),
    Fault(
        "bytes that are not UTF-8",
        append("learners.csv", b"dora,,,Dor\xe9,Dogwood,\r\n"),
        (("learners.csv", 5, None, "ENCODING", None),),
    ),
    Fault(
        "a file that ends inside a character",
        append("learners.csv", b"dora,,,Dor\xc3"),
        (("learners.csv", 5, None, "ENCODING", None),),
    ),
    *(
        Fault(
            f"{encoding}, {mark or 'no mark'}",
            encoded("learners.csv", encoding, mark),
            (("learners.csv", 1, None, "ENCODING", None),),
        )
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
        for mark in ("\ufeff", "")
    ),
    Fault(
        "a NUL",
        append("learners.csv", b"dora,,,Do\0ra,Dogwood,\r\n"),
        (("learners.csv", 5, None, "NUL", None),),
    ),
    Fault(
        "a NUL at the very beginning",
        whole("learners.csv", b"\0learner_ref,uln\r\n"),
        (("learners.csv", 1, None, "NUL", None),),
    ),
    Fault(
        "an empty file",
        whole("learners.csv", b""),
        (("learners.csv", None, None, "EMPTY", None),),
    ),
    Fault(
        "an unknown file",
        whole("pupils.csv", b"learner_ref\r\n"),
        (("pupils.csv", None, None, "UNKNOWN_FILE", None),),
    ),
    Fault(
        "a row that is too short",
        append("learners.csv", b"dora,,,Dora\r\n"),
        (("learners.csv", 5, None, "CELL_COUNT", None),),
    ),
    Fault(
        "a row that is too long",
        append("learners.csv", b"dora,,,Dora,Dogwood,,,\r\n"),
        (("learners.csv", 5, None, "CELL_COUNT", None),),
    ),
    Fault(
        "a quote that never ends",
        append("learners.csv", b'dora,,,"Dora,Dogwood,\r\n'),
        (("learners.csv", 5, None, "CSV", None),),
    ),
    Fault(
        "text after a quote",
        append("learners.csv", b'dora,,,"Dora"x,Dogwood,\r\n'),
        (("learners.csv", 5, None, "CSV", None),),
    ),
    Fault(
        "every fault of a row and of the next",
        append("learners.csv", b"dora,123,perhaps,,Dogwood,2010-13-01\r\n,,,Eve,Elm,\r\n"),
        (
            ("learners.csv", 5, "uln", "ULN_LENGTH", "123"),
            ("learners.csv", 5, "uln_verified", "BOOLEAN", "perhaps"),
            ("learners.csv", 5, "given_name", "EMPTY", ""),
            ("learners.csv", 5, "date_of_birth", "DATE", "2010-13-01"),
            ("learners.csv", 6, "learner_ref", "EMPTY", ""),
        ),
    ),
    wrong_cell(
        *("learners.csv", "given_name", "x" * HUGE, "TOO_LONG"),
        shown=f"{'x' * 80}… ({HUGE} characters)",
    ),
    wrong_cell(
        *("learners.csv", "given_name", "a" + "\u0301\u0323" * 500_000, "TOO_LONG"),
        shown="a" + "\u0301\u0323" * 39 + "\u0301… (1000001 characters)",
    ),
    wrong_cell("learners.csv", "given_name", "An\u200fna", "CONTROL_CHARACTER"),
    wrong_cell("learners.csv", "given_name", "An\nna", "CONTROL_CHARACTER"),
    wrong_cell("learners.csv", "given_name", "\u200d", "CONTROL_CHARACTER"),
    wrong_cell("centres.csv", "name", "West\u200dgate", "CONTROL_CHARACTER"),
    wrong_cell("learners.csv", "uln", "1234567890", "ULN_CHECK_DIGIT"),
    wrong_cell("learners.csv", "uln", "9999999999", "ULN_CHECK_DIGIT"),
    wrong_cell("learners.csv", "uln", "٩٢٧٦٣٠٨٦٨٦", "ULN_NON_DIGIT"),
    wrong_cell("learners.csv", "date_of_birth", "2010-02-30", "DATE"),
    wrong_cell("learners.csv", "date_of_birth", "30/06/1993", "DATE"),
    wrong_cell("learners.csv", "date_of_birth", "٢٠١٠-٠٢-١٩", "DATE"),
    wrong_cell("learners.csv", "date_of_birth", "9999-12-31", "DATE"),
    wrong_cell("learners.csv", "uln_verified", "yes", "BOOLEAN"),
    wrong_cell("learners.csv", "uln_verified", "TRUE", "BOOLEAN"),
    wrong_cell("registrations.csv", "anticipated_award", "2010-13", "MONTH_MONTH"),
    wrong_cell("registrations.csv", "anticipated_award", "Aug 2010", "MONTH_FORMAT"),
    wrong_cell("registrations.csv", "anticipated_award", "9999-12", "MONTH_YEAR"),
    wrong_cell("registrations.csv", "centre_number", "1001", "CENTRE_NUMBER_FORMAT"),
    wrong_cell("registrations.csv", "status", "", "EMPTY"),
    wrong_cell("entries.csv", "qan", "99/0102/X", "QAN_FORMAT"),
    wrong_cell("entries.csv", "series", "May 2010", "EXAM_SERIES_MONTH"),
    wrong_cell("entries.csv", "series", "June 10", "EXAM_SERIES_FORMAT"),
    wrong_cell("entries.csv", "series", "June 9999", "EXAM_SERIES_YEAR"),
    wrong_cell("entries.csv", "kind", "CASH_IN", "UNKNOWN_WORD"),
    wrong_cell("entries.csv", "kind", "unit", "UNKNOWN_WORD"),
    wrong_cell("qualifications.csv", "track", "SOMEHOW", "UNKNOWN_WORD"),
    wrong_cell("qualifications.csv", "level", "9", "INTEGER"),
    wrong_cell("qualifications.csv", "level", "²", "INTEGER"),
    wrong_cell("qualifications.csv", "glh", "-1", "INTEGER"),
    wrong_cell("qualifications.csv", "lines", "ENGINEERING||SCIENCE", "LIST"),
    wrong_cell("qualifications.csv", "lines", "ANY|SCIENCE", "LIST"),
    wrong_cell("qualifications.csv", "lines", "SCIENCE| any", "LIST"),
    wrong_cell("qualifications.csv", "grade_levels", "A:²", "GRADE_LEVELS"),
    wrong_cell("qualifications.csv", "grade_levels", "A:2:1", "GRADE_LEVELS"),
    wrong_cell("qualifications.csv", "grade_levels", "A:2|B:1| A:1", "GRADE_LEVELS"),
    wrong_cell("qualifications.csv", "grade_levels", " :2", "GRADE_LEVELS"),
    wrong_cell("qualifications.csv", "grade_levels", "A:", "GRADE_LEVELS"),
    wrong_cell("qualifications.csv", "grade_levels", "A2", "GRADE_LEVELS"),
    wrong_cell(
        *("qualifications.csv", "grade_levels", "|".join(["Distinction:2"] * 20), "TOO_LONG"),
        shown=f"{'|'.join(['Distinction:2'] * 20)[:80]}… (279 characters)",
    ),
    wrong_cell("verifications.csv", "academic_year", "2009/11", "ACADEMIC_YEAR"),
    wrong_cell(
        "verifications.csv",
        "academic_year",
        "".join(map(chr, (0x662, 0x660, 0x660, 0x669, 0x2F, 0x661, 0x660))),
        "ACADEMIC_YEAR",
    ),
    wrong_cell("verifications.csv", "academic_year", "0000/01", "ACADEMIC_YEAR"),
    wrong_cell("das.csv", "fetched_at", "2010-02-19", "INSTANT"),
    wrong_cell("das.csv", "fetched_at", "2010-02-19T05:00:00", "INSTANT"),
    wrong_cell("das.csv", "fetched_at", "0001-01-01T00:00:00+14:00", "INSTANT"),
    wrong_cell("das.csv", "fetched_at", "9999-12-31T23:00:00-14:00", "INSTANT"),
    wrong_cell("das_components.csv", "component", "PLTS", "UNKNOWN_WORD"),
    # across rows and files
    Fault(
        "a registration of an unknown centre_number, and all that hangs on it",
        cell("registrations.csv", 2, "centre_number", "99999"),
        (
            ("registrations.csv", 2, "centre_number", "UNKNOWN_CENTRE", "99999"),
            ("das.csv", 2, "registration_ref", "UNKNOWN_REGISTRATION", "R-anna"),
            ("das_components.csv", 2, "registration_ref", "UNKNOWN_REGISTRATION", "R-anna"),
        ),
    ),
    Fault(
        "a registration of an unknown learner_ref, and all that hangs on it",
        cell("registrations.csv", 2, "learner_ref", "nobody"),
        (
            ("registrations.csv", 2, "learner_ref", "UNKNOWN_LEARNER", "nobody"),
            ("das.csv", 2, "registration_ref", "UNKNOWN_REGISTRATION", "R-anna"),
            ("das_components.csv", 2, "registration_ref", "UNKNOWN_REGISTRATION", "R-anna"),
        ),
    ),
    wrong_cell("entries.csv", "centre_number", "99999", "UNKNOWN_CENTRE"),
    wrong_cell("consortia.csv", "centre_number", "99999", "UNKNOWN_CENTRE"),
    wrong_cell("consortia.csv", "consortium_name", "Gates", "CONSORTIUM_NAME", row=3),
    wrong_cell("verifications.csv", "centre_number", "99999", "UNKNOWN_CENTRE"),
    wrong_cell("units.csv", "qan", "999/9999/9", "UNKNOWN_QUALIFICATION"),
    wrong_cell("das.csv", "registration_ref", "R-nobody", "UNKNOWN_REGISTRATION"),
    wrong_cell("das_components.csv", "registration_ref", "R-no", "UNKNOWN_REGISTRATION"),
    Fault(
        "two learners with the same learner_ref, and all that hangs on either",
        cell("learners.csv", 3, "learner_ref", "anna"),
        (
            ("learners.csv", 2, "learner_ref", "DUPLICATE_KEY", "anna"),
            ("learners.csv", 3, "learner_ref", "DUPLICATE_KEY", "anna"),
            ("registrations.csv", 2, "learner_ref", "UNKNOWN_LEARNER", "anna"),
            ("registrations.csv", 3, "learner_ref", "UNKNOWN_LEARNER", "ben"),
            *_WITHOUT_REGISTRATIONS,
        ),
    ),
    Fault(
        "two learners with the same uln, and all that hangs on either",
        cell("learners.csv", 3, "uln", ANNA_ULN),
        (
            ("learners.csv", 2, "uln", "DUPLICATE_ULN", ANNA_ULN),
            ("learners.csv", 3, "uln", "DUPLICATE_ULN", ANNA_ULN),
            ("registrations.csv", 2, "learner_ref", "UNKNOWN_LEARNER", "anna"),
            ("registrations.csv", 3, "learner_ref", "UNKNOWN_LEARNER", "ben"),
            *_WITHOUT_REGISTRATIONS,
        ),
    ),
    Fault(
        "a row that comes twice, with another unknown word each time",
        append("centres.csv", b"10003,North,,MOVED\r\n10003,North,,MERGED\r\n"),
        (
            ("centres.csv", 4, "centre_number", "DUPLICATE_KEY", "10003"),
            ("centres.csv", 5, "centre_number", "DUPLICATE_KEY", "10003"),
        ),
    ),
    Fault(
        "a row that comes twice, word for word",
        repeated("learners.csv", 2),
        (("learners.csv", 5, "learner_ref", "DUPLICATE_KEY", "anna"),),
    ),
    wrong_cell("windows.csv", "closes_on", "1999-01-01", "WINDOW_ORDER"),
    Fault(
        "every fault of a row, and of what hangs on it",
        lambda folder: write_feed(
            folder,
            {
                "learners.csv": [
                    learner("anna", ANNA_ULN, "Anna", "Ash"),
                    learner("anna", ANNA_ULN, "Anne", "Ash"),
                    learner("anya", ANNA_ULN, "Anya", "Ash"),
                ],
                "registrations.csv": [
                    registration("R-anna", "anna", WEST),
                    registration("R-ben", "nobody", "99999"),
                    registration("R-cleo", "cleo", "99999"),
                ],
                "das.csv": [],
                "das_components.csv": [],
                "entries.csv": [
                    entry("E-new", "99999", ANNA_ULN, "PL_ENG_L2", kind="UNIT"),
                ],
            },
        ),
        (
            ("learners.csv", 2, "learner_ref", "DUPLICATE_KEY", "anna"),
            ("learners.csv", 3, "learner_ref", "DUPLICATE_KEY", "anna"),
            ("learners.csv", 2, "uln", "DUPLICATE_ULN", ANNA_ULN),
            ("learners.csv", 3, "uln", "DUPLICATE_ULN", ANNA_ULN),
            ("learners.csv", 4, "uln", "DUPLICATE_ULN", ANNA_ULN),
            ("registrations.csv", 2, "learner_ref", "UNKNOWN_LEARNER", "anna"),
            ("registrations.csv", 3, "learner_ref", "UNKNOWN_LEARNER", "nobody"),
            ("registrations.csv", 4, "learner_ref", "UNKNOWN_LEARNER", "cleo"),
            ("registrations.csv", 3, "centre_number", "UNKNOWN_CENTRE", "99999"),
            ("registrations.csv", 4, "centre_number", "UNKNOWN_CENTRE", "99999"),
            ("entries.csv", 2, "centre_number", "UNKNOWN_CENTRE", "99999"),
            ("entries.csv", 2, "unit", "UNIT_MISSING", None),
        ),
    ),
    Fault(
        "an entry for a unit that names none",
        cell("entries.csv", 2, "unit", ""),
        (("entries.csv", 2, "unit", "UNIT_MISSING", None),),
    ),
]

"""Small feeds for tests: rows as dictionaries, written as the files of a feed."""

import csv
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

from database.connection import Database
from domain.catalogue import Qualification
from domain.identifiers import uln_check_digit
from exchange.feed.apply import apply_feed
from exchange.feed.contract import FILE_BY_NAME
from exchange.feed.report import Mode, Options, Report
from exchange.feed.source import Source
from tests.domain.cases import catalogue, qan
from tests.samples import imported_once

DAY: Final = date(2010, 2, 19)
NEXT_DAY: Final = date(2010, 2, 20)
FETCHED_AT: Final = "2010-02-19T05:00:00+00:00"
WEST, EAST = "10001", "10002"

Row = dict[str, str]
Feed = dict[str, list[Row]]


def _ulns() -> Iterator[str]:
    """Numbers that are good ULNs, always the same ones."""
    for number in count(100_000_001):
        digit = uln_check_digit(str(number))
        if digit is not None:
            yield f"{number}{digit}"


def ulns(number: int) -> list[str]:
    """So many good ULNs."""
    return [uln for uln, _ in zip(_ulns(), range(number), strict=False)]


ANNA_ULN, BEN_ULN, CLEO_ULN, SPARE_ULN, STRANGE_ULN = ulns(5)


def catalogue_rows() -> Feed:
    """The catalogue of the examples."""
    known = catalogue()
    return {
        "qualifications.csv": [_qualification(row) for row in known.qualifications.values()],
        "units.csv": [
            {
                "qan": row.qan,
                "unit": unit.code,
                "assessment": "INTERNAL" if unit.internal else "EXTERNAL",
                "required": str(unit.required).lower(),
            }
            for row in known.qualifications.values()
            for unit in row.units.values()
        ],
        "windows.csv": [
            {
                "series": series,
                "unit": unit or "",
                "opens_on": window.opens_on.isoformat(),
                "closes_on": window.closes_on.isoformat(),
            }
            for (series, unit), window in known.windows.items()
        ],
    }


def _qualification(row: Qualification) -> Row:
    return {
        "qan": row.qan,
        "title": row.title,
        "awarding_body": row.awarding_body,
        "component": row.component.value,
        "level": str(row.level),
        "lines": "|".join(sorted(row.lines)) if row.lines else "ANY",
        "glh": str(row.glh),
        "barring_code": row.barring_code or "",
        "track": row.track.value,
        "requires_award_entry": str(row.requires_award_entry).lower(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "grade_levels": "|".join(f"{grade}:{level}" for grade, level in row.grade_levels.items()),
    }


def learner(ref: str, uln: str, given: str, family: str, born: str = "1993-09-14") -> Row:
    """A row of learners.csv."""
    return {
        "learner_ref": ref,
        "uln": uln,
        "uln_verified": "true" if uln else "",
        "given_name": given,
        "family_name": family,
        "date_of_birth": born,
    }


def registration(ref: str, owner: str, centre: str, **other: str) -> Row:
    """A row of registrations.csv."""
    return {
        "registration_ref": ref,
        "learner_ref": owner,
        "centre_number": centre,
        "line": "ENGINEERING",
        "level": "HIGHER",
        "registered_on": "2008-09",
        "anticipated_award": "2010-08",
        "status": "ACCEPTED",
        "claim_status": "NONE",
        **other,
    }


def entry(ref: str, centre: str, uln: str, key: str, **other: str) -> Row:
    """A row of entries.csv."""
    return {
        "entry_ref": ref,
        "centre_number": centre,
        "uln": uln,
        "qan": key if "/" in key else qan(key),
        "kind": "QUALIFICATION",
        "entered_on": "2010-01-20",
        **other,
    }


def unit_entry(ref: str, uln: str, unit: str, series: str = "June 2010") -> Row:
    """An entry for a unit of the Higher Diploma in Engineering."""
    return entry(ref, WEST, uln, "PL_ENG_L2", kind="UNIT", unit=unit, series=series)


_TINY: Final[Feed] = {
    "centres.csv": [
        {"centre_number": WEST, "name": "Westgate School", "dfe_number": "3301234"},
        {"centre_number": EAST, "name": "Eastgate College", "status": "OPEN"},
    ],
    "consortia.csv": [
        {"consortium_code": "GATES", "consortium_name": "The Gates", "centre_number": WEST},
        {"consortium_code": "GATES", "consortium_name": "The Gates", "centre_number": EAST},
    ],
    **catalogue_rows(),
    "learners.csv": [
        learner("anna", ANNA_ULN, "Anna", "Ash"),
        learner("ben", BEN_ULN, "Ben", "Birch"),
        learner("cleo", CLEO_ULN, "Cleo", "Cedar"),
    ],
    "registrations.csv": [
        registration("R-anna", "anna", WEST),
        registration("R-ben", "ben", WEST),
        registration("R-cleo", "cleo", EAST, line="INFORMATION_TECHNOLOGY", level="ADVANCED"),
    ],
    "entries.csv": [
        unit_entry("anna-1", ANNA_ULN, "EG201"),
        unit_entry("anna-2", ANNA_ULN, "EG202"),
        unit_entry("anna-3", ANNA_ULN, "EG203"),
        entry("anna-4", WEST, ANNA_ULN, "PL_ENG_L2", kind="AWARD", series="June 2010"),
        entry("ben-1", WEST, BEN_ULN, "PROJ_L2", series="January 2010"),
        entry("ben-2", WEST, BEN_ULN, "FS_MAT_L2"),
        entry("cleo-1", EAST, CLEO_ULN, "BTEC_L3_180"),
        entry("cleo-2", EAST, CLEO_ULN, "FS_ENG_L2"),
        entry(
            *("stray-1", WEST, "", "PROJ_L2"),
            given_name="Anna",
            family_name="Ash",
            date_of_birth="1993-09-14",
            series="June 2010",
        ),
        entry("stray-2", WEST, STRANGE_ULN, "FS_ICT_L2"),
    ],
    "verifications.csv": [
        {
            "centre_number": EAST,
            "qan": qan("BTEC_L3_180"),
            "academic_year": "2009/10",
            "state": "NOT_VERIFIED",
        },
    ],
    "das.csv": [
        {
            "registration_ref": f"R-{name}",
            "uln": uln,
            "line": line,
            "level": level,
            "plts": "false",
            "work_experience": "true",
            "fetched_at": FETCHED_AT,
        }
        for name, uln, line, level in (
            ("anna", ANNA_ULN, "ENGINEERING", "HIGHER"),
            ("ben", BEN_ULN, "ENGINEERING", "HIGHER"),
            ("cleo", CLEO_ULN, "INFORMATION_TECHNOLOGY", "ADVANCED"),
        )
    ],
    "das_components.csv": [
        {"registration_ref": "R-anna", "component": "FS_ENGLISH", "complete": "true"},
        {"registration_ref": "R-cleo", "component": "PROJECT", "complete": "false"},
    ],
}
"""Anna and Ben at one centre, Cleo at another, two entries that match nobody."""


def tiny_feed() -> Feed:
    """A complete feed of two centres and three learners, to be changed at will."""
    return deepcopy(_TINY)


async def begin(database: Database, folder: Path) -> None:
    """Have the tiny feed in an empty database, for tests that are about what comes afterwards."""
    report = await imported_once(database, write_feed(folder, _TINY), "tiny", DAY)
    assert report.outcome == "APPLIED"


def write_feed(folder: Path, feed: Mapping[str, list[Row]]) -> Path:
    """The feed as files; columns that no row names are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in feed.items():
        known = FILE_BY_NAME[name].columns
        columns = [
            column
            for column, rule in known.items()
            if rule.required or any(column in row for row in rows)
        ]
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def read_rows(path: Path) -> list[Row]:
    """The rows of a file."""
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def write_rows(path: Path, rows: list[Row]) -> None:
    """Rows in place of those of a file; there must be one."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def find(feed: Feed, name: str, **key: str) -> Row:
    """The one row of a file with some values."""
    (row,) = (row for row in feed[name] if all(row.get(k) == v for k, v in key.items()))
    return row


async def apply(
    database: Database,
    path: Path,
    *,
    day: date = DAY,
    mode: Mode = Mode.DELTA,
    partial: bool = False,
    dry_run: bool = False,
) -> Report:
    """Apply a feed folder or archive."""
    options = Options(actor="test", mode=mode, partial=partial, dry_run=dry_run)
    return await apply_feed(database, Source(path), options, day=day)


async def send(
    database: Database,
    folder: Path,
    feed: Mapping[str, list[Row]],
    *,
    day: date = DAY,
    mode: Mode = Mode.DELTA,
) -> Report:
    """Write a feed that is to be accepted whole, and apply it."""
    report = await apply(database, write_feed(folder, feed), day=day, mode=mode)
    assert report.problems == ()
    assert report.outcome == "APPLIED"
    return report


def counts(report: Report) -> dict[str, tuple[int, ...]]:
    """What became of the rows of each file: created, changed, same, refused, closed."""
    return {
        file.name: (file.created, file.changed, file.same, file.refused, file.closed)
        for file in report.files
    }


Place = tuple[str, int | None, str | None, str, str | None]
"""File, row, column, code, value."""


def places(report: Report) -> tuple[Place, ...]:
    """Where and why a feed was refused."""
    return tuple(
        (problem.file, problem.row, problem.column, problem.code, problem.value)
        for problem in report.problems
    )

"""The files of a feed and their columns: what the contract says, as data."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.vocabulary import (
    CentreStatus,
    ClaimStatus,
    ComponentType,
    EntryKind,
    EntryStatus,
    RegistrationStatus,
    Track,
    UnitAssessment,
    VerificationState,
)
from exchange.feed import cells
from exchange.feed.cells import Parser


class Column(NamedTuple):
    """One column of a file."""

    parse: Parser
    type: str = "text"
    """Type of the staged column: text, integer, boolean, date or timestamptz."""
    required: bool = False
    """Whether the column must be in the header and filled in every row."""
    default: Any = None
    """The value of an empty cell."""
    repeats: bool = True
    """Whether the same texts come again and again."""
    status: frozenset[str] | None = None
    """For a status column: the words understood; others are kept as raw text."""
    may_be_empty: bool = False
    """Whether a required column may be empty in a row."""


class File(NamedTuple):
    """One file of a feed."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    names: tuple[str, str] | None = None
    """Columns of the given and family name, where rows are paired by name."""

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.removesuffix(".csv")


def _must(parse: Parser, kind: str = "text", *, repeats: bool = True) -> Column:
    return Column(parse, kind, required=True, repeats=repeats)


def _may(parse: Parser, kind: str = "text", *, default: Any = None, repeats: bool = True) -> Column:  # noqa: ANN401 - a cell's value is of any type
    return Column(parse, kind, default=default, repeats=repeats)


def _status(vocabulary: type[Any], *, required: bool = False, default: str | None = None) -> Column:
    return Column(
        cells.text(100),
        required=required,
        default=default,
        status=cells.known_words(vocabulary),
    )


NOT_IN_FULL_FEED = "NOT_IN_FULL_FEED"
"""The raw status of a row that was closed because a full feed did not mention it."""

EXPLANATION = ("row", "column", "code", "message")
"""Columns that end a file of refused rows; a file that comes back with them may keep them."""

_REF = _must(cells.text(60), repeats=False)
_NAME = cells.text(100, allowed=cells.JOINERS)
_COMPONENT = cells.words(ComponentType)
_SOME_COMPONENT = cells.words((*ComponentType, "PLTS", "WORK_EXPERIENCE"))
_LEVEL_NUMBER = cells.integer(1, 8)
_HOURS = cells.integer(0, 5_000)
_COURSE_LEVEL = cells.text(40)

FILES: tuple[File, ...] = (
    File(
        "centres.csv",
        ("centre_number",),
        {
            "centre_number": _must(cells.centre_number),
            "name": _must(cells.text(200)),
            "dfe_number": _may(cells.text(7)),
            "status": _status(CentreStatus, default="OPEN"),
        },
    ),
    File(
        "consortia.csv",
        ("consortium_code", "centre_number"),
        {
            "consortium_code": _must(cells.text(40)),
            "consortium_name": _must(cells.text(200)),
            "centre_number": _must(cells.centre_number),
        },
    ),
    File(
        "requirements.csv",
        ("level", "component"),
        {
            "level": _must(_COURSE_LEVEL),
            "component": _must(_SOME_COMPONENT),
            "qualification_levels": Column(
                cells.listed(_LEVEL_NUMBER, limit=40), required=True, default="", may_be_empty=True
            ),
            "glh": _must(_HOURS, "integer"),
            "min_glh": _may(_HOURS, "integer"),
        },
    ),
    File(
        "lines.csv",
        ("line",),
        {
            "line": _must(cells.text(60)),
            "name": _must(cells.text(200)),
            "phase": _may(cells.integer(1, 99), "integer"),
            "active": _may(cells.boolean, "boolean", default=True),
        },
    ),
    File(
        "series.csv",
        ("series_month",),
        {
            "series_month": _must(cells.words(("January", "March", "June", "November"))),
            "results_month": _must(cells.integer(1, 12), "integer"),
            "results_year_offset": _must(cells.integer(0, 2), "integer"),
        },
    ),
    File(
        "qualifications.csv",
        ("qan",),
        {
            "qan": _must(cells.qan),
            "title": _must(cells.text(300)),
            "awarding_body": _must(cells.text(100)),
            "component": _must(_COMPONENT),
            "level": _must(_LEVEL_NUMBER, "integer"),
            "lines": _must(cells.lines),
            "glh": _must(_HOURS, "integer"),
            "barring_code": _may(cells.text(10)),
            "track": _must(cells.words(Track)),
            "requires_award_entry": _may(cells.boolean, "boolean"),
            "valid_from": _may(cells.day, "date"),
            "valid_to": _may(cells.last_day, "date"),
            "post_sixteen_only": _may(cells.boolean, "boolean", default=False),
            "grade_levels": _may(cells.grade_levels),
        },
    ),
    File(
        "units.csv",
        ("qan", "unit"),
        {
            "qan": _must(cells.qan),
            "unit": _must(cells.text(20)),
            "title": _may(cells.text(300)),
            "assessment": _must(cells.words(UnitAssessment)),
            "required": _must(cells.boolean, "boolean"),
        },
    ),
    File(
        "windows.csv",
        ("series", "unit"),
        {
            "series": _must(cells.series),
            "unit": _may(cells.text(20), default=""),
            "opens_on": _must(cells.day, "date"),
            "closes_on": _must(cells.day, "date"),
        },
    ),
    File(
        "learners.csv",
        ("learner_ref",),
        {
            "learner_ref": _REF,
            "uln": _may(cells.uln, repeats=False),
            "uln_verified": _may(cells.boolean, "boolean"),
            "given_name": _must(_NAME),
            "family_name": _must(_NAME),
            "date_of_birth": _may(cells.day, "date"),
            "uci": _may(cells.uci, repeats=False),
            "upn": _may(cells.upn, repeats=False),
        },
        names=("given_name", "family_name"),
    ),
    File(
        "registrations.csv",
        ("registration_ref",),
        {
            "registration_ref": _REF,
            "learner_ref": _REF,
            "centre_number": _must(cells.centre_number),
            "line": _must(cells.text(60)),
            "level": _must(_COURSE_LEVEL),
            "registered_on": _may(cells.month),
            "anticipated_award": _may(cells.month),
            "status": _status(RegistrationStatus, required=True),
            "claim_status": _status(ClaimStatus, default="NONE"),
        },
    ),
    File(
        "entries.csv",
        ("entry_ref",),
        {
            "entry_ref": _REF,
            "centre_number": _must(cells.centre_number),
            "uln": _may(cells.uln),
            "given_name": _may(_NAME),
            "family_name": _may(_NAME),
            "date_of_birth": _may(cells.day, "date"),
            "qan": _must(cells.qan),
            "component": _may(_COMPONENT),
            "kind": _must(cells.words(EntryKind)),
            "unit": _may(cells.text(20)),
            "series": _may(cells.series),
            "status": _status(EntryStatus, default="ENTERED"),
            "entered_on": _must(cells.day, "date"),
            "marks_submitted_on": _may(cells.day, "date"),
            "claimed": _may(cells.boolean, "boolean", default=False),
            "result": _may(cells.result),
            "result_release_on": _may(cells.day, "date"),
        },
        names=("given_name", "family_name"),
    ),
    File(
        "verifications.csv",
        ("centre_number", "qan", "academic_year"),
        {
            "centre_number": _must(cells.centre_number),
            "qan": _must(cells.qan),
            "academic_year": _must(cells.academic_year),
            "state": _status(VerificationState, required=True),
            "verified_on": _may(cells.day, "date"),
        },
    ),
    File(
        "das.csv",
        ("registration_ref",),
        {
            "registration_ref": _REF,
            "uln": _may(cells.text(20), repeats=False),
            "line": _may(cells.text(60)),
            "level": _may(_COURSE_LEVEL),
            "given_name": _may(_NAME),
            "family_name": _may(_NAME),
            "date_of_birth": _may(cells.day, "date"),
            "plts": _may(cells.boolean, "boolean"),
            "work_experience": _may(cells.boolean, "boolean"),
            "claim_status": _status(ClaimStatus),
            "fetched_at": _must(cells.instant, "timestamptz"),
        },
    ),
    File(
        "das_components.csv",
        ("registration_ref", "component"),
        {
            "registration_ref": _REF,
            "component": _must(_COMPONENT),
            "complete": _must(cells.boolean, "boolean"),
            "visible_from": _may(cells.day, "date"),
        },
    ),
)
"""Every file, in the order in which they build on one another."""

FILE_BY_NAME: Mapping[str, File] = {file.name: file for file in FILES}

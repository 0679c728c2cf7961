"""The examples of tests/cases/flag_cases.json as the values that the rules read."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from domain.catalogue import Catalogue, Qualification, Requirement, ResultsRule, Unit, Window
from domain.codes import (
    AssessmentDetail,
    AssessmentFlag,
    CompletionStatus,
    EntryFlag,
    IssueCode,
    Reason,
)
from domain.flags import Flags, component_flags
from domain.identifiers import YearMonth
from domain.inputs import Das, Declaration, Entry, Registration
from domain.record import Record
from domain.vocabulary import (
    ClaimStatus,
    ComponentType,
    EntryKind,
    RegistrationStatus,
    Track,
    UlnState,
)

FILE: Final = Path(__file__).parents[1] / "cases" / "flag_cases.json"
DAY: Final = date(2010, 2, 19)
"""The day of most examples; the June 2010 window opens on 6 April."""
LEARNER_ULN: Final = "9276308686"
UNKNOWN_QAN: Final = "999/9901/8"
"""Well formed and in no catalogue."""

_Raw = Mapping[str, Any]


class ComponentCase(NamedTuple):
    """One component on one day, and what is to come of it."""

    id: str
    title: str
    given: _Raw
    entry: EntryFlag | None
    entry_reasons: tuple[Reason, ...]
    assessment: AssessmentFlag | None
    detail: AssessmentDetail | None
    issues: frozenset[IssueCode]
    """Issues of the component, and those that say what is wrong between us and DAS."""


class Pair(NamedTuple):
    """Both flags of a component, as far as completion reads them."""

    entry: EntryFlag | None
    assessment: AssessmentFlag | None = None
    required: bool = True


class LearnerCase(NamedTuple):
    """The flags of a whole registration, and what they add up to."""

    id: str
    title: str
    registration: Registration
    claim: ClaimStatus
    plts: bool
    work_experience: bool
    flags: Mapping[ComponentType, Pair]
    status: CompletionStatus
    percent: int | None


class Inputs(NamedTuple):
    """The arguments of `component_flags`, in its order."""

    component: ComponentType
    registration: Registration
    das: Das
    declarations: tuple[Declaration, ...]
    entries: tuple[Entry, ...]
    catalogue: Catalogue
    day: date


# The file ----------------------------------------------------------------------------------------


@cache
def catalogue() -> Catalogue:
    """The course data of the examples."""
    raw = _file()["catalogue"]
    return Catalogue(
        qualifications={row["qan"]: _qualification(row) for row in raw["qualifications"]},
        requirements={
            level: {
                ComponentType(component): Requirement(
                    frozenset(need["levels"]), need["glh"], need.get("minGlh")
                )
                for component, need in needs.items()
            }
            for level, needs in raw["requirements"].items()
        },
        lines=frozenset(raw["lines"]),
        windows={
            (series, None): Window(_day(row["opensOn"]), _day(row["closesOn"]))
            for series, row in raw["windows"].items()
        },
        results={
            month: ResultsRule(row["month"], row["yearOffset"])
            for month, row in raw["seriesResultMonth"].items()
        },
        plts_glh=dict.fromkeys(raw["requirements"], raw["config"]["pltsGlh"]),
    )


@cache
def component_cases() -> tuple[ComponentCase, ...]:
    """The examples of one component each."""
    return tuple(_component_case(row) for row in _file()["cases"])


@cache
def learner_cases() -> tuple[LearnerCase, ...]:
    """The examples of whole registrations."""
    return tuple(_learner_case(row) for row in _file()["learnerCases"])


def inputs_of(case: ComponentCase) -> Inputs:
    """What the rules read of an example; its entries are named after its id."""
    given, das = case.given, case.given["das"]
    return Inputs(
        component=ComponentType(given["component"]),
        registration=_registration(given["registration"]),
        das=Das(
            das["recordFound"], das.get("ulnMatches", True), das.get("componentComplete", False)
        ),
        declarations=tuple(Declaration(row["qan"], row["active"]) for row in given["declarations"]),
        entries=tuple(
            _entry(f"{case.id}-{at:02d}", row) for at, row in enumerate(given["entries"], start=1)
        ),
        catalogue=catalogue(),
        day=_day(given["asOf"]),
    )


def record_of(case: ComponentCase) -> Record:
    """A registration of which nothing is known but the component of an example."""
    inputs = inputs_of(case)
    return Record(
        registration=inputs.registration,
        uln=LEARNER_ULN,
        uln_verified=True,
        das_found=inputs.das.found,
        das_uln_matches=inputs.das.uln_matches,
        das_stale_from=inputs.day if case.given["das"].get("stale") else None,
        das={inputs.component: inputs.das},
        entries={inputs.component: inputs.entries},
        declarations={inputs.component: inputs.declarations},
    )


# By hand -----------------------------------------------------------------------------------------

ON_DAS: Final = Das(found=True)
"""An account on DAS that does not hold the component as complete."""

_refs = count(1)


@cache
def qan(key: str) -> str:
    """The QAN of a qualification by its short name, such as PROJ_L2."""
    return next(row.qan for row in catalogue().qualifications.values() if row.title == key)


def registered(
    level: str = "HIGHER",
    award: str | None = "2010-08",
    *,
    line: str = "ENGINEERING",
    status: RegistrationStatus = RegistrationStatus.ACCEPTED,
    conflict: bool = False,
) -> Registration:
    """A registration, by default the one of most examples."""
    month = None if award is None else YearMonth.parse(award)
    return Registration(status, line, level, month, conflict)


def entered(
    key: str,
    *,
    kind: EntryKind = EntryKind.QUALIFICATION,
    series: str | None = None,
    entered_on: date = date(2010, 1, 20),
    **given: Any,
) -> Entry:
    """An entry for a qualification of the catalogue, by short name or QAN."""
    number = key if "/" in key else qan(key)
    return Entry(f"entry-{next(_refs):06d}", number, kind, entered_on, series=series, **given)


def unit(code: str, *, key: str = "PL_ENG_L2", series: str = "June 2010", **given: Any) -> Entry:
    """An entry for a unit, by default of the Higher Diploma in Engineering."""
    return entered(key, kind=EntryKind.UNIT, unit=code, series=series, **given)


def cash_in(key: str = "PL_ENG_L2", *, series: str = "June 2010", **given: Any) -> Entry:
    """An award entry."""
    return entered(key, kind=EntryKind.AWARD, series=series, **given)


def project(series: str | None = "June 2010", **given: Any) -> Entry:
    """An entry for the project of the Higher Diploma."""
    return entered("PROJ_L2", series=series, **given)


def principal_learning() -> tuple[Entry, ...]:
    """All that the principal learning of the Higher Diploma in Engineering asks for."""
    return (unit("EG201"), unit("EG202"), unit("EG203"), cash_in())


def declared(*keys: str) -> tuple[Declaration, ...]:
    """Active declarations of qualifications, by short name or QAN."""
    return tuple(Declaration(key if "/" in key else qan(key)) for key in keys)


def flags_of(
    component: ComponentType,
    entries: Iterable[Entry] = (),
    declarations: Iterable[Declaration] = (),
    *,
    registration: Registration | None = None,
    das: Das = ON_DAS,
    course_data: Catalogue | None = None,
    day: date = DAY,
) -> Flags:
    """The flags of a component; what is left out is as in most examples."""
    return component_flags(
        component,
        registration or registered(),
        das,
        declarations,
        entries,
        course_data or catalogue(),
        day,
    )


# Reading -----------------------------------------------------------------------------------------


@cache
def _file() -> dict[str, Any]:
    """The whole file."""
    content: dict[str, Any] = json.loads(FILE.read_bytes())
    return content


def _day(text: str) -> date:
    """A day that is there."""
    return date.fromisoformat(text)


def _maybe_day(text: str | None) -> date | None:
    """A day that may be absent."""
    return None if text is None else date.fromisoformat(text)


def _qualification(raw: _Raw) -> Qualification:
    """A row of the catalogue; its short name stands in for a title."""
    return Qualification(
        qan=raw["qan"],
        title=raw["key"],
        awarding_body=raw["awardingBody"],
        component=ComponentType(raw["component"]),
        level=raw["level"],
        lines=None if raw["lines"] == "ANY" else frozenset(raw["lines"]),
        glh=raw["glh"],
        track=Track(raw["track"]),
        barring_code=raw.get("barring"),
        requires_award_entry=raw["requiresAwardEntry"],
        valid_to=_maybe_day(raw.get("validTo")),
        grade_levels=raw.get("gradeLevels", {}),
        units={
            row["code"]: Unit(
                row["code"], internal=row["assessment"] == "INTERNAL", required=row["required"]
            )
            for row in raw["units"]
        },
    )


def _registration(raw: _Raw) -> Registration:
    """The course of an example."""
    return registered(
        raw["level"],
        raw["anticipatedAwardDate"],
        line=raw["line"],
        status=RegistrationStatus(raw["status"]),
        conflict=raw.get("conflict", False),
    )


def _entry(ref: str, raw: _Raw) -> Entry:
    """An entry of an example."""
    return Entry(
        ref=ref,
        qan=raw["qan"],
        kind=EntryKind(raw["kind"]),
        entered_on=_day(raw["enteredOn"]),
        unit=raw.get("unit"),
        series=raw.get("series"),
        withdrawn=raw.get("status") == "WITHDRAWN",
        uln_state=UlnState(raw.get("ulnState", "MATCHED")),
        marks_submitted_on=_maybe_day(raw.get("marksSubmittedOn")),
        centre_verified=raw.get("centreVerified"),
        claimed=raw.get("claimed", False),
        result=raw.get("result"),
        result_release_on=_maybe_day(raw.get("resultReleaseOn")),
    )


def _component_case(raw: _Raw) -> ComponentCase:
    """An example of one component."""
    expect = raw["expect"]
    entry, assessment = expect["entryFlag"], expect["assessmentFlag"]
    detail = expect["assessmentDetail"]
    return ComponentCase(
        id=raw["id"],
        title=raw["title"],
        given=raw["given"],
        entry=None if entry is None else EntryFlag(entry),
        entry_reasons=tuple(Reason(code) for code in expect["entryReasons"]),
        assessment=None if assessment is None else AssessmentFlag(assessment),
        detail=None if detail is None else AssessmentDetail(detail),
        issues=frozenset(IssueCode(code) for code in expect["issues"]),
    )


def _pair(raw: _Raw) -> Pair:
    """The flags of a component of a learner."""
    entry, assessment = raw["entryFlag"], raw["assessmentFlag"]
    return Pair(
        None if entry is None else EntryFlag(entry),
        None if assessment is None else AssessmentFlag(assessment),
    )


def _learner_case(raw: _Raw) -> LearnerCase:
    """An example of a whole registration."""
    given, expect = raw["given"], raw["expect"]
    return LearnerCase(
        id=raw["id"],
        title=raw["title"],
        registration=_registration(given["registration"]),
        claim=ClaimStatus(given["claimStatus"]),
        plts=given["pltsConfirmed"],
        work_experience=given["workExperienceConfirmed"],
        flags={ComponentType(code): _pair(row) for code, row in given["components"].items()},
        status=CompletionStatus(expect["completionStatus"]),
        percent=expect["percentComplete"],
    )

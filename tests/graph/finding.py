"""What the tests of lists share: all learners, and filters and orders told again in plain words."""

from pathlib import Path
from typing import Any

from auth.permissions import GrantKind, Staff
from database.connection import Connection, Database
from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag, IssueCode
from domain.names import name_order, name_parts, search_words
from domain.vocabulary import ComponentType
from schema.ids import decode_id
from tests.factories import Caller, add_user, import_sample
from tests.graph.asking import centre_numbers

URGENCY = ("CRITICAL", "WARNING", "INFO")
NO_DAY = "9999-12-31"
NAMES = (
    "garcia",
    "GAR",
    "brien",
    "o'b",
    "van der",
    "berg",
    "smi",
    "jones smith",
    "zz",
    "maria lop",
)

ALL = """
query {
  learners(first: 100) {
    totalCount
    nodes {
      id uln givenName familyName completionStatus
      registration {
        line level registeredOn anticipatedAward homeCentre { number consortia { code } }
      }
      components { type entryFlag assessmentFlag declarations { id } }
      issues { code severity dueOn componentType }
    }
  }
}
"""

FILTERS: list[dict[str, Any]] = [
    {},
    {"awardYear": 2010},
    {"component": ["PROJECT", "ASL"]},
    {"completionStatus": ["ACTION_REQUIRED", "WITHDRAWN"]},
    {"issueCode": ["GLH_SHORTFALL", "ENTRY_MISSING"]},
]
"""Filters of every kind, few enough to count by all of them."""


async def three_centres(database: Database, folder: Path) -> list[str]:
    """Three centres in a consortium; people of one, of two and of all. The centre numbers."""
    await import_sample(database, folder, centres=3, learners=60)
    numbers = await centre_numbers(database)
    await add_user(database, "one@example.org", numbers[0])
    await add_user(database, "two@example.org", *numbers[:2], kind=GrantKind.NON_CENTRE)
    await add_user(database, "all@example.org", staff=Staff.SUPPORT)
    await add_user(database, "none@example.org")
    return numbers


async def rename(connection: Connection) -> None:
    """Names of every kind, in place of those of a sample; some lack a ULN or a month."""
    for at, (given, family) in enumerate(
        (
            ("Mar\u00eda", "Garc\u00eda L\u00f3pez"),
            ("Niamh", "O'Brien"),
            ("Jan", "van der Berg"),
            ("Ann-Marie", "Smith-Jones"),
            ("\u0141ukasz", "Garcia"),
        )
    ):
        await connection.execute(
            "UPDATE learner SET given_name = ?, family_name = ? WHERE id % 9 = ?", given, family, at
        )
    await connection.execute("UPDATE learner SET uln = NULL WHERE id % 4 = 0")
    await connection.execute("UPDATE registration SET award = NULL WHERE id % 5 = 0")
    await connection.execute("UPDATE registration SET registered_on = NULL WHERE id % 7 = 0")


async def everybody(connection: Connection, caller: Caller) -> list[dict[str, Any]]:
    """All learners as somebody sees them, each with the moment of the last change."""
    learners: list[dict[str, Any]] = (await caller.data(ALL))["learners"]["nodes"]
    rows = await connection.tuples(
        "SELECT learner_id, centre.number, modified_at FROM completion"
        " JOIN centre ON centre.id = completion.centre_id"
    )
    moments = {(row[0], row[1]): str(row[2]).replace(" ", "T") for row in rows}
    for learner in learners:
        number = learner["registration"]["homeCentre"]["number"]
        learner["modified"] = moments[decode_id(learner["id"])[1], number]
    return learners


def fits(learner: dict[str, Any], wanted: dict[str, Any]) -> bool:  # noqa: C901, PLR0911 - one a condition
    """The filter once more, over a learner as the graph shows them."""
    course = learner["registration"]
    centre = course["homeCentre"]
    award = course["anticipatedAward"]
    if wanted.get("centres") and centre["number"] not in wanted["centres"]:
        return False
    consortia = {held["code"] for held in centre["consortia"]}
    if wanted.get("consortium") is not None and wanted["consortium"] not in consortia:
        return False
    for name, value in (
        ("lines", course["line"]),
        ("levels", course["level"]),
        ("completionStatus", learner["completionStatus"]),
    ):
        if wanted.get(name) and value not in wanted[name]:
            return False
    if "nameOrUln" in wanted and not is_named(learner, wanted["nameOrUln"]):
        return False
    if "modifiedSince" in wanted and learner["modified"] < wanted["modifiedSince"]:
        return False
    if "awardYear" in wanted and (award is None or int(award[:4]) != wanted["awardYear"]):
        return False
    if "awardFrom" in wanted and (award is None or award < wanted["awardFrom"]):
        return False
    if "awardTo" in wanted and (award is None or award > wanted["awardTo"]):
        return False
    kinds = wanted.get("component") or [kind.value for kind in ComponentType]
    entry, assessment = wanted.get("entryFlag"), wanted.get("assessmentFlag")
    if (entry or assessment) and not any(
        part["type"] in kinds
        and (not entry or part["entryFlag"] in entry)
        and (not assessment or part["assessmentFlag"] in assessment)
        for part in learner["components"]
    ):
        return False
    declared = any(part["declarations"] for part in learner["components"] if part["type"] in kinds)
    if wanted.get("declaredElsewhere", declared) is not declared:
        return False
    return not wanted.get("issueCode") or any(
        issue["code"] in wanted["issueCode"]
        and (not wanted.get("component") or issue["componentType"] in kinds)
        for issue in learner["issues"]
    )


def is_named(learner: dict[str, Any], term: str) -> bool:
    """A ULN, or words of which each begins a part of a name."""
    if term[0].isdigit():
        return bool(learner["uln"] == term)
    parts = {*name_parts(learner["familyName"]), *name_parts(learner["givenName"])}
    return all(any(part.startswith(word) for part in parts) for word in search_words(term))


def place(learner: dict[str, Any], order: str) -> tuple[Any, ...]:
    """Where a learner stands in an order, told again from what the graph shows."""
    name = name_order(learner["givenName"], learner["familyName"])
    key = decode_id(learner["id"])[1]
    course, issues = learner["registration"], learner["issues"]
    urgency = min((URGENCY.index(issue["severity"]) for issue in issues), default=len(URGENCY))
    due = min((issue["dueOn"] or NO_DAY for issue in issues), default=NO_DAY)
    stage = list(CompletionStatus).index(CompletionStatus(learner["completionStatus"]))
    return {
        "NAME": (name, key),
        "ULN": (learner["uln"] or "", key),
        "AWARD_MONTH": (course["anticipatedAward"] or "", name, key),
        "REGISTRATION_MONTH": (course["registeredOn"] or "", name, key),
        "COMPLETION_STATUS": (stage, name, key),
        "SEVERITY": (urgency, due, name, key),
        "DUE_DATE": (due, urgency, name, key),
    }[order]


def is_in_order(wanted: dict[str, Any]) -> bool:
    """Whether the months of a filter leave something between them; it is refused otherwise."""
    return bool(wanted.get("awardFrom", "") <= wanted.get("awardTo", "9999-12"))


def choices(learners: list[dict[str, Any]], numbers: list[str]) -> dict[str, list[Any]]:
    """Values of each condition: those that occur, and some that do not."""
    courses = [learner["registration"] for learner in learners]
    codes_ = {held["code"] for course in courses for held in course["homeCentre"]["consortia"]}
    return {
        "centres": [[numbers[0]], numbers[1:], numbers, ["99999"], []],
        "consortium": [*sorted(codes_), "NOWHERE"],
        "lines": [[line] for line in sorted({course["line"] for course in courses})] + [["X"], []],
        "levels": [["HIGHER"], ["FOUNDATION", "ADVANCED"], ["PROGRESSION"], ["OTHER"], []],
        "awardYear": [2009, 2010, 2011, 1900],
        "awardFrom": ["2009-08", "2010-08", "2010-09", "2030-01"],
        "awardTo": ["2009-08", "2010-08", "2010-07", "1990-01"],
        "completionStatus": [
            *([status.value] for status in CompletionStatus),
            ["IN_PROGRESS", "AWARDED"],
            [],
        ],
        "component": [
            *([kind.value] for kind in ComponentType),
            ["FS_ENGLISH", "FS_MATHEMATICS"],
            [],
        ],
        "entryFlag": [
            *([flag.value] for flag in EntryFlag),
            ["ELIGIBLE_ENTRY", "UNDETERMINED"],
            [],
        ],
        "assessmentFlag": [
            *([flag.value] for flag in AssessmentFlag),
            ["FS_PASSED", "SUBMITTED"],
            [],
        ],
        "issueCode": [
            *([code.value] for code in IssueCode),
            ["ENTRY_MISSING", "NO_DAS_RECORD"],
            [],
        ],
        "declaredElsewhere": [True, False],
        "nameOrUln": [
            *NAMES,
            *(learner["uln"] for learner in learners[::15] if learner["uln"]),
            *(learner["familyName"] for learner in learners[::15]),
            *(learner["givenName"][:2] for learner in learners[::20]),
        ],
        "modifiedSince": sorted({learner["modified"] for learner in learners})[::9],
    }

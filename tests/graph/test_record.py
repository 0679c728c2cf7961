"""The Individual Learner Record of one known learner, whole, and what else is public or listed."""

from collections import Counter
from pathlib import Path
from typing import Any

from database.connection import Database
from tests.domain.cases import qan
from tests.exchange.feeds import (
    ANNA_ULN,
    FETCHED_AT,
    STRANGE_ULN,
    WEST,
    begin,
    entry,
    send,
    tiny_feed,
)
from tests.factories import Caller, add_user, log_in, served

RECORD = """
query ($uln: ULN!) {
  learner(uln: $uln) {
    uln ulnVerified name dateOfBirth completionStatus percentComplete
    registration {
      line lineName level registeredOn anticipatedAward anticipatedAwardSource
      anticipatedAwardEditedAt awardingBodyAward status claimStatus version derivedOn
      homeCentre { number name }
      dasRecord { uln line level pltsConfirmed workExperienceConfirmed fetchedAt }
    }
    components {
      type required entryFlag assessmentFlag assessmentDetail
      flags { kind code detail since dueOn opensOn label reasons advice { title } }
      issues { code severity subject dueOn }
      entries { kind unit series result resultReleasedOn qualification { title } }
      declarations { qan }
      das { recordFound complete fetchedAt }
      requirement { guidedLearningHours minimumGuidedLearningHours }
    }
    issues { code componentType severity subject firstSeen dueOn advice { title } }
  }
}
"""
IN_PLACE = "The entries are in place"
TO_ENTER = "Enter the component or say where it is taken"
SAME_ULN = "Make the ULN the same everywhere"


def part(
    kind: str,
    flags: list[dict[str, Any]],
    hours: tuple[int, int | None],
    *,
    entries: list[dict[str, Any]] | None = None,
    issues: list[dict[str, Any]] | None = None,
    complete: bool = False,
) -> dict[str, Any]:
    """A component as the record shows it."""
    assessment = flags[1] if len(flags) > 1 else {"code": None, "detail": None}
    return {
        "type": kind,
        "required": True,
        "entryFlag": flags[0]["code"],
        "assessmentFlag": assessment["code"],
        "assessmentDetail": assessment["detail"],
        "flags": flags,
        "issues": issues or [],
        "entries": entries or [],
        "declarations": [],
        "das": {"recordFound": True, "complete": complete, "fetchedAt": FETCHED_AT},
        "requirement": {"guidedLearningHours": hours[0], "minimumGuidedLearningHours": hours[1]},
    }


def flag(
    code: str,
    label: str,
    reasons: list[str],
    titles: list[str],
    *,
    detail: str | None = None,
    due: str | None = None,
    opens: str | None = None,
) -> dict[str, Any]:
    """A flag as the record shows it."""
    return {
        "kind": "ASSESSMENT" if detail else "ENTRY",
        "code": code,
        "detail": detail,
        "since": "2010-02-19",
        "dueOn": due,
        "opensOn": opens,
        "label": label,
        "reasons": reasons,
        "advice": [{"title": title} for title in titles],
    }


def entered(kind: str, title: str, **other: Any) -> dict[str, Any]:
    """An entry as the record shows it."""
    nothing = dict.fromkeys(("unit", "series", "result", "resultReleasedOn"))
    return {"kind": kind, **nothing, "qualification": {"title": title}, **other}


def issue(code: str, severity: str, subject: str | None = None) -> dict[str, Any]:
    """A row of the shopping list as a component shows it."""
    return {"code": code, "severity": severity, "subject": subject, "dueOn": "2010-08-31"}


ELIGIBLE = flag("ELIGIBLE_ENTRY", "Eligible entry", ["REQUIREMENT_COVERED"], [IN_PLACE])
UNMATCHED = issue("ULN_UNMATCHED", "CRITICAL", f"{qan('PROJ_L2')}, June 2010")
MISSING = issue("ENTRY_MISSING", "WARNING")
PLTS = issue("PLTS_NOT_CONFIRMED", "INFO")

COMPONENTS = [
    part(
        "PRINCIPAL_LEARNING",
        [
            ELIGIBLE,
            flag(
                "NOT_YET_OPEN",
                "Marks window not open",
                ["MARKS_WINDOW_NOT_OPEN"],
                ["Prepare for the marks window"],
                detail="MARKS_WINDOW_NOT_OPEN",
                due="2010-05-15",
                opens="2010-04-06",
            ),
        ],
        (420, None),
        entries=[
            entered("UNIT", "PL_ENG_L2", unit="EG201", series="June 2010"),
            entered("UNIT", "PL_ENG_L2", unit="EG202", series="June 2010"),
            entered("UNIT", "PL_ENG_L2", unit="EG203", series="June 2010"),
            entered("AWARD", "PL_ENG_L2", series="June 2010"),
        ],
    ),
    part(
        "PROJECT",
        [
            flag(
                "MISSING_OR_INVALID_ENTRY",
                "Missing or invalid entry",
                ["ENTRY_MISSING", "ULN_UNMATCHED"],
                [TO_ENTER, SAME_ULN],
                due="2010-08-31",
            )
        ],
        (60, None),
        issues=[UNMATCHED, MISSING],
    ),
    part(
        "FS_ENGLISH",
        [flag("COMPLETE_ON_DAS", "Complete on DAS", ["DAS_COMPLETE"], ["Nothing left to enter"])],
        (27, None),
        complete=True,
    ),
    part(
        "FS_MATHEMATICS",
        [
            ELIGIBLE,
            flag("FS_PASSED", "Passed", ["FS_PASSED"], ["Passed"], detail="FS_PASSED"),
        ],
        (27, None),
        entries=[
            entered("QUALIFICATION", "FS_MAT_L2", result="PASS", resultReleasedOn="2010-02-19")
        ],
    ),
    # The result is released tomorrow: today there is none.
    part("FS_ICT", [ELIGIBLE], (26, None), entries=[entered("QUALIFICATION", "FS_ICT_L2")]),
    part(
        "ASL",
        [
            flag(
                "MISSING_OR_INVALID_ENTRY",
                "Missing or invalid entry",
                ["ENTRY_MISSING"],
                [TO_ENTER],
                due="2010-08-31",
            )
        ],
        (180, 180),
        issues=[MISSING],
    ),
]


def with_results() -> dict[str, list[dict[str, str]]]:
    """The tiny feed, where Anna has one result released today and one tomorrow."""
    feed = tiny_feed()
    feed["entries.csv"] += [
        entry(
            *("anna-5", WEST, ANNA_ULN, "FS_MAT_L2"),
            result="PASS",
            result_release_on="2010-02-19",
        ),
        entry(
            *("anna-6", WEST, ANNA_ULN, "FS_ICT_L2"),
            result="PASS",
            result_release_on="2010-02-20",
        ),
    ]
    return feed


async def test_the_whole_record_of_a_known_learner(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await send(database, tmp_path / "feed", with_results())
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        data = await (await log_in(client, "reader@example.org")).data(RECORD, uln=ANNA_ULN)
    learner = data["learner"]
    components = learner.pop("components")
    assert components == COMPONENTS
    assert learner == {
        "uln": ANNA_ULN,
        "ulnVerified": True,
        "name": "Anna Ash",
        "dateOfBirth": "1993-09-14",
        "completionStatus": "ACTION_REQUIRED",
        "percentComplete": 3,
        "registration": {
            "line": "ENGINEERING",
            "lineName": "Engineering",
            "level": "HIGHER",
            "registeredOn": "2008-09",
            "anticipatedAward": "2010-08",
            "anticipatedAwardSource": "FEED",
            "anticipatedAwardEditedAt": None,
            "awardingBodyAward": "2010-08",
            "status": "ACCEPTED",
            "claimStatus": "NONE",
            "version": 1,
            "derivedOn": "2010-02-19",
            "homeCentre": {"number": WEST, "name": "Westgate School"},
            "dasRecord": {
                "uln": ANNA_ULN,
                "line": "ENGINEERING",
                "level": "HIGHER",
                "pltsConfirmed": False,
                "workExperienceConfirmed": True,
                "fetchedAt": FETCHED_AT,
            },
        },
        "issues": [
            {**row, "componentType": kind, "firstSeen": "2010-02-19", "advice": {"title": title}}
            for row, kind, title in (
                (UNMATCHED, "PROJECT", SAME_ULN),
                (MISSING, "ASL", TO_ENTER),
                (MISSING, "PROJECT", TO_ENTER),
                (PLTS, None, "Confirm personal, learning and thinking skills"),
            )
        ],
    }


async def test_advice_says_by_when_and_about_which_units(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await send(database, tmp_path / "feed", with_results())
    await add_user(database, "reader@example.org", WEST)
    query = """query ($uln: ULN!, $on: Date) { learner(uln: $uln) { components {
        flags(on: $on) { dueOn advice { steps { text } } } } } }"""
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        today = await caller.data(query, uln=ANNA_ULN)
        later = await caller.data(query, uln=ANNA_ULN, on="2010-05-15")
    units = "EG201, June 2010; EG202, June 2010"
    _, before = today["learner"]["components"][0]["flags"]
    assert [step["text"] for step in before["advice"][0]["steps"]] == [
        (
            "Note that the window opens on 6 April 2010 and closes on 15 May 2010; there is nothing"
            " to send before."
        ),
        f"Plan marking and standardisation ({units}) so that they are finished in time.",
    ]
    _, last_day = later["learner"]["components"][0]["flags"]
    assert last_day["dueOn"] == "2010-05-15"
    assert [step["text"] for step in last_day["advice"][0]["steps"]] == [
        f"Finish internal standardisation ({units}).",
        "Submit a mark for every candidate, absences included, by 15 May 2010.",
        "Make sure that the submission is shown as received.",
    ]


async def test_a_result_under_embargo_is_nowhere_to_be_seen(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "one")
    await add_user(database, "reader@example.org", WEST)
    feed = tiny_feed()
    held = entry("anna-6", WEST, ANNA_ULN, "FS_ICT_L2")
    feed["entries.csv"].append(held)
    await send(database, tmp_path / "two", feed)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        before = await caller.data(RECORD, uln=ANNA_ULN)
        held |= {"result": "FAIL", "result_release_on": "2010-02-20"}
        await send(database, tmp_path / "three", feed)
        assert await caller.data(RECORD, uln=ANNA_ULN) == before
        held |= {"result_release_on": "2010-02-19"}
        await send(database, tmp_path / "four", feed)
        after = await caller.data(RECORD, uln=ANNA_ULN)
    (ict,) = (row for row in after["learner"]["components"] if row["type"] == "FS_ICT")
    assert (ict["assessmentFlag"], ict["entries"][0]["result"]) == ("FS_FAILED", "FAIL")


async def test_unmatched_entries_and_the_catalogue(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    query = """
    query ($centre: CentreNumber!, $known: QAN!) {
      unmatchedEntries(centre: $centre) {
        totalCount
        nodes { uln givenName familyName dateOfBirth qan kind series component }
      }
      qualification(qan: $known) {
        qan title awardingBody component level lines guidedLearningHours track requiresAwardEntry
        validTo units { code assessment required }
      }
      nothing: qualification(qan: "999/9901/8") { title }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        data = await caller.data(query, centre=WEST, known=qan("PL_ENG_L2").replace("/", ""))
    nobody = dict.fromkeys(("givenName", "familyName", "dateOfBirth", "series"))
    assert data == {
        "unmatchedEntries": {
            "totalCount": 2,
            "nodes": [
                {
                    "uln": None,
                    "givenName": "Anna",
                    "familyName": "Ash",
                    "dateOfBirth": "1993-09-14",
                    "qan": qan("PROJ_L2"),
                    "kind": "QUALIFICATION",
                    "series": "June 2010",
                    "component": "PROJECT",
                },
                {
                    **nobody,
                    "uln": STRANGE_ULN,
                    "qan": qan("FS_ICT_L2"),
                    "kind": "QUALIFICATION",
                    "component": "FS_ICT",
                },
            ],
        },
        "qualification": {
            "qan": qan("PL_ENG_L2"),
            "title": "PL_ENG_L2",
            "awardingBody": "EDEXCEL",
            "component": "PRINCIPAL_LEARNING",
            "level": 2,
            "lines": ["ENGINEERING"],
            "guidedLearningHours": 420,
            "track": "UNITS",
            "requiresAwardEntry": True,
            "validTo": None,
            "units": [
                {"code": "EG201", "assessment": "INTERNAL", "required": True},
                {"code": "EG202", "assessment": "INTERNAL", "required": True},
                {"code": "EG203", "assessment": "EXTERNAL", "required": True},
            ],
        },
        "nothing": None,
    }


async def test_the_service_and_its_legend_are_public(database_url: str) -> None:
    query = """
    {
      serviceInfo { version date environment }
      flagLegend { kind code flag label description colour icon }
    }
    """
    async with served(database_url) as client:
        data = await Caller(client).data(query)
    assert data["serviceInfo"]["date"] == "2010-02-19"
    assert data["serviceInfo"]["environment"] == "production"
    assert data["serviceInfo"]["version"]
    rows = data["flagLegend"]
    kinds = Counter(row["kind"] for row in rows)
    assert kinds == {"ENTRY": 6, "ASSESSMENT": 6, "DETAIL": 9}
    assert len({(row["kind"], row["code"]) for row in rows}) == 21
    assert all(all(row.values()) for row in rows)
    assert {row["colour"] for row in rows} == {"green", "amber", "red", "blue", "grey"}
    flags = {row["code"] for row in rows if row["kind"] == "ASSESSMENT"}
    for row in rows:
        if row["kind"] == "DETAIL":
            assert row["flag"] in flags
        else:
            assert row["flag"] == row["code"]

"""What the tests of other days share: whole answers for a day, and results that are held back."""

from datetime import date
from typing import Any

from database.connection import Database
from exchange.refresh import refresh
from tests.factories import DAY, Caller

LEARNERS = """
  uln completionStatus{on} percentComplete{on}
  issues{on} {{ code componentType severity subject dueOn advice {{ title steps {{ text }} }} }}
  registrations {{ line completionStatus{on} percentComplete{on} issues{on} {{ code }} }}
  components {{
    type entryFlag{on} assessmentFlag{on} assessmentDetail{on}
    flags{on} {{ id kind code detail label reasons dueOn opensOn advice {{ steps {{ text }} }} }}
    issues{on} {{ code componentType severity subject dueOn }}
  }}
"""
COUNTS = """
  completion{args} {{ ...All }} flagCounts{args} {{ ...All }} issueCounts{args} {{ ...All }}
"""
ALL = """
fragment All on Counts {
  totalCount
  groups {
    key totalCount statuses { status count share } flags { kind code components learners }
    issues { code issues learners }
  }
}
"""
FILTERS: list[tuple[dict[str, Any], str | None]] = [
    ({}, "CENTRE"),
    ({"completionStatus": ["ACTION_REQUIRED", "WITHDRAWN"]}, "LEVEL"),
    ({"entryFlag": ["ELIGIBLE_ENTRY"], "assessmentFlag": ["ACTION_DUE", "BLOCKED"]}, "AWARD_MONTH"),
    ({"issueCode": ["MARKS_WINDOW_OPEN", "ENTRY_MISSING"], "component": ["PROJECT"]}, "LINE"),
]
"""What is asked for, and by what counts are told apart."""


def of_everybody(*, on: bool) -> str:
    """Everything that is derived of everybody in reach: for a day, or as it is today."""
    day = "(on: $on)" if on else ""
    head = "query ($on: Date!)" if on else "query"
    also = ", on: $on" if on else ""
    return f"""
    {head} {{
      learners(first: 100) {{ nodes {{ {LEARNERS.format(on=day)} }} }}
      flagCounts(groupBy: COMPONENT{also}) {{ ...All }}
      issueCounts(groupBy: COMPONENT{also}) {{ ...All }}
    }}
    {ALL}
    """


def lists(*, on: bool) -> str:
    """The lists and counts of a filter: for a day, or as they are today."""
    head, also = (", $on: Date!", ", on: $on") if on else ("", "")
    listed = f"(first: 5, filter: $filter{also})"
    return f"""
    query ($filter: LearnerFilter, $by: GroupBy, $order: IssueOrder!{head}) {{
      learners{listed} {{ totalCount nodes {{ uln }} }}
      centres {{ nodes {{ number learners{listed} {{ totalCount nodes {{ uln }} }} }} }}
      issues(first: 60, orderBy: $order, filter: $filter{also}) {{
        totalCount nodes {{ severity dueOn learner {{ uln familyName }} }}
      }}
      {COUNTS.format(args=f"(filter: $filter, groupBy: $by{also})")}
    }}
    {ALL}
    """


async def answers(caller: Caller, on: date | None) -> list[Any]:
    """Everything that is derived, and every filter's lists and counts, for a day or today."""
    dated = on is not None
    given = {} if on is None else {"on": on.isoformat()}
    found = [await caller.data(of_everybody(on=dated), **given)]
    for place, (wanted, by) in enumerate(FILTERS):
        order = ("SEVERITY", "DUE_DATE", "NAME")[place % 3]
        variables = {"filter": wanted, "by": by, "order": order, **given}
        found.append(await caller.data(lists(on=dated), **variables))
    return found


async def hold_results(database: Database, release: date) -> int:
    """Give every second entry without a result one that is released on a day; how many there are.

    DAS says of as many components that they are complete, visibly from that day on.
    """
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE entry SET result = CASE WHEN id % 4 = 0 THEN 'U' ELSE 'PASS' END,"
            " result_release_on = ? WHERE result IS NULL AND id % 2 = 0",
            release,
        )
        await connection.execute(
            "UPDATE das_component SET complete = TRUE, visible_from = ?"
            " WHERE NOT complete AND id % 2 = 0",
            release,
        )
    await refresh(database, DAY, everything=True)
    ((held,),) = await database.reader.tuples(
        "SELECT COUNT(*) FROM entry WHERE result_release_on = ?", release
    )
    return int(held)


async def forget_results(database: Database, day: date = DAY) -> None:
    """Take away whatever comes out after a day."""
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE das_component SET complete = FALSE, visible_from = NULL WHERE visible_from > ?"
            " OR (complete AND visible_from IS NULL AND EXISTS (SELECT 1 FROM entry e"
            " WHERE e.component = das_component.component"
            " AND e.registration_id = das_component.registration_id"
            " AND e.status <> 'WITHDRAWN' AND e.result IS NOT NULL AND e.result_release_on > ?))",
            day,
            day,
        )
        await connection.execute(
            "UPDATE entry SET result = NULL, result_release_on = NULL WHERE result_release_on > ?",
            day,
        )
    await refresh(database, DAY, everything=True)

"""What the tests of the graph share: whole answers, ids of everything, rows put in by hand."""

import json
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from database.connection import Database
from tests.factories import Caller

EVERYTHING = """
query {
  centres(first: 100) {
    nodes {
      id number
      learners(first: 100) {
        nodes {
          id uln
          registrations { id }
          components {
            id flags { id } issues { id } entries { id } declarations { id }
          }
        }
      }
      unmatchedEntries(first: 100) { nodes { id } }
    }
  }
}
"""

RECORD = """
  id uln ulnVerified givenName familyName name completionStatus percentComplete
  registration {
    id line lineName level registeredOn anticipatedAward anticipatedAwardSource awardingBodyAward
    status claimStatus completionStatus percentComplete derivedOn
    homeCentre { number name } dasRecord { uln line level pltsConfirmed workExperienceConfirmed }
  }
  registrations { id line homeCentre { number } components { id } issues { id } }
  components {
    id type required entryFlag assessmentFlag assessmentDetail
    flags { id kind code detail since label reasons explanations advice { title steps { text } } }
    issues { id code severity subject dueOn firstSeen advice { title steps { text } } }
    entries { id uln qan kind unit series result enteredOn qualification { title }
              verification { state } }
    declarations { id qan qualification { title } }
    das { recordFound complete fetchedAt }
    requirement { qualificationLevels guidedLearningHours }
  }
  issues { id code componentType subject note }
"""
LEARNER_BY_ULN = f"query ($uln: ULN!) {{ learner(uln: $uln) {{ {RECORD} dateOfBirth uci }} }}"
OVERALL = """
query {
  centres { totalCount nodes { number } }
  consortia { totalCount nodes { code centresInReach centresOutOfReach centres { number } } }
  learners(first: 100) { totalCount nodes { id } }
}
"""
"""Everything of a learner that anybody may read who may read the learner."""


class Ids(NamedTuple):
    """One object of every kind, all of one centre."""

    centre: str
    learner: str
    uln: str
    registration: str
    component: str
    flag: str
    issue: str
    entry: str
    declaration: str
    unmatched: str

    @property
    def nodes(self) -> dict[str, str]:
        """The opaque ids by what they stand for."""
        return {name: value for name, value in self._asdict().items() if name != "uln"}


async def everything(caller: Caller) -> dict[str, Ids]:
    """By centre number, ids of objects of every kind, as somebody sees who sees them all."""
    data = await caller.data(EVERYTHING)
    found = {}
    for centre in data["centres"]["nodes"]:
        learner, part = next(
            (learner, part)
            for learner in centre["learners"]["nodes"]
            for part in learner["components"]
            if learner["uln"] and part["issues"] and part["entries"] and part["declarations"]
        )
        found[centre["number"]] = Ids(
            centre["id"],
            learner["id"],
            learner["uln"],
            learner["registrations"][0]["id"],
            part["id"],
            part["flags"][0]["id"],
            part["issues"][0]["id"],
            part["entries"][0]["id"],
            part["declarations"][0]["id"],
            centre["unmatchedEntries"]["nodes"][0]["id"],
        )
    return found


async def complete_the_sample(database: Database) -> None:
    """What a sample may lack: a declaration at every component, a stray entry at every centre."""
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at)"
            " SELECT c.registration_id, c.centre_id, c.type, '500/0001/1', ? FROM component c"
            " WHERE c.required",
            datetime(2010, 2, 1, tzinfo=UTC),
        )
        await connection.execute(
            "INSERT INTO entry (ref, centre_id, component, qan, kind, status, entered_on, claimed,"
            " date_of_birth) SELECT 'stray-of-' || number, id, 'PROJECT', '500/0001/1',"
            " 'QUALIFICATION', 'ENTERED', ?, FALSE, ? FROM centre",
            date(2010, 1, 20),
            date(1993, 9, 14),
        )


async def centre_numbers(database: Database) -> list[str]:
    """The numbers of all centres, sorted."""
    rows = await database.reader.tuples("SELECT number FROM centre ORDER BY number")
    return [str(row[0]) for row in rows]


async def whole(caller: Caller, query: str, **variables: Any) -> str:
    """The whole answer as text, in the order in which it was sent."""
    return json.dumps(await caller.ask(query, **variables))


def places(errors: list[dict[str, Any]]) -> list[str]:
    """The fields that errors are about, positions in lists left out, sorted."""
    return sorted(
        ".".join(key for key in error["path"] if isinstance(key, str)) for error in errors
    )


def codes(errors: list[dict[str, Any]]) -> set[str]:
    """The codes of errors."""
    return {error["extensions"]["code"] for error in errors}

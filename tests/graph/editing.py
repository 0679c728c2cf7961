"""What tests of edits share: a small world, editors, and the documents that edit."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from database.connection import Database
from schema.ids import encode_id
from tests.exchange.feeds import begin

SET_AWARD: Final = """
mutation ($input: LearnerSetAnticipatedAwardInput!) {
  learnerSetAnticipatedAward(input: $input) {
    __typename
    ... on LearnerAwardSet {
      changed warnings { code }
      registration { version anticipatedAward anticipatedAwardSource awardingBodyAward }
      learner { completionStatus components { type entryFlag
        flags { kind reasons advice { title } } issues { code } } }
    }
    ... on Conflict { code current { ... on Registration { version anticipatedAward } } }
    ... on Problem { code field message }
  }
}
"""
SET_AWARDS: Final = """
mutation ($input: LearnersSetAnticipatedAwardInput!) {
  learnersSetAnticipatedAward(input: $input) {
    __typename
    ... on LearnersEdited {
      applied changedCount unchangedCount refusedCount change { id }
      outcomes { changed code warnings { code } registration { version anticipatedAward } }
    }
    ... on Problem { code field message }
  }
}
"""
PREVIEW: Final = """
query ($component: ID!, $qan: QAN!) {
  declarationPreview(componentId: $component, qan: $qan) {
    qan alreadyDeclared token warnings { code } qualification { title }
    mayDeclare { allowed code }
  }
}
"""
DECLARE: Final = """
mutation ($input: DeclarationAddInput!) {
  declarationAdd(input: $input) {
    __typename
    ... on DeclarationAdded {
      created warnings { code } declaration { id qan } component { entryFlag }
    }
    ... on Problem { code field }
  }
}
"""
REMOVE: Final = """
mutation ($input: DeclarationRemoveInput!) {
  declarationRemove(input: $input) {
    __typename
    ... on DeclarationRemoved { component { entryFlag declarations { qan } } }
    ... on Problem { code field }
  }
}
"""
CANDIDATES: Final = """
query ($line: CourseCode!, $level: CourseCode!, $centre: CentreNumber!, $component: ComponentType!,
       $qan: QAN!) {
  declarationCandidates(line: $line, level: $level, centre: $centre, component: $component,
                        qan: $qan, first: 100) {
    preview { qan token warnings { code } mayDeclare { allowed code } }
    learners { totalCount nodes {
      registrationId uln givenName registeredOn anticipatedAward entryFlag declared
      selectable { allowed code } } }
  }
}
"""
DECLARE_MANY: Final = """
mutation ($input: DeclarationsAddInput!) {
  declarationsAdd(input: $input) {
    __typename
    ... on LearnersEdited {
      applied changedCount unchangedCount refusedCount change { id }
      outcomes { changed code warnings { code } registration { id } }
    }
    ... on Problem { code field }
  }
}
"""
ACKNOWLEDGE: Final = """
mutation ($input: IssueAcknowledgeInput!) {
  issueAcknowledge(input: $input) {
    __typename
    ... on Issue { acknowledgedBy note version acknowledgedAt }
    ... on Conflict { current { ... on Issue { version note } } }
    ... on Problem { code field }
  }
}
"""
UNACKNOWLEDGE: Final = ACKNOWLEDGE.replace(
    "IssueAcknowledgeInput", "IssueUnacknowledgeInput"
).replace("issueAcknowledge(", "issueUnacknowledge(")
UNDO: Final = """
mutation ($input: ChangeUndoInput!) {
  changeUndo(input: $input) {
    __typename
    ... on ChangeUndone { learnerCount change { id field before after } }
    ... on Conflict { current {
      __typename id
      ... on Registration { version anticipatedAward }
      ... on Component { type declarations { qan } }
      ... on Issue { version note }
      ... on Learner { uln }
    } }
    ... on Problem { code field }
  }
}
"""
UNDO_IN_WORDS: Final = """
mutation ($input: ChangeUndoInput!) {
  changeUndo(input: $input) { __typename ... on Problem { code field message } }
}
"""
HISTORY: Final = """
query ($uln: ULN!) {
  learner(uln: $uln) { changes(first: 50) { totalCount nodes {
    id source actor standing objectType about field before after batch superseded } } }
}
"""


async def small_world(database: Database, folder: Path) -> None:
    """Anna and Ben at one centre, Cleo at another."""
    await begin(database, folder)


async def key_of(database: Database, table: str, ref: str) -> int:
    """The key of a row by the awarding body's own key."""
    ((key,),) = await database.reader.tuples(f"SELECT id FROM {table} WHERE ref = ?", ref)  # noqa: S608
    return int(key)


async def registration_id(database: Database, ref: str = "R-anna") -> str:
    """The opaque id of a registration."""
    return encode_id("Registration", await key_of(database, "registration", ref))


async def component_id(database: Database, component: str, ref: str = "R-anna") -> str:
    """The opaque id of a component."""
    ((key,),) = await database.reader.tuples(
        "SELECT k.id FROM component k JOIN registration r ON r.id = k.registration_id"
        " WHERE r.ref = ? AND k.type = ?",
        ref,
        component,
    )
    return encode_id("Component", key)


async def written(database: Database) -> list[Any]:
    """Everything that an edit could change."""
    found = []
    for table in ("registration", "declaration", "issue", "flag", "completion", "change"):
        rows = await database.reader.tuples(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
        found.append([tuple(row) for row in rows])
    return found


def now() -> datetime:
    """The moment at which actions are called."""
    return datetime.now(UTC)

"""Records of which nothing is wrong but what a test changes, and what is found wrong with them."""

from datetime import date
from typing import Any

import msgspec

from domain.derivation import derive
from domain.finding import Finding
from domain.inputs import Das
from domain.issues import (
    Issue,
    record_findings,
)
from domain.record import Record
from domain.vocabulary import ComponentType
from tests.domain.cases import (
    DAY,
    LEARNER_ULN,
    catalogue,
    registered,
)


def healthy(**changes: Any) -> Record:
    """A record of which nothing is wrong but what is changed."""
    record = Record(
        registration=registered(),
        uln=LEARNER_ULN,
        uln_verified=True,
        das_found=True,
        plts=True,
        work_experience=True,
    )
    return msgspec.structs.replace(record, **changes)


def found(record: Record, day: date = DAY, *, everything_complete: bool = False) -> list[Finding]:
    """What is wrong with a record."""
    return list(record_findings(record, day, everything_complete=everything_complete))


def codes(record: Record, day: date = DAY, *, everything_complete: bool = False) -> list[str]:
    """The codes of what is wrong with a record."""
    return [row.code for row in found(record, day, everything_complete=everything_complete)]


def complete(**changes: Any) -> Record:
    """A healthy record that DAS holds as complete throughout."""
    das = {component: Das(found=True, complete=True) for component in ComponentType}
    return healthy(das=das, **changes)


def rows(record: Record, day: date = DAY) -> dict[tuple[ComponentType | None, str], Issue]:
    """The shopping list of a record by component and code."""
    issues = derive(record, catalogue(), day).issues
    return {(issue.component, issue.code): issue for issue in issues}

"""What is found wrong with a record, before it becomes an issue of a learner."""

from datetime import date
from typing import NamedTuple

from domain.codes import IssueCode


class Finding(NamedTuple):
    """Something to put right, before severity and learner are added."""

    code: IssueCode
    subject: str | None = None
    due_on: date | None = None
    aggravated: bool = False
    """Whether the case is worse than the code's base severity says."""

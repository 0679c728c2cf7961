"""The terms of use that an installation begins with; an operator publishes later ones."""

from datetime import UTC, datetime
from typing import Final, NamedTuple


class TermsText(NamedTuple):
    """One version of the terms of use."""

    version: str
    title: str
    body: str
    """Plain text, paragraphs apart by an empty line."""
    published_at: datetime


BUILT_IN_TERMS: Final = TermsText(
    version="1",
    title="Terms of use of Learner Tracking",
    body="""\
What you see here are the names, identifiers, entries and results of learners, most of them \
minors. You may use them only to help these learners complete their qualification, and only for \
the centres that have let you in.

Your account is yours alone. Do not lend it, and do not leave a session open where others could \
use it. Tell your centre user at once when you no longer need access.

Do not pass on what you read here, and do not put a learner's name, birth date and unique learner \
number together into an e-mail. Files that you export are yours to protect and to delete.

Results must not be made known before their release.

What you change is recorded with your name, and so is whose record you look at. The centre's users \
and the awarding body can read these records.

The flags and the advice are there to help. The awarding body's rules and the entries themselves \
are what counts.""",
    published_at=datetime(2010, 1, 4, tzinfo=UTC),
)

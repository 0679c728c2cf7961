"""How many rows a page has is written into its statement, so that a plan knows it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from auth.permissions import Staff
from auth.viewer import Viewer
from database.connection import Database
from domain.vocabulary import ComponentType
from loaders import paging
from loaders.accounts import account_page
from loaders.candidates import CandidateCourse, candidate_page
from loaders.centres import centre_page, consortium_page
from loaders.changes import ChangeFilter, change_page
from loaders.declarations import declaration_page
from loaders.derivations import MOST, candidates
from loaders.events import EventFilter, event_page
from loaders.feed_runs import NEWEST_FIRST, feed_run_page
from loaders.filters import LearnerFilter
from loaders.issues import issue_page
from loaders.learner_pages import learner_page
from loaders.paging import Order, PageRequest
from loaders.reading import Reading
from tests.factories import DAY, counted

COURSE = CandidateCourse(1, "IT", "L2", ComponentType.PROJECT, "50012345")
PAGES: dict[str, tuple[Order, Callable[[Reading, PageRequest], Awaitable[Any]]]] = {
    "accounts": (
        paging.ACCOUNTS_BY_EMAIL,
        lambda reading, page: account_page(reading, None, page),
    ),
    "candidates": (
        paging.CANDIDATES_BY_NAME,
        lambda reading, page: candidate_page(reading, COURSE, page),
    ),
    "centres": (paging.CENTRES_BY_NAME, lambda reading, page: centre_page(reading, None, page)),
    "changes": (
        paging.CHANGES_NEWEST_FIRST,
        lambda reading, page: change_page(reading, ChangeFilter(), page),
    ),
    "consortia": (paging.CONSORTIA_BY_NAME, consortium_page),
    "declarations": (
        paging.DECLARATIONS_NEWEST_FIRST,
        lambda reading, page: declaration_page(reading, LearnerFilter(), page),
    ),
    "events": (
        paging.EVENTS_NEWEST_FIRST,
        lambda reading, page: event_page(reading, None, EventFilter(), page),
    ),
    "feed runs": (NEWEST_FIRST, feed_run_page),
    "issues": (
        paging.ISSUES_BY_SEVERITY,
        lambda reading, page: issue_page(reading, LearnerFilter(), page),
    ),
    "learners": (
        paging.LEARNERS_BY_NAME,
        lambda reading, page: learner_page(reading, LearnerFilter(), page),
    ),
}


def reading_of(database: Database) -> Reading:
    """For somebody who sees everything."""
    operator = Viewer(user_id=1, email="op@example.org", name="Op", staff=Staff.OPERATOR)
    return Reading(database.reader, operator, DAY)


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_says_how_long_it_is(database: Database, name: str) -> None:
    order, read = PAGES[name]
    with counted() as statements:
        await read(reading_of(database), PageRequest(order, 7))

    (statement,) = statements
    *inner, last = re.findall(r"LIMIT (\S+?)\)?(?=\s|:)", statement)
    assert (last, {*inner} <= {"1"}) == ("8", True)


async def test_the_learners_of_another_day_are_no_more_than_can_be_gone_through(
    database: Database,
) -> None:
    with counted() as statements:
        await candidates(reading_of(database), LearnerFilter())

    (statement,) = statements
    assert f"LIMIT {MOST + 1}:" in statement

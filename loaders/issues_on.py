"""The shopping list, judged for another day."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import date
from heapq import nsmallest
from operator import itemgetter
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from database.query import Clause
from domain.names import family_order
from inputs.keys import issue_place
from loaders.components import issues_by_registration_id
from loaders.derivations import CHUNK, Derived, at_centre, candidates, concerns, fitting, timeless
from loaders.filters import LearnerFilter
from loaders.paging import Order, PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.rows import IssueRow, ListedIssueRow

Name = tuple[str, str]
"""A folded family name and a ULN, empty for none."""
Key = tuple[Any, ...]
_ARRANGED: Final[dict[str, Callable[[str, str, Name, int], Key]]] = {
    "SEVERITY": lambda urgency, due, name, place: (urgency, due, name, place),
    "DUE_DATE": lambda urgency, due, name, place: (due, urgency, name, place),
    "NAME": lambda urgency, due, name, place: (name, urgency, due, place),
}
"""The sort key of each order of issues."""


class DatedIssueRow(ListedIssueRow, frozen=True):
    """A row of the shopping list of another day."""

    place: int
    """A number that tells it from all others, on that day and on every other."""


class _Owner(NamedTuple):
    """A learner, with the name and ULN that issues are sorted by."""

    registration_id: int
    family_name: str
    uln: str | None


def order_on(order: Order, on: date) -> Order:
    """An order of issues on another day, with cursors of its own."""
    values = tuple("place" if name == "id" else name for name in order.values)
    return order._replace(name=f"{order.name} {on.isoformat()}", values=values)


async def issue_page(
    reading: Reading,
    wanted: LearnerFilter,
    page: PageRequest,
    on: date,
    view: Clause | None = None,
) -> Slice:
    """Issues of learners in view as they are on a day.

    Goes through all learners that the filter may be about, as which issues come first is not known
    before; keeps no more than a page of issues at a time.
    """
    key_of = _ARRANGED[page.order.name.partition(" ")[0]]
    after = None if page.after is None else _place(page, key_of)
    best: list[tuple[Key, DatedIssueRow]] = []
    async for owner, derived in _owners(reading, wanted, on, view):
        for row in _listed(owner, derived, wanted):
            name = (row.family_order, row.uln or "")
            key = key_of(row.urgency, row.due, name, row.place)
            if after is None or key > after:
                best.append((key, row))
        if len(best) > page.first + CHUNK:
            best = _first(best, page)
    rows = [row for _, row in _first(best, page)]
    return sliced(await as_stored(reading, rows, on), page.first)


async def all_issues(
    reading: Reading, wanted: LearnerFilter, order: Order, on: date
) -> list[DatedIssueRow]:
    """Every issue of learners in view as it is on a day, in an order; goes through them once.

    Keeps all of them, some 300 bytes each. What is kept of those that stand today as well is told
    by `as_stored`.
    """
    key_of = _ARRANGED[order.name]
    found: list[tuple[Key, DatedIssueRow]] = []
    async for owner, derived in _owners(reading, wanted, on, None):
        for row in _listed(owner, derived, wanted):
            name = (row.family_order, row.uln or "")
            found.append((key_of(row.urgency, row.due, name, row.place), row))
    return [row for _, row in sorted(found, key=itemgetter(0))]


async def issue_page_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, page: PageRequest, on: date
) -> list[Slice]:
    """The same for the learners of each centre; a walk for each."""
    return [
        await issue_page(reading, wanted, page, on, at_centre(reading, centre_id, wanted))
        for centre_id in ids
    ]


async def issue_count_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, on: date
) -> list[int]:
    """How many issues the learners of each centre have on a day."""
    return [
        await issue_count(reading, wanted, on, at_centre(reading, centre_id, wanted))
        for centre_id in ids
    ]


async def issue_count(
    reading: Reading, wanted: LearnerFilter, on: date, view: Clause | None = None
) -> int:
    """How many issues the learners in view have on a day; goes through all of them."""
    found = await candidates(reading, timeless(wanted), view=view)
    counted = 0
    async for _, derived in fitting(reading, wanted, found, on):
        counted += sum(concerns(wanted, issue) for issue in derived.derivation.issues)
    return counted


def issues_of(derived: Derived, stored: Iterable[IssueRow], on: date) -> list[DatedIssueRow]:
    """A registration's shopping list on a day, the most urgent first.

    What stands today as well keeps its id, and who took it on; `stored` is the list of today.
    """
    standing = {(row.stored_component, row.code): row for row in stored}
    rows = [_as_known(row, standing, on) for row in _rows(derived, "", None)]
    return sorted(rows, key=lambda row: (row.urgency, row.due, row.stored_component, row.code))


def _first(
    best: Iterable[tuple[Key, DatedIssueRow]], page: PageRequest
) -> list[tuple[Key, DatedIssueRow]]:
    """A page of issues, and the one that tells whether there are more."""
    return nsmallest(page.first + 1, best, key=lambda pair: pair[0])


def _place(page: PageRequest, key_of: Callable[[str, str, Name, int], Key]) -> Key:
    """Where the last page ended."""
    values = dict(zip(page.order.values, page.after or (), strict=True))
    name = (values["family_order"], values["uln"])
    return key_of(values["urgency"], values["due"], name, values["place"])


async def _owners(
    reading: Reading, wanted: LearnerFilter, on: date, view: Clause | None
) -> AsyncIterator[tuple[_Owner, Derived]]:
    columns = Clause("l.family_name, l.uln")
    found = await candidates(reading, timeless(wanted), columns=columns, view=view)
    async for row, derived in fitting(reading, wanted, found, on):
        yield _Owner(*row), derived


def _listed(owner: _Owner, derived: Derived, wanted: LearnerFilter) -> Iterator[DatedIssueRow]:
    """The issues of a learner that are listed."""
    yield from (
        row
        for row, issue in zip(
            _rows(derived, owner.family_name, owner.uln), derived.derivation.issues, strict=True
        )
        if concerns(wanted, issue)
    )


def _rows(derived: Derived, family_name: str, uln: str | None) -> Iterator[DatedIssueRow]:
    """The issues of a registration as if none of them stood today."""
    for issue in derived.derivation.issues:
        place = issue_place(derived.registration_id, issue.component, issue.code)
        yield DatedIssueRow(
            id=place,
            registration_id=derived.registration_id,
            learner_id=derived.learner_id,
            centre_id=derived.centre_id,
            stored_component=issue.component.value if issue.component else "",
            code=issue.code.value,
            severity_rank=issue.severity.rank,
            subject=issue.subject,
            due_on=issue.due_on,
            first_seen=None,
            acknowledged_at=None,
            acknowledged_by=None,
            note=None,
            version=0,
            urgency=issue.urgency,
            due=issue.due,
            family_order=family_order(family_name),
            uln=uln,
            place=place,
        )


async def as_stored(
    reading: Reading, rows: Sequence[DatedIssueRow], on: date
) -> list[DatedIssueRow]:
    """Issues with what is kept of those that stand today."""
    owners = sorted({row.registration_id for row in rows})
    stored = dict(zip(owners, await issues_by_registration_id(reading, owners), strict=True))
    return [
        _as_known(
            row,
            {(one.stored_component, one.code): one for one in stored[row.registration_id]},
            on,
        )
        for row in rows
    ]


def _as_known(
    row: DatedIssueRow, standing: dict[tuple[str, str], IssueRow], on: date
) -> DatedIssueRow:
    """An issue as it is kept, where it stands today."""
    kept = standing.get((row.stored_component, row.code))
    if kept is None:
        return row
    seen = kept.first_seen
    return replace(
        row,
        id=kept.id,
        first_seen=seen if seen is not None and seen <= on else None,
        acknowledged_at=kept.acknowledged_at,
        acknowledged_by=kept.acknowledged_by,
        note=kept.note,
        version=kept.version,
    )

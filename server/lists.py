"""Reads the parameters of an export's address and makes the list they ask for."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Final, NamedTuple, TypeVar

import orjson
from graphql import GraphQLError
from graphql.utilities import coerce_input_value, validate_input_value
from strawberry.types.arguments import convert_argument

from auth.explain import demand
from auth.permissions import Permission
from domain.deadlines import looked_to
from domain.errors import Invalid, Missing
from domain.travel import other_day
from exchange.export import counts, deadlines, issues, learners, log, records
from exchange.export.listing import Listing
from loaders import changes, events, filters
from loaders.batching import Batch
from loaders.centres import centre_by_number, consortium_by_code
from loaders.counting import Grouping
from loaders.filters import comparable
from loaders.named import Named, lacking, named_by
from loaders.reading import Reading
from loaders.rows import CentreRow
from resolvers.changes import ChangeFilter
from resolvers.changes import chosen as chosen_changes
from resolvers.changes import named_by as named_by_changes
from resolvers.events import EventFilter
from resolvers.events import chosen as chosen_events
from schema.masking import fault, held_at
from schema.root import Schema
from schema.types.counts import check_groups
from schema.types.filters import (
    IssueOrder,
    LearnerFilter,
    LearnerOrder,
    chosen,
    issue_order_of,
    order_of,
)

Input = TypeVar("Input")
Word = TypeVar("Word", bound=Enum)


class Asked(NamedTuple):
    """The parameters of an address, and the schema whose inputs they are."""

    schema: Schema
    parameters: Mapping[str, str]

    @property
    def conditions(self) -> Mapping[str, object]:
        """The conditions of the filter."""
        found = self._json() if "filter" in self.parameters else None
        return found if isinstance(found, dict) else {}

    @property
    def text(self) -> str:
        """All that was asked for, for people to read."""
        return "; ".join(f"{name}: {value}" for name, value in self.parameters.items())

    def learners(self) -> filters.LearnerFilter:
        """Which learners; raises Invalid."""
        return chosen(self._filter(LearnerFilter))

    def changes(self) -> changes.ChangeFilter:
        """Which changes; raises Invalid."""
        return chosen_changes(self._filter(ChangeFilter))

    def named(self, name: str) -> list[Named]:
        """What the filter of a list names; raises Invalid."""
        if name == CHANGES:
            return named_by_changes(self.changes())
        return [] if name == LOG else named_by(self.learners())

    def word(self, name: str, kind: type[Word]) -> Word | None:
        """One of a few words; raises Invalid for any other."""
        given = self.parameters.get(name)
        if given is None or given in kind.__members__:
            return None if given is None else kind[given]
        message = f"{name} must be one of {', '.join(kind.__members__)}."
        raise Invalid(message, code="QUERY", field=name)

    def named_day(self, name: str = "on") -> date | None:
        """The day that is named, None where none is; raises Invalid."""
        given = self.parameters.get(name)
        found: date | None = None if given is None else self._read("Date", given, name)
        return found

    def day(self, today: date) -> date | None:
        """The day to judge for, None for today; raises Invalid."""
        return other_day(self.named_day(), today, field="on")

    def until(self, today: date) -> date:
        """The last day to look at; raises Invalid."""
        return looked_to(self.named_day("until"), today)

    def events(self) -> events.EventFilter:
        """Which events; raises Invalid."""
        return chosen_events(self._filter(EventFilter))

    async def centre(self, reading: Reading, permission: Permission) -> CentreRow:
        """The centre, where the viewer may do this; raises what is to be answered."""
        number: object = self._read("CentreNumber", self.parameters.get("centre"), "centre")
        (found,) = await centre_by_number(reading, [str(number)])
        if found is None:
            message = "There is no centre with this number."
            raise Missing(message, code="NOT_FOUND", field="centre")
        demand(reading.viewer, permission, found.id)
        return found

    def _filter(self, kind: type[Input]) -> Input | None:
        if "filter" not in self.parameters:
            return None
        given = self._json()
        if given is None:
            return None  # as in the graph, for all
        value = self._read(kind.__name__, given, "filter")
        converter = self.schema.schema_converter
        return convert_argument(  # type: ignore[return-value]  # of the kind it is converted to
            value, kind, converter.scalar_registry, self.schema.config
        )

    def _json(self) -> object:
        try:
            return orjson.loads(self.parameters["filter"])
        except orjson.JSONDecodeError:
            message = "The filter is not JSON."
            raise Invalid(message, code="FILTER", field="filter") from None

    def _read(self, type_name: str, value: object, field: str) -> Any:  # noqa: ANN401 - whatever the type reads
        """A value as a variable of this type would be read; raises Invalid for the first fault."""
        kind = self.schema.input_type(type_name)
        if value is None:
            message = f"{field} must be given."
            raise Invalid(message, code="QUERY", field=field)

        def tell(error: GraphQLError, path: list[str | int]) -> None:
            place = ".".join([field, *(key for key in path if isinstance(key, str))])
            raise _fault(error, place, held_at(value, path))

        validate_input_value(value, kind, tell, hide_suggestions=True)
        return coerce_input_value(value, kind)


def _fault(error: GraphQLError, place: str, value: object) -> Invalid:
    """What is wrong with a value, which is never repeated."""
    code = (error.extensions or {}).get("code")
    if isinstance(code, str):
        return Invalid(f"{place}: {error.message}", code=code, field=place)
    return Invalid(f"{place}: {fault(error.message, value)}", code="FILTER", field=place)


async def _learners(reading: Reading, asked: Asked) -> Listing:
    order = asked.word("orderBy", LearnerOrder) or LearnerOrder.NAME
    day = asked.day(reading.today)
    return await learners.learners(reading, asked.learners(), order_of(order), day)


async def _issues(reading: Reading, asked: Asked) -> Listing:
    order = asked.word("orderBy", IssueOrder) or IssueOrder.SEVERITY
    day = asked.day(reading.today)
    return await issues.issues(reading, asked.learners(), issue_order_of(order), day)


async def _deadlines(reading: Reading, asked: Asked) -> Listing:
    until = asked.until(reading.today)
    return await deadlines.deadlines(reading, asked.learners(), until)


async def _declarations(reading: Reading, asked: Asked) -> Listing:
    return await issues.declarations(reading, asked.learners())


async def _completion(reading: Reading, asked: Asked) -> Listing:
    grouping = asked.word("groupBy", Grouping)
    check_groups(grouping)
    return await counts.completion(reading, asked.learners(), grouping, asked.day(reading.today))


async def _flag_counts(reading: Reading, asked: Asked) -> Listing:
    grouping = asked.word("groupBy", Grouping)
    return await counts.flag_counts(reading, asked.learners(), grouping, asked.day(reading.today))


async def _issue_counts(reading: Reading, asked: Asked) -> Listing:
    grouping = asked.word("groupBy", Grouping)
    return await counts.issue_counts(reading, asked.learners(), grouping, asked.day(reading.today))


async def _unmatched_entries(reading: Reading, asked: Asked) -> Listing:
    centre = await asked.centre(reading, Permission.UNMATCHED_ENTRY_READ)
    return await records.unmatched_entries(reading, centre)


async def _access_log(reading: Reading, asked: Asked) -> Listing:
    centre_id = None
    if "centre" in asked.parameters:
        centre_id = (await asked.centre(reading, Permission.ACCESS_LOG_READ)).id
    else:
        demand(reading.viewer, Permission.ACCESS_LOG_READ, everywhere=True)
    return await log.access_log(reading, centre_id, asked.events())


async def _changes(reading: Reading, asked: Asked) -> Listing:
    return await records.changes(reading, asked.changes())


class _Known(NamedTuple):
    """A list that can be exported, and the parameters that it takes."""

    make: Callable[[Reading, Asked], Awaitable[Listing]]
    parameters: frozenset[str]


_ORDERED: Final = frozenset({"filter", "on", "orderBy"})
_GROUPED: Final = frozenset({"filter", "groupBy", "on"})
_FILTERED: Final = frozenset({"filter"})

CHANGES: Final = "changes"

LOG: Final = "access-log"
"""The list of what is written down a little later."""

LISTS: Final[Mapping[str, _Known]] = {
    LOG: _Known(_access_log, frozenset({"centre", "filter"})),
    CHANGES: _Known(_changes, _FILTERED),
    "completion": _Known(_completion, _GROUPED),
    "deadlines": _Known(_deadlines, frozenset({"filter", "until"})),
    "declarations": _Known(_declarations, _FILTERED),
    "flag-counts": _Known(_flag_counts, _GROUPED),
    "issue-counts": _Known(_issue_counts, _GROUPED),
    "issues": _Known(_issues, _ORDERED),
    "learners": _Known(_learners, _ORDERED),
    "unmatched-entries": _Known(_unmatched_entries, frozenset({"centre"})),
}
"""Every list that can be taken away, by the name it has in an address."""


def file_name(name: str, kind: str, asked: Asked, today: date) -> str:
    """What a file is called: by the day on which it is taken, or that it is about."""
    on = asked.named_day()
    day = today.isoformat() if on is None else f"on-{on.isoformat()}"
    return f"{name}-{day}.{kind}"


async def listing_of(name: str, reading: Reading, asked: Asked) -> Listing:
    """A list as it was asked for; raises Invalid, Missing or Refused."""
    known = LISTS[name]
    if not known.parameters.issuperset(asked.parameters):
        message = f"This list takes no parameters but {', '.join(sorted(known.parameters))}."
        raise Invalid(message, code="QUERY")

    async def ask(batch: Batch, names: Sequence[str]) -> Mapping[str, Any]:
        return dict(zip(names, await batch(reading, names), strict=True))

    strange = await lacking(ask, asked.named(name))
    not_included = [one.message for one in strange if one is not None]
    listing = await known.make(reading, asked)
    code = asked.conditions.get("consortium")
    if isinstance(code, str):
        (found,) = await consortium_by_code(reading, [comparable(code)])
        others = 0 if found is None else found.centres_out_of_reach
        if others:
            not_included.append(f"{others} centres of the consortium, out of reach")
    return listing._replace(not_included=not_included)

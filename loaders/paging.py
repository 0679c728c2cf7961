"""Keyset pagination: the order, the key to continue after, and the page size."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from database.query import ALWAYS, Clause
from domain.errors import Invalid


class Order(NamedTuple):
    """A total order of rows: expressions without nulls, the id last."""

    name: str
    expressions: tuple[str, ...]
    values: tuple[str, ...]
    """The fields of a row that hold what the expressions give; None there reads as empty text."""
    descending: bool = False
    """Whether all expressions are sorted in descending order."""

    @property
    def text(self) -> str:
        """The order as SQL."""
        way = " DESC" if self.descending else ""
        return ", ".join(f"{expression}{way}" for expression in self.expressions)

    @property
    def backwards(self) -> "Order":
        """The same order from its end."""
        return self._replace(name=f"{self.name}_DESC", descending=not self.descending)

    def behind(self, place: tuple[Any, ...]) -> Clause:
        """Rows that come after a place."""
        marks = ", ".join("?" * len(place))
        comparison = "<" if self.descending else ">"
        return Clause(f"({', '.join(self.expressions)}) {comparison} ({marks})", place)

    def key_of(self, row: object) -> tuple[Any, ...]:
        """The place of a row in the order."""
        return tuple("" if (value := getattr(row, name)) is None else value for name in self.values)


class PageRequest(NamedTuple):
    """How many rows to give, in which order, after which one."""

    order: Order
    first: int
    after: tuple[Any, ...] | None = None

    @property
    def tail(self) -> str:
        """The order, and one row more than are given, as SQL.

        The number is written out: a plan that does not know it takes any page for a long one.
        """
        return f"ORDER BY {self.order.text} LIMIT {int(self.first) + 1}"

    @property
    def clause(self) -> Clause:
        """Rows behind the place where the last page ended."""
        if self.after is None:
            return ALWAYS
        if len(self.after) != len(self.order.expressions) or not isinstance(self.after[-1], int):
            message = "The cursor belongs to another list or order."
            raise Invalid(message, code="CURSOR_INVALID", field="after")
        return self.order.behind(self.after)


class Slice(NamedTuple):
    """The rows of a page, and whether there are more behind it."""

    rows: Sequence[Any]
    more: bool


def sliced(rows: Sequence[Any], first: int) -> Slice:
    """Cut the one row off that was read only to see whether there are more."""
    return Slice(rows[:first], len(rows) > first)


DECLARATIONS_NEWEST_FIRST = Order("NEWEST_FIRST", ("d.id",), ("id",), descending=True)


def _stored(name: str, alias: str, *columns: str, key: str = "id") -> Order:
    """An order of columns that are stored for it, so that an index gives it."""
    return Order(name, tuple(f"{alias}.{column}" for column in (*columns, key)), (*columns, "id"))


ISSUES_BY_SEVERITY = _stored("SEVERITY", "i", "urgency", "due", "family_order", "uln")
ISSUES_BY_DUE_DATE = _stored("DUE_DATE", "i", "due", "urgency", "family_order", "uln")
ISSUES_BY_NAME = _stored("NAME", "i", "family_order", "uln", "urgency", "due")
LEARNERS_BY_NAME = _stored("NAME", "c", "name_order", key="learner_id")
LEARNERS_BY_ULN = _stored("ULN", "c", "uln", key="learner_id")
LEARNERS_BY_AWARD = _stored("AWARD_MONTH", "c", "award", "name_order", key="learner_id")
LEARNERS_BY_REGISTRATION = _stored(
    "REGISTRATION_MONTH", "c", "registered_on", "name_order", key="learner_id"
)
LEARNERS_BY_STATUS = _stored("COMPLETION_STATUS", "c", "stage", "name_order", key="learner_id")
LEARNERS_BY_SEVERITY = _stored("SEVERITY", "c", "urgency", "due", "name_order", key="learner_id")
LEARNERS_BY_DUE_DATE = _stored("DUE_DATE", "c", "due", "urgency", "name_order", key="learner_id")
ACCESS_BY_NAME = Order(
    "NAME", ("u.last_name", "u.first_name", "g.id"), ("last_name", "first_name", "id")
)
ACCOUNTS_BY_EMAIL = Order("EMAIL", ("u.email", "u.id"), ("email", "id"))
CANDIDATES_BY_NAME = Order("NAME", ("c.name_order", "r.id"), ("name_order", "id"))
CENTRES_BY_NAME = Order("NAME", ("c.name", "c.id"), ("name", "id"))
CENTRES_BY_NUMBER = Order("NUMBER", ("c.number", "c.id"), ("number", "id"))
CHANGES_NEWEST_FIRST = Order("NEWEST_FIRST", ("h.id",), ("id",), descending=True)
CONSORTIA_BY_NAME = Order("NAME", ("k.name", "k.id"), ("name", "id"))
ENTRIES_BY_DAY = Order("ENTERED_ON", ("CAST(e.entered_on AS TEXT)", "e.id"), ("entered_on", "id"))
"""The day as text, which sorts alike and is what a cursor holds."""
EVENTS_NEWEST_FIRST = Order("NEWEST_FIRST", ("v.id",), ("id",), descending=True)

"""The context handed to every loader, and helpers that sort rows back to their keys."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from auth.permissions import Permission
from auth.scope import CHECKED
from auth.viewer import Viewer
from database.connection import Connection
from database.query import RowQuery
from loaders.gathering import Gathering

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


class Reading(NamedTuple):
    """What a loader reads with: connection, viewer and civil day."""

    connection: Connection
    viewer: Viewer
    today: date
    gathering: Gathering | None = None
    """Merges small queries into one statement; None where the field stands in a list."""
    brief: frozenset[type] = frozenset()
    """Row classes that are read without their rarely used columns."""

    @property
    def knows_staff(self) -> bool:
        """Whether the viewer is told who of the awarding body's own staff did something."""
        return self.viewer.may_everywhere(Permission.ACCOUNT_READ)

    @property
    def keyed(self) -> Connection | Gathering:
        """The connection for rows found by known keys, whose statements are planned once."""
        return self.gathering or self.connection.keyed

    async def ask(self, question: RowQuery) -> list[Any]:
        """The rows that are found by known keys."""
        return await self.keyed.rows(question.shape, question.query.text, *question.query.params)


def checked(column: str) -> str:
    """A column of a scope, written so that the database does not use an index on it.

    The sign hides it from indexes, by which a database might go through all rows of the viewer's
    centres, a hundred thousands, to keep those that the keys name.
    """
    return f"{CHECKED}{column}"


def grouped(
    keys: Sequence[Key], rows: Sequence[Row], key_of: Callable[[Row], Key]
) -> list[list[Row]]:
    """For each key its rows, in the order of the statement."""
    groups: dict[Key, list[Row]] = defaultdict(list)
    for key, row in zip(map(key_of, rows), rows, strict=True):
        groups[key].append(row)
    return [groups.get(key, []) for key in keys]


def matched(
    keys: Sequence[Key], rows: Iterable[Row], key_of: Callable[[Row], Key]
) -> list[Row | None]:
    """For each key its only row, or None."""
    found = {key_of(row): row for row in rows}
    return [found.get(key) for key in keys]

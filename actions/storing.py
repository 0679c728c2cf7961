"""Compares freshly derived rows with the stored ones, and writes the differences."""

from collections.abc import Callable, Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from actions.projection import COMPLETION, NEXT_CHANGE, PARTS, TABLES, Table, fresh_rows
from database.connection import Connection
from database.query import Clause, Dialect
from domain.catalogue import Catalogue
from inputs.records import Read, RecordReader, put_together

Stored: TypeAlias = Mapping[str, Sequence[tuple[Any, ...]]]
"""Stored rows by table: the key, the date column, and then the table's columns."""

_BEFORE: Final = 2
"""Number of values before the columns in such a row."""


class Lot(NamedTuple):
    """A batch of learners: the input of the rules, and their stored derived rows."""

    read: Read
    stored: Stored
    moment: datetime
    """When they were read; used as `modified_at` of what differs."""


class Difference(NamedTuple):
    """The inserts, updates and deletes for one table."""

    new: Sequence[tuple[Any, ...]]
    """Rows to load."""
    changed: Sequence[tuple[Any, ...]]
    """The columns that vary, then the key."""
    gone: Sequence[int]
    """Keys of rows to delete."""


class Differences(NamedTuple):
    """The differences of all derived tables."""

    by_table: Mapping[str, Difference]
    registration_ids: AbstractSet[int]
    """Registrations with a visible difference, or that time has changed."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Derives learners for one day, without a database, so that another process can do it."""

    catalogue: Catalogue
    day: date
    dialect: Dialect

    def differences(self, lot: Lot) -> Differences:
        """What differs from what is stored."""
        fresh = fresh_rows(put_together(lot.read), self.catalogue, self.day)
        found: dict[str, Difference] = {}
        renewed = self._due(lot.stored[COMPLETION.name])
        for table in PARTS:
            found[table.name], changed = self._difference(
                table, fresh[table.name], lot.stored[table.name], self.day, frozenset()
            )
            renewed |= changed
        # The rules judge by their day, but when somebody changed is told in real time.
        found[COMPLETION.name], _ = self._difference(
            COMPLETION,
            fresh[COMPLETION.name],
            lot.stored[COMPLETION.name],
            lot.moment,
            renewed,
        )
        return Differences(found, renewed)

    def _due(self, stored: Sequence[tuple[Any, ...]]) -> set[int]:
        """The registrations that time has changed since they were derived."""
        today: Any = self.dialect.storable(self.day)
        owner = _BEFORE + COMPLETION.columns.index("registration_id")
        due = _BEFORE + COMPLETION.columns.index(NEXT_CHANGE)
        return {row[owner] for row in stored if row[due] and row[due] <= today}

    def _difference(
        self,
        table: Table,
        fresh: Sequence[tuple[Any, ...]],
        stored: Sequence[tuple[Any, ...]],
        since: date,
        renewed: Container[int],
    ) -> tuple[Difference, set[int]]:
        """What differs in one table, and in which registrations.

        A row that stays keeps its first day, unless its registration is renewed.
        """
        identity = _getter(table.columns, table.identity or (table.key,))
        dated_by = _getter(table.columns, table.dated_by)
        owner = table.columns.index("registration_id")
        fixed = len(table.fixed)
        today = self.dialect.storable(since)
        left = {identity(row[_BEFORE:]): row for row in stored}
        touched: set[int] = set()
        new: list[tuple[Any, ...]] = []
        changed: list[tuple[Any, ...]] = []
        for row in self.dialect.storable_rows(fresh):
            known = left.pop(identity(row), None)
            if known is None:
                new.append((*row, today) if table.dated else row)
            elif row != (values := known[_BEFORE:]) or row[owner] in renewed:
                kept = dated_by(row) == dated_by(values) and row[owner] not in renewed
                dates = (known[1] if kept else today,) if table.dated else ()
                changed.append((*row[fixed:], *dates, known[0]))
            else:
                continue
            touched.add(row[owner])
        touched |= {row[_BEFORE + owner] for row in left.values()}
        return Difference(new, changed, [row[0] for row in left.values()]), touched


def _getter(columns: Sequence[str], names: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
    """What picks the values of some columns out of a row."""
    if not names:
        return lambda _row: None
    return itemgetter(*(columns.index(name) for name in names))


async def read_lot(connection: Connection, reader: RecordReader, learner_ids: Sequence[int]) -> Lot:
    """Some learners as they stand."""
    read = await reader.read(learner_ids)
    ids = [course.id for course in read.courses]
    stored = {table.name: await _stored(connection, table, ids) for table in TABLES}
    return Lot(read, stored, datetime.now(UTC))


async def _stored(
    connection: Connection, table: Table, registration_ids: Sequence[int]
) -> list[tuple[Any, ...]]:
    among = connection.among("registration_id", registration_ids)
    found = await connection.tuples(
        f"SELECT {table.key}, {table.dated or 'NULL'}, {', '.join(table.columns)}"  # noqa: S608
        f" FROM {table.name} WHERE {among.text}",
        *among.params,
    )
    return [tuple(row) for row in found]


async def write(connection: Connection, differences: Differences) -> None:
    """Write what differs."""
    for table in TABLES:
        new, changed, gone = differences.by_table[table.name]
        columns = (*table.columns, *((table.dated,) if table.dated else ()))
        await connection.load(table.name, columns, new)
        sets = ", ".join(f"{name} = ?" for name in columns[len(table.fixed) :])
        await connection.execute_many(
            f"UPDATE {table.name} SET {sets} WHERE {table.key} = ?",  # noqa: S608 - names are ours
            changed,
        )
        if gone:
            among = connection.among(table.key, gone)
            await connection.execute(
                f"DELETE FROM {table.name} WHERE {among.text}",  # noqa: S608 - names are ours
                *among.params,
            )


async def derive_learners(
    connection: Connection, reader: RecordReader, judge: Judge, learner_ids: Sequence[int]
) -> AbstractSet[int]:
    """Derive some learners and write what differs; the registrations of which that is seen."""
    differences = judge.differences(await read_lot(connection, reader, learner_ids))
    await write(connection, differences)
    return differences.registration_ids


async def mark_modified(connection: Connection, which: Clause, began: datetime) -> None:
    """Note that some records were changed by what began at a moment, if it did not do so yet."""
    await connection.execute(
        f"UPDATE completion SET modified_at = ? WHERE modified_at < ? AND {which.text}",  # noqa: S608
        datetime.now(UTC),
        began,
        *which.params,
    )

"""The rules on another day than today: what is known by then, and how far one may look."""

from datetime import date
from typing import Final

from msgspec.structs import replace

from domain.catalogue import Catalogue
from domain.days import years_later
from domain.derivation import Derivation, derive
from domain.errors import Invalid
from domain.inputs import Das, Entry
from domain.record import Record

EARLIEST: Final = date(2005, 1, 1)
"""Nothing that was gained before counts towards a Diploma."""

YEARS_AHEAD: Final = 20


def within_reach(day: date, today: date, *, field: str) -> date:
    """A day that may be asked for; raises Invalid (DAY_OUT_OF_RANGE)."""
    latest = years_later(today, YEARS_AHEAD)
    if not EARLIEST <= day <= latest:
        message = f"Choose a day from {EARLIEST.isoformat()} to {latest.isoformat()}."
        raise Invalid(message, code="DAY_OUT_OF_RANGE", field=field)
    return day


def other_day(on: date | None, today: date, *, field: str) -> date | None:
    """The day that is asked for, or None where it is today; raises Invalid (DAY_OUT_OF_RANGE)."""
    return None if on is None or on == today else within_reach(on, today, field=field)


def known(record: Record, day: date) -> Record:
    """The record as far as it may be known on a day: what comes out later does not exist."""
    return replace(
        record,
        das={component: _das_known(das, day) for component, das in record.das.items()},
        entries={
            component: tuple(_entry_known(entry, day) for entry in entries)
            for component, entries in record.entries.items()
        },
    )


def _entry_known(entry: Entry, day: date) -> Entry:
    if entry.result is None or entry.released(day) is not None:
        return entry
    return replace(entry, result=None, result_release_on=None)


def _das_known(das: Das, day: date) -> Das:
    if das.visible_from is None or das.visible_from <= day:
        return das
    return replace(das, complete=False, visible_from=None)


def derive_on(record: Record, catalogue: Catalogue, on: date, today: date) -> Derivation:
    """Derive everything about a registration for another day, from what is known today.

    The rules look at the day that is asked for; they learn nothing of what comes out after today.
    """
    return derive(known(record, min(on, today)), catalogue, on)

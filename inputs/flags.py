"""How the reasons of a flag, and what they are about, stand in the database."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from domain.codes import Reason

_SUBJECTS = msgspec.json.Decoder(tuple[str | None, ...])


def stored_reasons(reasons: Sequence[Reason]) -> str:
    """Codes separated by |."""
    return "|".join(reasons)


@lru_cache(maxsize=1024)
def reasons_of(stored: str) -> tuple[Reason, ...]:
    """The reasons as they were stored; at least one."""
    return tuple(Reason(code) for code in stored.split("|"))


def stored_subjects(subjects: Sequence[str | None]) -> str | None:
    """JSON; None where no reason is about anything."""
    return msgspec.json.encode(subjects).decode() if any(subjects) else None


def subjects_of(stored: str | None, reasons: Sequence[Reason]) -> tuple[str | None, ...]:
    """What each reason is about, in their order."""
    return (None,) * len(reasons) if stored is None else _SUBJECTS.decode(stored)

"""Unicode's normal forms of a text, whose making takes the square of the marks in a row."""

import unicodedata
from collections.abc import Iterable
from itertools import groupby
from typing import Final, Literal

MOST_MARKS: Final = 30
"""Marks on one letter; Unicode's stream-safe text has no more, and no language needs them."""

_SPELLED: Final = 4
"""Characters at most that may stand for one: a letter and its marks, each typed for itself."""


def composed(text: str, most: int) -> str | None:
    """A text with each letter and its marks in one, space around it taken off.

    None for what cannot have `most` characters or less, or has too many marks on one letter.
    """
    text = text.strip()
    if len(text) > _SPELLED * most or _longest_run(text) > MOST_MARKS:
        return None
    found = unicodedata.normalize("NFC", text)
    return found if len(found) <= most else None


def unfolded(form: Literal["NFKC", "NFKD"], text: str, most: int) -> str:
    """A text with letters that look or mean the same made alike, as far as `most` characters."""
    return unicodedata.normalize(form, text[: _SPELLED * most])


def _longest_run(text: str) -> int:
    """How many marks stand behind one another at most."""
    if text.isascii():
        return 0
    runs = groupby(text, key=lambda char: unicodedata.combining(char) > 0)
    return max((_length(run) for marks, run in runs if marks), default=0)


def _length(run: Iterable[str]) -> int:
    return sum(1 for _ in run)

"""People's names, compared and ordered without case, accents and punctuation."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from domain.spelling import unfolded

NAME_KEY = 210
"""Characters of a folded name that are compared; some letters unfold into many."""

NAME_ORDER: Final = 100
"""Characters of a folded name that learners are ordered by."""

LONGEST_PART: Final = 50
"""Characters of one part of a name that are searched."""

MOST_PARTS: Final = 8
"""Parts of a family name, and of a given name, that are searched."""

_LONGEST: Final = 100
"""Characters of a name that feeds and searches let in; what is beyond is not looked at."""

_BREAKS: Final = re.compile(r"[^\w'’ʼʻ‘`´]+|_+")  # noqa: RUF001 - the apostrophes people type
_APOSTROPHES: Final = re.compile(r"['’ʼʻ‘`´]+")  # noqa: RUF001 - as above
_PLAIN: Final = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŋ": "n",
    "ŧ": "t", "\N{LATIN SMALL LETTER DOTLESS I}": "i",
})  # fmt: skip
"""Letters that are typed without their stroke, though they do not unfold."""


def name_key(given: str | None, family: str | None) -> str | None:
    """Both names without case, accents and punctuation, to compare people by name."""
    if not given or not family:
        return None
    return f"{_folded(given)} {_folded(family)}"[:NAME_KEY]


def name_order(given: str, family: str) -> str:
    """What people are ordered by: the family name, then the given name, both as they are typed."""
    return f"{_typed(family)} {_typed(given)}"[:NAME_ORDER]


def family_order(family: str) -> str:
    """What people are ordered by where the ULN comes before the given name."""
    return _typed(family)[:NAME_ORDER]


def name_parts(name: str) -> tuple[str, ...]:
    """What a name is found by: each of its parts, what follows an apostrophe, and all in one."""
    found: list[str] = []
    for piece in _pieces(name):
        found.append(_typed(piece))
        found += (_typed(tail) for tail in _APOSTROPHES.split(piece)[1:])
    whole = _typed(name)
    parts = dict.fromkeys(part[:LONGEST_PART] for part in (whole, *found) if part)
    return tuple(parts)[:MOST_PARTS]


def search_words(term: str) -> tuple[str, ...]:
    """The words of a search as parts of names are kept; one that begins another adds nothing."""
    words = dict.fromkeys(_typed(piece)[:LONGEST_PART] for piece in _pieces(term))
    return tuple(
        word
        for word in words
        if word and not any(other != word and other.startswith(word) for other in words)
    )


def _pieces(name: str) -> list[str]:
    # Composed, so that an accent typed behind its letter does not part the word.
    return _BREAKS.split(unfolded("NFKC", name, _LONGEST))


@lru_cache(maxsize=50_000)
def _typed(name: str) -> str:
    """A name as somebody types it who has no accents to type."""
    folded = _folded(name)
    return folded if folded.isascii() else folded.translate(_PLAIN)


@lru_cache(maxsize=50_000)
def _folded(name: str) -> str:
    if name.isascii():
        plain = name
    else:
        decomposed = unfolded("NFKD", name, _LONGEST)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(char for char in plain.casefold() if char.isalnum())

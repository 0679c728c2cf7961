"""People's names as the seventh migration orders them and finds learners by them."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

NAME_ORDER: Final = 100
"""Characters of a folded name that learners are ordered by."""

LONGEST_PART: Final = 50
"""Characters of one part of a name that are searched."""

MOST_PARTS: Final = 8
"""Parts of a family name, and of a given name, that are searched."""

_LONGEST: Final = 100
"""Characters of a name; what is beyond is not looked at."""

_SPELLED: Final = 4
"""Characters at most that may stand for one: a letter and its marks, each typed for itself."""

_BREAKS: Final = re.compile(r"[^\w'’ʼʻ‘`´]+|_+")  # noqa: RUF001 - the apostrophes people type
_APOSTROPHES: Final = re.compile(r"['’ʼʻ‘`´]+")  # noqa: RUF001 - as above
_PLAIN: Final = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŋ": "n",
    "ŧ": "t", "\N{LATIN SMALL LETTER DOTLESS I}": "i",
})  # fmt: skip
"""Letters that are typed without their stroke, though they do not unfold."""


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


def _pieces(name: str) -> list[str]:
    # Composed, so that an accent typed behind its letter does not part the word.
    return _BREAKS.split(_unfolded("NFKC", name))


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
        decomposed = _unfolded("NFKD", name)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(char for char in plain.casefold() if char.isalnum())


def _unfolded(form: Literal["NFKC", "NFKD"], text: str) -> str:
    """A text with letters that look or mean the same made alike."""
    return unicodedata.normalize(form, text[: _SPELLED * _LONGEST])

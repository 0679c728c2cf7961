"""People's names, compared without case, accents and punctuation."""

import unicodedata
from functools import lru_cache

NAME_KEY = 210
"""Characters of a folded name that are compared; some letters unfold into many."""


def name_key(given: str | None, family: str | None) -> str | None:
    """Both names without case, accents and punctuation, to compare people by name."""
    if not given or not family:
        return None
    return f"{_folded(given)} {_folded(family)}"[:NAME_KEY]


@lru_cache(maxsize=50_000)
def _folded(name: str) -> str:
    if name.isascii():
        plain = name
    else:
        decomposed = unicodedata.normalize("NFKD", name)
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(char for char in plain.casefold() if char.isalnum())

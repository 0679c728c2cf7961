"""What somebody looks for who types a ULN or a name."""

from typing import Final, NamedTuple

from domain.errors import Invalid
from domain.identifiers import IdentifierError, parse_uln
from domain.names import search_words

FEWEST_LETTERS: Final = 2
LONGEST_TERM: Final = 100
MOST_WORDS: Final = 10


class Sought(NamedTuple):
    """A learner's ULN, or the beginnings of the parts of a name, of which all must fit."""

    uln: str | None = None
    words: tuple[str, ...] = ()


def parse_term(term: str, field: str) -> Sought:
    """What begins with a digit is a ULN, all else a name; raises Invalid."""
    text = term.strip()
    if len(text) > LONGEST_TERM:
        message = f"A term has at most {LONGEST_TERM} characters."
        raise Invalid(message, code="TERM_TOO_LONG", field=field)
    if text[:1].isdigit():
        return Sought(uln=_uln("".join(text.split()), field))
    words = search_words(text)
    if not any(len(word) >= FEWEST_LETTERS for word in words):
        message = f"Give a ULN, or at least {FEWEST_LETTERS} letters of a name."
        raise Invalid(message, code="TERM_TOO_SHORT", field=field)
    if len(words) > MOST_WORDS:
        message = f"A term has at most {MOST_WORDS} words."
        raise Invalid(message, code="TERM_TOO_LONG", field=field)
    return Sought(words=words)


def _uln(text: str, field: str) -> str:
    try:
        return str(parse_uln(text))
    except IdentifierError as error:
        raise Invalid(str(error), code="ULN_INVALID", field=field) from None

"""Who may be meant by an entry that no learner's ULN matches; a hint, never an attachment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import Final

from domain.identifiers import IdentifierError, uln_check_digit
from domain.names import LONGEST_PART, name_parts
from domain.vocabulary import Vocabulary

SHORTEST_BEGINNING: Final = 3
"""Letters of a short form that stand for a longer name."""

ONE_SLIP, TWO_SLIPS = 4, 8
"""Letters that a name must have for one slip, and for two, to leave it recognisable."""

_BODY: Final = 9
"""Digits of a ULN before its check digit, which follows from them."""

_PAIR: Final = 2


class Nearness(Vocabulary):
    """Why a learner is near to an entry that no ULN matches."""

    ULN_ONE_DIGIT = (
        "ULN_ONE_DIGIT",
        "ULN one digit off",
        "The ULNs differ in one digit, the check digit apart.",
    )
    ULN_DIGITS_SWAPPED = (
        "ULN_DIGITS_SWAPPED",
        "ULN digits swapped",
        "Two digits of one ULN stand the other way round in the other, the check digit apart.",
    )
    NAME_SAME = "NAME_SAME", "Same name", "The names are the same but for case and accents."
    NAME_CLOSE = (
        "NAME_CLOSE",
        "Name close",
        "The names differ by a slip, a short form, one of two family names, or their order.",
    )
    BIRTH_DATE_SAME = "BIRTH_DATE_SAME", "Same birth date", "The birth dates are the same."
    BIRTH_DATE_CLOSE = (
        "BIRTH_DATE_CLOSE",
        "Birth date close",
        "The birth dates differ in one of day, month and year, or day and month are exchanged.",
    )


@dataclass(frozen=True)
class Person:
    """What an entry, or a learner, tells of who it is about."""

    uln: str | None
    given: str | None
    family: str | None
    born: date | None

    @cached_property
    def given_parts(self) -> tuple[str, ...]:
        """What the given name is found by; the first is the whole name in one."""
        return name_parts(self.given or "")

    @cached_property
    def family_parts(self) -> tuple[str, ...]:
        """The same of the family name."""
        return name_parts(self.family or "")


def nearness(entry: Person, learner: Person) -> tuple[Nearness, ...]:
    """Why the learner may be meant by the entry; empty when nothing says so.

    A ULN is reason enough. A name needs the birth date; without one, it must be the same.
    """
    number = _ulns(entry.uln, learner.uln)
    born = _births(entry.born, learner.born)
    unknown = entry.born is None or learner.born is None
    if number is None and born is None and not unknown:
        return ()  # as most are: names take longest
    name = _names(entry, learner)
    same = name is Nearness.NAME_SAME and unknown
    if number is None and not (name and born) and not same:
        return ()
    return tuple(reason for reason in (number, name, born) if reason is not None)


def near_ulns(uln: str) -> Iterator[str]:
    """The ULNs that differ from this one in one digit, or in the order of two."""
    body = uln[:_BODY]
    bodies = {
        *(body[:at] + digit + body[at + 1 :] for at in range(_BODY) for digit in "0123456789"),
        *(_swapped(body, one, other) for one, other in combinations(range(_BODY), 2)),
    }
    for other in sorted(bodies - {body}):
        try:
            check = uln_check_digit(other)
        except IdentifierError:
            continue
        if check is not None:
            yield other + check


def _ulns(one: str | None, other: str | None) -> Nearness | None:
    if not one or not other or min(len(one), len(other)) < _BODY:
        return None
    differing = [at for at in range(_BODY) if one[at] != other[at]]
    if len(differing) == 1:
        return Nearness.ULN_ONE_DIGIT
    if len(differing) == _PAIR and _swapped(one[:_BODY], *differing) == other[:_BODY]:
        return Nearness.ULN_DIGITS_SWAPPED
    return None


def _swapped(text: str, one: int, other: int) -> str:
    signs = list(text)
    signs[one], signs[other] = signs[other], signs[one]
    return "".join(signs)


def _births(one: date | None, other: date | None) -> Nearness | None:
    if one is None or other is None:
        return None
    if one == other:
        return Nearness.BIRTH_DATE_SAME
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    alike = sum(own == their for own, their in pairs)
    exchanged = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return Nearness.BIRTH_DATE_CLOSE if exchanged or alike == len(pairs) - 1 else None


def _names(entry: Person, learner: Person) -> Nearness | None:
    given, family = entry.given_parts, entry.family_parts
    own_given, own_family = learner.given_parts, learner.family_parts
    if not (given and family and own_given and own_family):
        return None
    if (given[0], family[0]) == (own_given[0], own_family[0]):
        return Nearness.NAME_SAME
    exchanged = (given[0], family[0]) == (own_family[0], own_given[0])
    close = _close(given, own_given) and _close(family, own_family)
    return Nearness.NAME_CLOSE if exchanged or close else None


def _close(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """One slip, a short form, or a part in common."""
    if {*one} & {*other}:
        return True
    short, long = sorted((one[0], other[0]), key=len)
    if len(short) >= SHORTEST_BEGINNING and long.startswith(short):
        return True
    slips = 2 if len(long) >= TWO_SLIPS else 1 if len(long) >= ONE_SLIP else 0
    return _slips(short, long, slips) <= slips


def _slips(one: str, other: str, most: int) -> int:
    """Letters left out, put in, mistaken or exchanged with the next; above `most` is only more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one[:LONGEST_PART], start=1):
        previous, before, row = before, row, [at]
        for to, their in enumerate(other, start=1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != their))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == their:
                cost = min(cost, previous[to - 2] + 1)
            row.append(cost)
    return row[-1]

"""Loaders that one query answers, which can be sent together with those of others."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from database.query import RowQuery
from loaders.reading import Reading

Answer = TypeVar("Answer")


class Loading(NamedTuple, Generic[Answer]):
    """What is asked, and what the rows say to each key."""

    question: RowQuery
    answers: Callable[[Sequence[Any], list[Any]], list[Answer]]
    """Called with the keys and the rows."""


class OneQuery(Generic[Answer]):
    """A loader made of a function that says what is asked for some keys.

    They may be `SOUGHT`: the query finds them by `among`. What it says is the same for all viewers
    with the same rights.
    """

    def __init__(self, say: Callable[[Reading, Sequence[Any]], Loading[Answer]]) -> None:
        """For use as a decorator."""
        self.say = say
        self.__doc__ = say.__doc__

    async def __call__(self, reading: Reading, keys: Sequence[Any]) -> list[Answer]:
        """One answer for each key."""
        question, answers = self.say(reading, keys)
        return answers(keys, await reading.ask(question))

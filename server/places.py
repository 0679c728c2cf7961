"""Concurrency limits for long answers, for each person and each process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from auth.viewer import Viewer
from server.refusals import RefusalError

TRY_AGAIN_AFTER: Final = "10"
"""Seconds after which there may be a place again."""


class Places:
    """A counter of running answers with both limits."""

    def __init__(self, each: int, most: int, code: str, what: str) -> None:
        """Begin with all places free; `code` and `what` tell of which there are too many."""
        self._each = each
        self._most = most
        self._code = code
        self._what = what
        self._taken: Counter[int | None] = Counter()

    @contextmanager
    def place(self, viewer: Viewer) -> Iterator[None]:
        """Hold a place; raises RefusalError when there is none."""
        whose = viewer.user_id
        self._check(self._taken[whose], self._each, "One person may have")
        self._check(self._taken.total(), self._most, "There is room for")
        self._taken[whose] += 1
        try:
            yield
        finally:
            self._taken[whose] -= 1
            self._taken += Counter()  # forget who has none

    def _check(self, taken: int, most: int, why: str) -> None:
        if taken >= most:
            message = f"{why} {most:,} {self._what} at once; try again later."
            raise RefusalError(429, self._code, message, {"retry-after": TRY_AGAIN_AFTER})

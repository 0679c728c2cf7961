"""What goes wrong while an answer is made, and which of it is told."""

from typing import NamedTuple, TypeAlias

from graphql import GraphQLError

from execution.places import Order

When: TypeAlias = tuple[int, Order]
"""How often was waited before, and the place: what comes first in an answer comes first."""


class Failure(NamedTuple):
    """An error at its place, on its way up to the nearest place that may be null."""

    error: GraphQLError
    when: When


Failures: TypeAlias = dict[int, Failure]
"""By position, what failed there."""


class Told:
    """The errors of an operation."""

    def __init__(self) -> None:
        """None yet."""
        self._failures: list[Failure] = []
        self._nulled: dict[Order, When] = {}

    def tell(self, failure: Failure, nulled: Order) -> None:
        """A failure has come to rest: the place `nulled` is null for it."""
        self._failures.append(failure)
        earlier = self._nulled.get(nulled)
        if earlier is None or failure.when < earlier:
            self._nulled[nulled] = failure.when

    def errors(self) -> list[GraphQLError]:
        """Those to be told, in order.

        Below a place that is null for a failure nothing is told that came after it: the
        specification has it that what is null already fails no more.
        """
        return [
            failure.error
            for failure in sorted(self._failures, key=lambda failure: failure.when[1])
            if not self._is_past(failure)
        ]

    def _is_past(self, failure: Failure) -> bool:
        order = failure.when[1]
        for length in range(len(order)):
            ended = self._nulled.get(order[:length])
            if ended is not None and ended < failure.when:
                return True
        return False

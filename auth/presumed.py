"""Lets a request begin with whoever held its token last, until the database has confirmed it."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from auth.sessions import Credential, Held
from auth.viewer import Viewer

MOST_KEPT: Final = 1000
"""Tokens of which is kept whose they were; with many grants, one takes some kilobytes."""


class LastHeld:
    """Whose tokens were when that was last asked.

    It answers nothing by itself: what is kept may be over, and counts only once it is confirmed.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Keep those of so many tokens, the latest used."""
        self._most = most
        self._held: OrderedDict[str, Held] = OrderedDict()

    def __len__(self) -> int:
        """Of how many tokens it is kept."""
        return len(self._held)

    def keep(self, shown: Credential, held: Held | None) -> None:
        """Remember whose a token is by now; None for nobody's."""
        if held is None:
            self.forget(shown.hashed)
            return
        self._held[shown.hashed] = held
        self._held.move_to_end(shown.hashed)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def forget(self, hashed: str) -> None:
        """Remember nothing of a token, by its hash."""
        self._held.pop(hashed, None)

    def presumed(self, shown: Credential) -> "Presumption | None":
        """Who probably asks; None where it is to be read first.

        So it is where the use of the token is to be noted, and for staff, who are told how many
        statements an operation took: it has to be the same whoever asked before.
        """
        held = self._held.get(shown.hashed)
        if held is None or held.staff is not None or shown.counts_as_use(held):
            return None
        viewer = shown.opens(held)
        return None if viewer is None else Presumption(self, shown, held, viewer)


class Presumption:
    """Who probably asks: nothing may be told, nor changed, before it is confirmed."""

    __slots__ = ("_held", "_last", "shown", "viewer")

    def __init__(self, last: LastHeld, shown: Credential, held: Held, viewer: Viewer) -> None:
        """A viewer, by what was kept of the token that is shown."""
        self._last = last
        self._held = held
        self.shown = shown
        self.viewer = viewer

    def is_confirmed_by(self, rows: Sequence[Held]) -> bool:
        """Whether the rows of the credential's query, asked since, say the same of the viewer."""
        found = rows[0] if rows else None
        if found == self._held:
            return True
        self._last.keep(self.shown, found)
        return self.shown.opens(found) == self.viewer

    def doubt(self) -> None:
        """It cannot be confirmed: the next request reads first who asks."""
        self._last.forget(self.shown.hashed)

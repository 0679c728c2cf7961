"""What stands beside the rows: who took which list away, when, and what they asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Note(NamedTuple):
    """About an export."""

    title: str
    by: str
    at: datetime
    asked: str
    """The conditions as they were given, as JSON; empty for none."""
    not_included: Sequence[str] = ()
    """What was asked for and is out of reach."""

    def lines(self, rows: int) -> list[tuple[str, str]]:
        """What is told, each with its heading."""
        return [
            ("List", self.title),
            ("Rows", f"{rows:,}"),
            ("Taken by", self.by),
            ("Taken at", f"{self.at:%d %B %Y %H:%M} UTC"),
            ("Asked for", self.asked or "all that is in reach"),
            *(("Not included", sentence) for sentence in self.not_included),
            ("Please note", "Personal data: keep this file safe, and delete it after use."),
        ]

    def sentence(self, rows: int) -> str:
        """The same on one line."""
        told = "; ".join(f"{heading}: {text}" for heading, text in self.lines(rows))
        return f"About this export. {told}"

"""Tables that are printed whole: what stands in a cell is needed for the next command."""

from typing import Final

from rich.console import Console
from rich.table import Table

_WIDEST: Final = 10_000
"""Columns beyond which a table in a file is broken too."""


def print_table(table: Table) -> None:
    """Print a table as wide as it is; only at a terminal, cells are broken to fit into it."""
    for column in table.columns:
        column.overflow = "fold"
    console = Console()
    if not console.is_terminal:
        unbroken = console.options.update(max_width=_WIDEST)
        console.width = max(console.width, table.__rich_measure__(console, unbroken).maximum)
    console.print(table)

"""Removing what is past its time."""

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from actions.retention import Retention, retain, what_is_over
from auth.viewer import CONSOLE
from cli.running import opened, run
from domain.errors import Invalid
from domain.retention import limits_on
from server.clock import Clock
from server.settings import PREFIX, Settings


def keep_periods(*, apply: Annotated[bool, Parameter(negative="--dry-run")] = False) -> None:
    """Tell what is past its time, and remove it with --apply.

    Parameters
    ----------
    apply
        Remove it; otherwise, and with --dry-run, it is only counted.

    """

    async def work() -> dict[str, int]:
        settings = Settings()
        clock = Clock(settings.today)
        day, now = clock.today(), clock.now()
        limits = limits_on(settings.periods, day, now)
        async with opened() as database:
            if not apply:
                return await what_is_over(database.reader, CONSOLE, limits)
            if settings.retention_key is None:
                message = (
                    f"Set {PREFIX}RETENTION_KEY first, a secret of 32 characters or more that"
                    " stays the same: it makes the hashes that stand for learners."
                )
                raise Invalid(message)
            retention = Retention(CONSOLE, limits, settings.retention_key, day, now)
            return await retain(database, retention)

    _show(run(work), applied=apply)


def _show(numbers: dict[str, int], *, applied: bool) -> None:
    table = Table("what", "how many")
    for what, number in numbers.items():
        table.add_row(what, f"{number:,}")
    console = Console()
    console.print(table)
    words = "Done." if applied else "Nothing was changed; --apply does it."
    console.print(words, highlight=False)

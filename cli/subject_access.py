"""Answering a learner who asks what is held about them."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

from auth.viewer import CONSOLE
from cli.files import made
from cli.running import opened, run, stop
from domain.errors import Invalid
from domain.identifiers import IdentifierError, parse_uln
from exchange import subject_access as answering
from exchange.export.making import in_thread
from server.clock import Clock
from server.settings import Settings


def subject_access(uln: str, /, *, out: Path, release_cutoff: str | None = None) -> None:
    """Write all that is held about one learner into a zip, for that learner.

    Parameters
    ----------
    uln
        The learner's unique learner number.
    out
        The zip, which must not be there yet.
    release_cutoff
        The last day, YYYY-MM-DD, whose results are told; today without it, and never later.

    """
    try:
        number = str(parse_uln(uln))
    except IdentifierError as error:
        stop(str(error))

    async def work() -> None:
        settings = Settings()
        clock = Clock(settings.today)
        day = clock.today()
        cutoff = day if release_cutoff is None else _day(release_cutoff)
        request = answering.Request(
            CONSOLE, number, cutoff, day, clock.now(), settings.retention_key
        )
        async with opened() as database:
            with made(out):
                packed = await answering.subject_access(database, request)
                await in_thread(out.write_bytes, packed)

    run(work)
    Console().print(Text(f"{out} is there. It holds personal data: hand it over safely."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = "The day is written YYYY-MM-DD."
        raise Invalid(message) from None

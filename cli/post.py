"""Sending mail where no server runs."""

from rich.console import Console

from cli.running import opened, run
from server.clock import Clock
from server.mail.carriers import carrier_of
from server.mail.letters import letterhead_of
from server.mail.post import deliver_due
from server.mail.sorting import waiting
from server.settings import Settings


def send_mail() -> None:
    """Send the mails that are due, once; a running server sends them by itself."""

    async def work() -> tuple[int, int]:
        settings = Settings()
        async with opened() as database:
            carrier, head = carrier_of(settings), letterhead_of(settings)
            sent = await deliver_due(database, carrier, head, Clock().now())
            return sent, await waiting(database)

    sent, left = run(work)
    Console().print(f"Mails sent: {sent}. Waiting: {left}.", highlight=False)

"""E-mail transports: a folder of files, or SMTP."""

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Final, Protocol

import aiosmtplib

from domain.letters import LetterKind
from server.mail.letters import file_name
from server.settings import Security, Settings

PATIENCE: Final = 30.0
"""Seconds within which a mail server has to take a mail, from the first word to the last."""


class Carrier(Protocol):
    """An e-mail transport; raises if it cannot deliver."""

    async def carry(self, message: EmailMessage, kind: LetterKind, at: datetime) -> None:
        """Take one mail further."""


class Folder:
    """A file a mail, in a folder that only we can look into."""

    def __init__(self, folder: Path) -> None:
        """Point to a folder, which is made for the first mail."""
        self._folder = folder

    async def carry(self, message: EmailMessage, kind: LetterKind, at: datetime) -> None:
        """Write one mail; the names are in the order of time."""
        text = message.as_bytes(policy=SMTPUTF8.clone(linesep="\n"))
        await asyncio.to_thread(self._write, text, kind, at)

    def _write(self, text: bytes, kind: LetterKind, at: datetime) -> None:
        """Write a file under the first free name; nobody ever sees a part of one."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            path = self._folder / f"{at:%Y%m%dT%H%M%S%f}-{file_name(kind)}.eml"
            part = path.with_suffix(".part")
            with suppress(FileExistsError):
                # As long as the part is there, nobody else can take the name.
                mail = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                try:
                    with os.fdopen(mail, "wb") as file:
                        file.write(text)
                    if not path.exists():
                        part.rename(path)
                        return
                finally:
                    part.unlink(missing_ok=True)
            at += timedelta(microseconds=1)


class Smtp:
    """Delivers by SMTP."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security = "starttls",
        user: str | None = None,
        password: str | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Point to a server; nothing is sent yet."""
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._password = password
        self._patience = patience

    async def carry(self, message: EmailMessage, kind: LetterKind, at: datetime) -> None:  # noqa: ARG002 - as every carrier
        """Hand one mail over; the server must speak TLS unless it need not."""
        async with asyncio.timeout(self._patience):
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._security == "tls",
                start_tls=self._security == "starttls",
                timeout=self._patience,
            )


def carrier_of(settings: Settings) -> Carrier:
    """Whoever the settings say takes mails: the folder, where they name no server."""
    if settings.smtp_host is None:
        return Folder(settings.mail_folder)
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )

"""Streamed answers that end when the client stops reading."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing, suppress
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

PATIENCE: Final = 60.0
"""Seconds in which the client must take a piece."""


class Streamed(StreamingResponse):
    """A streaming response that releases what it holds at its end, however it ends."""

    def __init__(
        self,
        content: AsyncGenerator[bytes] | AsyncGenerator[str],
        headers: Mapping[str, str],
        held: AsyncExitStack,
        media_type: str | None = None,
    ) -> None:
        """Send this content, and keep hold of something meanwhile."""
        super().__init__(content, headers=headers, media_type=media_type)
        self._content = content
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send; who takes nothing for a while is taken for gone."""

        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(PATIENCE):
                await send(message)

        async with self._held, aclosing(self._content):
            with suppress(TimeoutError):
                await super().__call__(scope, receive, send_soon)

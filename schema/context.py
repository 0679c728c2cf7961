"""What an operation carries: who asks, on which day, and the loaders that batch its reads."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from auth.permissions import Permission
from auth.viewer import ANONYMOUS, Viewer
from domain.errors import Refused
from loaders.reading import Reading
from models.database import Database

Batch = Callable[..., Awaitable[Sequence[Any]]]
"""A question for many keys: reading, keys and arguments in, one answer a key out."""


class Context:
    """One request: the viewer, the civil day, the real time, and its loaders."""

    def __init__(
        self,
        database: Database,
        viewer: Viewer,
        today: date,
        *,
        now: Callable[[], datetime],
        token: str | None = None,
        keep: Callable[[str | None], None],
        service: "Service",
    ) -> None:
        """Begin with empty loaders; `keep` tells a browser which token to keep, None for none."""
        self.database = database
        self.viewer = viewer
        self.today = today
        self.now = now
        self.token = token
        self.service = service
        self._keep = keep
        self.reading = Reading(database.reader, viewer, today)
        self.refused: set[tuple[str, str]] = set()
        """Guarded fields, as they stand in the answer, that were already told to be refused."""
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def load(self, batch: Batch, key: Hashable, *arguments: Hashable) -> Any:  # noqa: ANN401 - rows of any kind
        """One key's answer to a batch question; keys asked together are answered together."""
        return await self._loader(batch, arguments).load(key)

    def foresee(self, batch: Batch, key: Hashable) -> None:
        """Ask now what will be loaded later, together with all who foresee it at this moment."""
        self._loader(batch, ()).load(key)

    def _loader(self, batch: Batch, arguments: tuple[Hashable, ...]) -> DataLoader[Any, Any]:
        name = (batch, arguments)
        loader = self._loaders.get(name)
        if loader is None:
            loader = DataLoader(load_fn=partial(_ask, batch, self.reading, arguments))
            self._loaders[name] = loader
        return loader

    def demand(self, permission: Permission, centre_id: int) -> None:
        """Raise Refused unless the viewer may do this at a centre in reach."""
        if not self.viewer.may(permission, centre_id):
            message = f"This needs the permission {permission.value} at the centre."
            raise Refused(message)

    def become(self, viewer: Viewer, token: str) -> None:
        """Go on as somebody who has just logged in."""
        self.viewer, self.token = viewer, token
        self.reading = self.reading._replace(viewer=viewer)
        self._keep(token)
        self.forget()

    def leave(self) -> None:
        """Go on as nobody."""
        self.viewer, self.token = ANONYMOUS, None
        self.reading = self.reading._replace(viewer=ANONYMOUS)
        self._keep(None)
        self.forget()

    def forget(self) -> None:
        """Drop what was read: rows may have changed since."""
        self._loaders.clear()


async def _ask(
    batch: Batch, reading: Reading, arguments: Sequence[Any], keys: list[Any]
) -> Sequence[Any]:
    return await batch(reading, keys, *arguments)


class Service:
    """What is told about the service itself, and how it treats sessions."""

    def __init__(
        self,
        version: str,
        environment: str,
        *,
        session_idle_minutes: int,
        session_hours: int,
        secure_cookies: bool,
    ) -> None:
        """Keep what the settings say."""
        self.version = version
        self.environment = environment
        self.session_idle_minutes = session_idle_minutes
        self.session_hours = session_hours
        self.secure_cookies = secure_cookies


Info = strawberry.Info[Context, None]

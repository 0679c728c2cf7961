"""Sliding-window counters, in this process and in Redis if there is one."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.storage.memory import Entry
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

if TYPE_CHECKING:
    from auth.shared_rate_counters import SharedStorage

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)

MOST_KEYS: Final = 100_000
"""Most keys in memory, some 50 MB; beyond, old ones are dropped early."""

_LOOKED_AT: Final = 2


class Charge(NamedTuple):
    """One hit in one window of one key."""

    window: RateLimitItem
    key: str

    @property
    def name(self) -> str:
        """What the storages call it."""
        return self.window.key_for(self.key)


class OwnStorage(MemoryStorage):
    """Counters in the memory of this process."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        super().__init__()
        self._order: OrderedDict[str, None] = OrderedDict()

    # The library goes over every key at every hit, 1.4 s for 10,000 of them; this looks at two.
    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Whether there was room for so many more, which are then counted."""
        now = time.time()
        self._forget(now)
        entries = self.events.get(key, [])
        if len(entries) > limit - amount and entries[limit - amount].atime >= now - expiry:
            return False
        self.events[key] = [*(Entry(expiry) for _ in range(amount)), *entries][:limit]
        self._order[key] = None
        self._order.move_to_end(key)
        return True

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def give_back(self, name: str) -> None:
        """Count the latest no more."""
        if entries := self.events.get(name):
            del entries[0]

    def _forget(self, now: float) -> None:
        """Drop old keys, faster than new ones come."""
        for key in [*islice(self._order, _LOOKED_AT)]:
            entries = self.events.get(key)
            if entries and entries[0].expiry > now and len(self._order) < MOST_KEYS:
                self._order.move_to_end(key)
            else:
                self.events.pop(key, None)
                del self._order[key]


class Windows:
    """Sliding windows over one storage."""

    def __init__(self, storage: "OwnStorage | SharedStorage") -> None:
        """Count in this storage."""
        self._storage = storage
        self._limiter = MovingWindowRateLimiter(storage)

    async def take(self, charges: Sequence[Charge]) -> int | None:
        """Count once in each window, or in none: then after how many seconds there is room."""
        for done, (window, key) in enumerate(charges):
            if not await self._limiter.hit(window, key):
                full = await self._limiter.get_window_stats(window, key)
                await self.give_back(charges[:done])
                return max(1, ceil(full.reset_time - time.time()))
        return None

    async def give_back(self, charges: Sequence[Charge]) -> None:
        """Take one charge out of each window again."""
        for charge in charges:
            await self._storage.give_back(charge.name)

    async def clear(self, charges: Sequence[Charge]) -> None:
        """Forget whatever was counted in these windows."""
        for window, key in charges:
            await self._limiter.clear(window, key)

    async def count(self, charge: Charge, seconds: int) -> int:
        """How many of the charges in a window are younger than this."""
        amount = charge.window.amount
        return (await self._storage.get_moving_window(charge.name, amount, seconds))[1]

    async def close(self) -> None:
        """Let go of the storage."""
        await self._storage.close()


class RateCounters:
    """Counts in this process and in Redis; while Redis does not answer, the former go on alone."""

    def __init__(
        self, redis_url: str | None, *, patience: float = 0.25, pause: float = 5.0
    ) -> None:
        """Wait for Redis so many seconds at most; after a failure leave it alone for a pause."""
        self._own = Windows(OwnStorage())
        self._shared = None if redis_url is None else _shared(redis_url)
        self._patience = patience
        self._pause = pause
        self._alone = False
        self._again_at = 0.0

    async def take(self, *charges: Charge) -> int | None:
        """Count once in each window, or in none: then after how many seconds there is room."""
        wait = await self._own.take(charges)
        if wait is None:
            wait = await self._ask(lambda shared: shared.take(charges))
            if wait is not None:
                await self._own.give_back(charges)
        return wait

    async def give_back(self, *charges: Charge) -> None:
        """Take one charge out of each window again."""
        if charges:
            await self._own.give_back(charges)
            await self._ask(lambda shared: shared.give_back(charges))

    async def clear(self, *charges: Charge) -> None:
        """Forget whatever was counted in these windows."""
        if charges:
            await self._own.clear(charges)
            await self._ask(lambda shared: shared.clear(charges))

    async def count(self, charge: Charge, seconds: int) -> int:
        """How many of the charges in a window are younger than this."""
        own = await self._own.count(charge, seconds)
        return max(own, await self._ask(lambda shared: shared.count(charge, seconds)) or 0)

    async def close(self) -> None:
        """Let go of Redis."""
        if self._shared is not None:
            await self._shared.close()

    async def _ask(self, work: Callable[[Windows], Awaitable[Answer]]) -> Answer | None:
        """What Redis answers; None while it does not."""
        if self._shared is None:
            return None
        if self._alone:
            now = time.monotonic()
            if now < self._again_at:
                return None
            self._again_at = now + self._pause  # one asks whether it is back, the others need not
        try:
            async with asyncio.timeout(self._patience):
                answer = await work(self._shared)
        except (StorageError, OSError) as error:
            self._again_at = time.monotonic() + self._pause
            if not self._alone:
                self._alone = True
                cause = error.__cause__ if isinstance(error, StorageError) else error
                log.warning("throttle_alone", reason=type(cause).__name__)
            return None
        if self._alone:
            self._alone = False
            log.info("throttle_shared")
        return answer


def refuse_no_redis(url: str) -> None:
    """Raise ValueError for what is no address of a Redis; nobody is connected to."""
    _shared(url)


def _shared(url: str) -> Windows:
    # Loading Redis takes 0.3 s and 24 MB, which whoever has none need not spend.
    from auth.shared_rate_counters import SharedStorage  # noqa: PLC0415

    return Windows(SharedStorage(url))

"""Counters in Redis, shared by several processes."""

from typing import Final

from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.errors import ConfigurationError, StorageError
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

SCHEMES: Final = ("redis://", "rediss://", "unix://")


class SharedStorage(RedisStorage):
    """Counters of all processes with one Redis."""

    bridge: RedispyBridge

    def __init__(self, url: str) -> None:
        """Connect when first asked; raises ValueError for what is no address of a Redis."""
        if not url.startswith(SCHEMES):
            message = "The address of a Redis begins with redis://, rediss:// or unix://."
            raise ValueError(message)
        try:
            super().__init__(
                # The library takes unix:// for the address of another kind of server.
                url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url,
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="learner-tracking",
            )
        except (ConfigurationError, ValueError):  # whose words may tell the password
            message = "The address of a Redis names host and port, as in redis://127.0.0.1:6379."
            raise ValueError(message) from None
        # Once more at once, for a connection from before Redis was restarted; waiting is ours.
        self.bridge.storage.set_retry(Retry(NoBackoff(), 1))

    async def close(self) -> None:
        """Close the connections."""
        await self.bridge.storage.aclose()

    async def give_back(self, name: str) -> None:
        """Count the latest no more."""
        try:
            await self.bridge.storage.lpop(self.bridge.prefixed_key(name))
        except self.base_exceptions as error:
            raise StorageError(error) from error

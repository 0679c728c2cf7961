"""Rate limits: of log-ins, of whatever could be guessed or flooded, and of requests."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, unique
from ipaddress import IPv6Address, ip_address
from typing import Final

from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
)

from auth.rate_counters import Charge, RateCounters
from auth.viewer import Footing, Viewer
from domain.errors import RateLimited
from domain.people import LONGEST_EMAIL, normal_email

UNKNOWN: Final = "unknown"
"""The one address of everybody whose address is not known."""

_PLACE_DIGITS: Final = 16
_NETWORK_DIGITS: Final = 12


def place_of(address: str | None) -> str:
    """What is counted as one address: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return UNKNOWN
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return ip.packed.hex()[:_PLACE_DIGITS]


def network_of(place: str) -> str | None:
    """The /48 network of an IPv6 one, which one customer may have whole; None for any other."""
    return place[:_NETWORK_DIGITS] if len(place) == _PLACE_DIGITS and place.isalnum() else None


def account_of(email: str) -> str:
    """What is counted as one account: a digest that does not tell the e-mail address."""
    written = normal_email(email) or email[:LONGEST_EMAIL].strip().lower()
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


@unique
class Limit(Enum):
    """A rate limit: how often, in which window, and by which key."""

    FIND_USER = ("find-user", str, RateLimitItemPerHour(20))
    """Adding people by e-mail address, which tells who has an account: by acting user id."""

    ONE_TIME_TOKEN = ("one-time-token", place_of, RateLimitItemPerHour(20))
    """Trying tokens that came by mail: by address."""

    PASSWORD_CHECK = ("password-check", str, RateLimitItemPerMinute(10, 15))
    """Giving the old password to change it, with a session that may be stolen: by user id."""

    REGISTER = ("register", place_of, RateLimitItemPerHour(10))
    """Opening accounts, each of which sends a mail to somebody: by address."""

    RESET_PASSWORD = ("reset-password", place_of, RateLimitItemPerHour(10))
    """Asking for a new password, for whomever: by address."""

    RESET_PASSWORD_ACCOUNT = ("reset-password", account_of, RateLimitItemPerHour(3))
    """Mails about a new password to one person: by account; further ones are not sent, silently."""

    def __init__(self, what: str, who: Callable[[str], str], window: RateLimitItem) -> None:
        """Keep what is counted, what makes a key of somebody, and the window."""
        self._what = what
        self._who = who
        self._window = window

    def charge(self, who: str | int | None) -> Charge:
        """One more time by somebody."""
        return Charge(self._window, f"{self._what}/{self._who('' if who is None else str(who))}")


# The longest window stands first: where several are full, it tells how long to wait.
LOG_IN_PAIR: Final = (
    RateLimitItemPerDay(40),
    RateLimitItemPerHour(20),
    RateLimitItemPerMinute(10, 10),
    RateLimitItemPerMinute(5),
)
"""Failed log-ins to one account from one address: the more there were, the longer the wait."""

LOG_IN_ADDRESS: Final = (RateLimitItemPerHour(100), RateLimitItemPerMinute(60))
"""Failed log-ins from one address to any accounts; a school shares one address."""

LOG_IN_ACCOUNT: Final = RateLimitItemPerDay(500)
"""Failed log-ins to one account from any addresses; beyond, unknown ones are slowed as below."""

BESIEGED: Final = 50
"""Failed log-ins to one account in an hour after which unknown addresses are slowed."""

LOG_IN_STRANGER: Final = RateLimitItemPerMinute(1, 15)
"""Log-ins to a besieged account from one unknown address: its owner needs only the first."""

LOG_IN_STRANGERS: Final = RateLimitItemPerMinute(5, 15)
"""The same from one /48 network of IPv6, which has 65,536 such addresses."""

_HOUR: Final = 3600


@dataclass(slots=True)
class Attempt:
    """A log-in attempt, and the counters it is charged to until it succeeds."""

    pair: str
    charges: list[Charge] = field(default_factory=list)


class Throttle:
    """Counts attempts and refuses too many, with the seconds to wait."""

    def __init__(
        self, redis_url: str | None = None, *, patience: float = 0.25, pause: float = 5.0
    ) -> None:
        """Count here, and in a Redis that others share; see `RateCounters` for the seconds."""
        self._counts = RateCounters(redis_url, patience=patience, pause=pause)

    async def check(self, limit: Limit, who: str | int | None) -> None:
        """Count once; raises RateLimited when that is too often, and then counts nothing."""
        wait = await self._counts.take(limit.charge(who))
        if wait is not None:
            message = "This was done too often of late. Wait a while, then try again."
            raise RateLimited(message, retry_after=wait)

    async def admit(self, viewer: Viewer, per_minute: int) -> None:
        """Count a request by who sends it; raises RateLimited beyond so many a minute, if any."""
        if not per_minute:
            return
        charge = Charge(RateLimitItemPerMinute(per_minute), f"request/{counts_as(viewer)}")
        wait = await self._counts.take(charge)
        if wait is not None:
            message = "There were too many requests of late. Wait a while, then try again."
            raise RateLimited(message, retry_after=wait)

    async def allows(self, limit: Limit, who: str | int | None) -> bool:
        """Count once and tell whether that is still within the limit."""
        return await self._counts.take(limit.charge(who)) is None

    async def begin_log_in(self, account: str, address: str | None, *, known: bool) -> Attempt:
        """Charge a log-in before its password is looked at; raises RateLimited.

        `account` is the e-mail address as given, whether or not there is such an account; `known`
        says that the account was logged in to from this address before. Whoever calls this calls
        `succeeded`, `failed` or `untried` afterwards; if nobody does, the attempt has failed.
        """
        place, who = place_of(address), account_of(account)
        attempt = Attempt(pair=f"log-in/{who}/{place}")
        wait = await self._charge(
            attempt,
            *(Charge(window, attempt.pair) for window in LOG_IN_PAIR),
            *(Charge(window, f"log-in/{place}") for window in LOG_IN_ADDRESS),
        )
        if wait is None:
            wait = await self._charge_account(attempt, who, network_of(place), known=known)
        if wait is not None:
            await self.untried(attempt)
            message = "There were too many attempts to log in. Wait a while, then try again."
            raise RateLimited(message, retry_after=wait)
        return attempt

    async def succeeded(self, attempt: Attempt) -> None:
        """Take back what a right log-in was charged, and what failed before it from there."""
        pair = [charge for charge in attempt.charges if charge.key == attempt.pair]
        others = [charge for charge in attempt.charges if charge.key != attempt.pair]
        attempt.charges.clear()
        await self._counts.clear(*pair)
        await self._counts.give_back(*others)

    async def failed(self, attempt: Attempt) -> None:
        """Leave a wrong log-in charged for good."""
        attempt.charges.clear()

    async def untried(self, attempt: Attempt) -> None:
        """Take back what an attempt was charged whose password nobody looked at."""
        charges = [*attempt.charges]
        attempt.charges.clear()
        await self._counts.give_back(*charges)

    async def welcome(self, account: str, address: str | None) -> None:
        """Forget what failed from an address at which the account's owner is known to be."""
        pair = f"log-in/{account_of(account)}/{place_of(address)}"
        await self._counts.clear(*(Charge(window, pair) for window in LOG_IN_PAIR))

    async def close(self) -> None:
        """Let go of Redis."""
        await self._counts.close()

    async def _charge_account(
        self, attempt: Attempt, who: str, network: str | None, *, known: bool
    ) -> int | None:
        """Charge a log-in to its account, which never refuses where the account is at home."""
        everywhere = Charge(LOG_IN_ACCOUNT, f"log-in/{who}")
        full = await self._charge(attempt, everywhere) is not None
        if known or not (full or await self._counts.count(everywhere, _HOUR) > BESIEGED):
            return None
        charges = [Charge(LOG_IN_STRANGER, attempt.pair)]
        if network is not None:
            charges.append(Charge(LOG_IN_STRANGERS, f"log-in/{who}/{network}"))
        return await self._charge(attempt, *charges)

    async def _charge(self, attempt: Attempt, *charges: Charge) -> int | None:
        """Charge all or nothing: then after how many seconds there is room."""
        wait = await self._counts.take(*charges)
        if wait is None:
            attempt.charges += charges
        return wait


def counts_as(viewer: Viewer) -> str:
    """Whose requests are counted together: those of a user, of a token, or from a place."""
    footing = viewer.footing
    who = {
        Footing.ANONYMOUS: place_of(viewer.address),
        Footing.API_TOKEN: viewer.api_token_id,
    }.get(footing, viewer.user_id)
    return f"{footing}/{who}"

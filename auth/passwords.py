"""Passwords: which are accepted, and how they are kept and checked."""

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Final, NamedTuple, TypeVar, TypeVarTuple

from argon2 import Type, extract_parameters
from passlib.context import CryptContext

from domain.errors import Invalid, RateLimited

Answer = TypeVar("Answer")
Args = TypeVarTuple("Args")

LONGEST: Final = 256
SHORTEST: Final = 10

LEAST_SCORE: Final = 3
"""On the scale of zxcvbn, 0 to 4: safe where each guess takes as long as a slow hash."""

MOST_WAITING: Final = 64
"""Most passwords that wait to be hashed; more are refused."""


class HashCost(NamedTuple):
    """The parameters of Argon2id: memory in KiB, and rounds."""

    memory_kib: int = 19456
    rounds: int = 2


LEAST_COST: Final = HashCost()

_cost = LEAST_COST

# What zxcvbn does grows with the square of the length: 32 signs that may all stand for letters
# take it half a second, 72 of them three. A password that begins weakly is weak, however it ends.
_JUDGED: Final = 32
_LEAST_NICE: Final = 10
_MOST_WORKERS: Final = 4
_SHORTEST_WORD: Final = 4
_SHORTEST_PART: Final = 3
_SERVICE: Final = ("learner tracking", "learner-tracking", "learnertracking")
_TRADE: Final = ("learner", "tracking", "diploma")
_NOT_A_WORD: Final = re.compile(r"[\W_]+")


def _processors() -> int:
    """How many of them this process may use."""
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return count or 1


def _step_back() -> None:
    """Let other threads go first: a burst of log-ins must not slow the other requests."""
    if sys.platform == "linux":  # elsewhere the whole process would step back
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_NICE)


_WORKER_COUNT: Final = min(_MOST_WORKERS, max(1, _processors() - 1))
_WORKERS: Final = ThreadPoolExecutor(
    _WORKER_COUNT, thread_name_prefix="password", initializer=_step_back
)
_PLACES: Final = threading.BoundedSemaphore(_WORKER_COUNT + MOST_WAITING)
_JUDGING: Final = threading.Lock()
"""A lock, as zxcvbn keeps its user inputs in global state."""


def use_cost(cost: HashCost) -> None:
    """Hash at this cost from now on; raises ValueError for less than the least."""
    global _cost  # noqa: PLW0603 - one process hashes at one cost
    if cost.memory_kib < LEAST_COST.memory_kib or cost.rounds < LEAST_COST.rounds:
        message = "Passwords must not be hashed at less than the least cost."
        raise ValueError(message)
    _cost = cost


def check_shape(password: str) -> None:
    """Refuse what can be nobody's password; raises Invalid."""
    if not _is_possible(password):
        message = (
            f"A password has 1 to {LONGEST} characters, none of them a null or half a character."
        )
        raise Invalid(message, code="PASSWORD_SHAPE", field="password")


async def check_strength(password: str, *, email: str, name: str) -> None:
    """Refuse a new password that is short or easily guessed; raises Invalid with the reason."""
    check_shape(password)
    if len(password) < SHORTEST:
        message = f"The password must have at least {SHORTEST} characters."
        raise Invalid(message, code="PASSWORD_TOO_SHORT", field="password")
    folded = password.casefold()
    if any(word in folded for word in _words_about(email, name)):
        message = "The password must not contain your e-mail address, your name or the service's."
        raise Invalid(message, code="PASSWORD_GUESSABLE", field="password")
    reason = await _in_pool(_weakness, password, _parts_about(email, name))
    if reason is not None:
        message = f"This password is easily guessed. {reason}"
        raise Invalid(message, code="PASSWORD_GUESSABLE", field="password")


async def hash_password(password: str) -> str:
    """The hash to store; raises Invalid for a password of no possible shape."""
    check_shape(password)
    return await _in_pool(_hash, _cost, password)


async def verify(password: str, hashed: str) -> tuple[bool, str | None]:
    """Whether the password is the one hashed, and a new hash to store where the cost has risen.

    What can be nobody's password is a wrong one, and takes as long. Raises RateLimited when too
    many are waiting.
    """
    return await _in_pool(_verify, _cost, password, hashed)


async def verify_nobody(password: str) -> None:
    """The same work as for a wrong password, where there is no account."""
    await verify(password, "")


async def _in_pool(work: Callable[[*Args], Answer], *args: *Args) -> Answer:
    if not _PLACES.acquire(blocking=False):
        message = "Too many people are logging in at this moment. Try again in a second."
        raise RateLimited(message, retry_after=1)
    future = _WORKERS.submit(work, *args)
    future.add_done_callback(_leave)
    return await asyncio.wrap_future(future)


def _leave(_future: Future[Answer]) -> None:
    _PLACES.release()


def _is_possible(password: str) -> bool:
    return 0 < len(password) <= LONGEST and not any(
        character == "\0" or "\ud800" <= character <= "\udfff" for character in password
    )


@cache
def _context(cost: HashCost) -> CryptContext:
    return CryptContext(
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=cost.memory_kib,
        argon2__time_cost=cost.rounds,
        argon2__parallelism=1,
    )


def _hash(cost: HashCost, password: str) -> str:
    return str(_context(cost).hash(password))


@cache
def _hash_of_nobody(cost: HashCost) -> str:
    return _hash(cost, "nobody has this password")


def _verify(cost: HashCost, password: str, hashed: str) -> tuple[bool, str | None]:
    right = _fits(cost, password, hashed)
    if not right or not _is_cheaper(hashed, cost):
        return right, None
    return True, _hash(cost, password)


def _fits(cost: HashCost, password: str, hashed: str) -> bool:
    """Whether the password fits; what is no hash or no password costs the same and fits nothing."""
    nobody = _hash_of_nobody(cost)
    context = _context(cost)
    known = context.identify(hashed) is not None
    possible = _is_possible(password)
    tried, against = password if possible else "", hashed if known else nobody
    fits = context.verify(tried, against)
    _spend_the_rest(cost, tried, against)
    return bool(fits) and known and possible


def _spend_the_rest(cost: HashCost, password: str, spent: str) -> None:
    """Take as long for a hash of the least cost as for one of today's, and for nobody's.

    Where the cost was raised, accounts that have not logged in since would answer sooner than
    none: whoever it is, the work is that of one hash at each of the two costs.
    """
    if cost != LEAST_COST:
        rest = cost if _is_cheaper(spent, cost) else LEAST_COST
        _context(rest).verify(password, _hash_of_nobody(rest))


def _is_cheaper(hashed: str, cost: HashCost) -> bool:
    held = extract_parameters(hashed)
    return (
        held.type is not Type.ID
        or held.memory_cost < cost.memory_kib
        or held.time_cost < cost.rounds
    )


def _words_about(email: str, name: str) -> set[str]:
    """What somebody who knows the person and the service would try first."""
    words = {word.casefold() for word in (email, email.partition("@")[0], *name.split())}
    return {*_SERVICE, *(word for word in words if len(word) >= _SHORTEST_WORD)}


def _parts_about(email: str, name: str) -> tuple[str, ...]:
    """Words that are easy to guess here, though they may be part of a good password."""
    local_part, _, domain = email.partition("@")
    words = (local_part, *(_NOT_A_WORD.split(f"{local_part} {domain} {name}")))
    return (*_SERVICE, *_TRADE, *(word for word in words if len(word) >= _SHORTEST_PART))


def _weakness(password: str, about: tuple[str, ...]) -> str | None:
    """Why a password is easily guessed; None for one that is not."""
    # Its lists of words take 11 MB, and few processes ever meet somebody who chooses a password.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    with _JUDGING:
        found = zxcvbn(password[:_JUDGED], about)
    if found["score"] >= LEAST_SCORE:
        return None
    feedback = found["feedback"]
    return " ".join(filter(None, (feedback["warning"], *feedback["suggestions"])))

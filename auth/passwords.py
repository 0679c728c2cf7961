"""Passwords: which are accepted, and how they are kept and checked."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, NamedTuple, TypeVar, TypeVarTuple

from argon2 import Type, extract_parameters
from passlib.context import CryptContext

from domain.errors import Invalid

Answer = TypeVar("Answer")
Args = TypeVarTuple("Args")

LONGEST: Final = 256
SHORTEST: Final = 10


class Cost(NamedTuple):
    """What one hash takes: memory in KiB, and how many times it is gone over."""

    memory_kib: int = 19456
    rounds: int = 2


LEAST_COST: Final = Cost()

# Few workers, so that a burst of log-ins does not slow the other requests.
_WORKERS = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="password")

_cost = LEAST_COST

_STEMS: Final = frozenset({
    "abcdefghij", "administrator", "asdfghjkl", "baseball", "changeme", "diploma", "dragon",
    "football", "iloveyou", "letmein", "liverpool", "manchester", "monkey", "password",
    "passwordpassword", "princess", "qazwsxedc", "qwerty", "qwertyqwerty", "qwertyuiop", "secret",
    "sunshine", "superman", "teacher", "welcome", "zxcvbnm",
})  # fmt: skip
"""What the commonest passwords are made of, before figures and signs are put around it."""

_COMMON: Final = frozenset({
    "0123456789", "0987654321", "1029384756", "1122334455", "1234567890", "1234567891",
    "12345678910", "123456789a", "1234554321", "123qweasdzxc", "1q2w3e4r5t", "1q2w3e4r5t6y",
    "1qaz2wsx3edc", "a123456789", "abcd123456", "abcdef123456", "q1w2e3r4t5", "q1w2e3r4t5y6",
    "qwer123456", "qwertyuiop[]", "zaq12wsxcde3",
})  # fmt: skip

_FEWEST_CHARACTERS: Final = 5
_SHORTEST_WORD: Final = 4
_SERVICE: Final = "learnertracking"
_LOOKALIKES: Final = str.maketrans("@043!$57", "aoaeisst")


def use_cost(cost: Cost) -> None:
    """Hash at this cost from now on; raises ValueError for less than the least."""
    global _cost  # noqa: PLW0603 - one process hashes at one cost
    if cost.memory_kib < LEAST_COST.memory_kib or cost.rounds < LEAST_COST.rounds:
        message = "Passwords must not be hashed at less than the least cost."
        raise ValueError(message)
    _cost = cost


def check_shape(password: str) -> None:
    """Refuse what could not be checked at all; raises Invalid."""
    if (
        not password
        or len(password) > LONGEST
        or any(character == "\0" or "\ud800" <= character <= "\udfff" for character in password)
    ):
        message = (
            f"A password has 1 to {LONGEST} characters, none of them a null or half a character."
        )
        raise Invalid(message, code="PASSWORD_SHAPE", field="password")


def check_strength(password: str, *, email: str, name: str) -> None:
    """Refuse a new password that is short or easily guessed; raises Invalid with the reason."""
    check_shape(password)
    if len(password) < SHORTEST:
        message = f"The password must have at least {SHORTEST} characters."
        raise Invalid(message, code="PASSWORD_TOO_SHORT", field="password")
    folded = password.casefold()
    if _is_common(folded):
        message = "The password is among the commonest ones, or made like them."
        raise Invalid(message, code="PASSWORD_GUESSABLE", field="password")
    if any(word in folded for word in _words_about(email, name)):
        message = "The password must not contain your e-mail address, your name or the service's."
        raise Invalid(message, code="PASSWORD_GUESSABLE", field="password")


async def hash_password(password: str) -> str:
    """The hash to store; raises Invalid for a password of no possible shape."""
    check_shape(password)
    return await _in_pool(_hash, _cost, password)


async def verify(password: str, hashed: str) -> tuple[bool, str | None]:
    """Whether the password is the one hashed, and a new hash to store where the cost has risen."""
    check_shape(password)
    cost = _cost
    right = await _in_pool(_verify, cost, password, hashed)
    if not right or not _is_cheaper(hashed, cost):
        return right, None
    return True, await _in_pool(_hash, cost, password)


async def verify_nobody(password: str) -> None:
    """The same work as for a wrong password, where there is no account."""
    check_shape(password)
    await _in_pool(_verify, _cost, password, "")


async def _in_pool(work: Callable[[*Args], Answer], *args: *Args) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, work, *args)


@cache
def _context(cost: Cost) -> CryptContext:
    return CryptContext(
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=cost.memory_kib,
        argon2__time_cost=cost.rounds,
        argon2__parallelism=1,
    )


def _hash(cost: Cost, password: str) -> str:
    return str(_context(cost).hash(password))


@cache
def _hash_of_nobody(cost: Cost) -> str:
    return _hash(cost, "nobody has this password")


def _verify(cost: Cost, password: str, hashed: str) -> bool:
    """Whether the password fits; a hash that is none costs the same and fits nothing."""
    nobody = _hash_of_nobody(cost)
    context = _context(cost)
    known = context.identify(hashed) is not None
    return bool(context.verify(password, hashed if known else nobody)) and known


def _is_cheaper(hashed: str, cost: Cost) -> bool:
    held = extract_parameters(hashed)
    return (
        held.type is not Type.ID
        or held.memory_cost < cost.memory_kib
        or held.time_cost < cost.rounds
    )


def _is_common(folded: str) -> bool:
    if folded in _COMMON or len(set(folded)) < _FEWEST_CHARACTERS:
        return True
    plain = folded.strip("0123456789!?.,*#-_ ")
    return plain in _STEMS or plain.translate(_LOOKALIKES) in _STEMS


def _words_about(email: str, name: str) -> set[str]:
    """What somebody who knows the person and the service would try first."""
    local_part = email.partition("@")[0]
    words = {word.casefold() for word in (local_part, *name.split())}
    return {_SERVICE} | {word for word in words if len(word) >= _SHORTEST_WORD}

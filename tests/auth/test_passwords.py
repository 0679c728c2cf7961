import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Iterator

import pytest
from argon2 import Type, extract_parameters
from passlib.context import CryptContext

from auth import passwords
from auth.passwords import (
    HashCost,
    check_shape,
    check_strength,
    hash_password,
    verify,
    verify_nobody,
)
from domain.errors import Invalid, RateLimited

GOOD = "correct horse battery staple"
EMAIL = "j.okafor@example.org"
NAME = "Josephine Ada Okafor"


@pytest.fixture(autouse=True)
def _least_cost_afterwards() -> Iterator[None]:
    yield
    passwords.use_cost(passwords.LEAST_COST)


async def test_a_hash_is_argon2id_at_the_least_cost_or_more() -> None:
    held = extract_parameters(await hash_password(GOOD))

    assert (held.type, held.memory_cost, held.time_cost, held.parallelism) == (Type.ID, 19456, 2, 1)


async def test_only_the_right_password_fits() -> None:
    hashed = await hash_password(GOOD)

    assert await verify(GOOD, hashed) == (True, None)
    assert await verify(GOOD + " ", hashed) == (False, None)


async def test_the_same_password_hashes_differently_each_time() -> None:
    assert await hash_password(GOOD) != await hash_password(GOOD)


@pytest.mark.parametrize("cost", [HashCost(memory_kib=20480), HashCost(rounds=3)])
async def test_a_risen_cost_gives_a_new_hash_and_a_fallen_one_does_not(cost: HashCost) -> None:
    cheap = await hash_password(GOOD)
    passwords.use_cost(cost)

    right, dear = await verify(GOOD, cheap)

    assert right
    assert dear is not None
    assert await verify(GOOD, dear) == (True, None)
    assert await verify("wrong password", cheap) == (False, None)
    passwords.use_cost(passwords.LEAST_COST)
    assert await verify(GOOD, dear) == (True, None)


@pytest.mark.parametrize("cost", [HashCost(memory_kib=8192), HashCost(rounds=1)])
def test_less_than_the_least_cost_is_refused(cost: HashCost) -> None:
    with pytest.raises(ValueError, match="least cost"):
        passwords.use_cost(cost)


@pytest.mark.parametrize("hashed", ["", "!", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_a_hash_that_is_none_fits_nothing(hashed: str) -> None:
    assert await verify(GOOD, hashed) == (False, None)
    assert await verify("nobody has this password", hashed) == (False, None)


IMPOSSIBLE = ["", "x" * 257, "null\0inside", "half \ud800 a character"]


@pytest.mark.parametrize("password", [GOOD, *IMPOSSIBLE])
async def test_every_refusal_takes_the_same_work(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = await hash_password("another password")
    done: list[str] = []

    def counted(self: CryptContext, secret: str, held: str) -> bool:
        done.append(held)
        return bool(real(self, secret, held))

    real = CryptContext.verify
    monkeypatch.setattr(CryptContext, "verify", counted)
    await verify_nobody(password)
    assert await verify(password, hashed) == (False, None)

    assert len(done) == 2
    assert done[1] == hashed
    costs = {(held.memory_cost, held.time_cost) for held in map(extract_parameters, done)}
    assert costs == {(19456, 2)}


async def test_a_refusal_takes_the_same_work_where_the_cost_was_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = await hash_password("an old password")
    passwords.use_cost(HashCost(rounds=3))
    new = await hash_password("a new password")
    await verify_nobody(GOOD)  # makes what is made once
    done: list[int] = []

    def counted(self: CryptContext, secret: str, held: str) -> bool:
        done.append(extract_parameters(held).time_cost)
        return bool(real(self, secret, held))

    real = CryptContext.verify
    monkeypatch.setattr(CryptContext, "verify", counted)
    for hashed in ("", old, new):
        assert await verify(GOOD, hashed) == (False, None)
        assert sorted(done) == [2, 3]
        done.clear()


@pytest.mark.parametrize("password", IMPOSSIBLE)
async def test_an_impossible_password_is_not_kept(password: str) -> None:
    for attempt in (
        lambda: hash_password(password),
        lambda: check_strength(password, email=EMAIL, name=NAME),
    ):
        with pytest.raises(Invalid) as refusal:
            await attempt()
        assert (refusal.value.code, refusal.value.field) == ("PASSWORD_SHAPE", "password")


@pytest.mark.parametrize("password", ["x" * 256, "日本語のパスワードです", "🔑 🔑 🔑"])
def test_any_character_and_256_of_them_are_welcome(password: str) -> None:
    check_shape(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("nine char", "PASSWORD_TOO_SHORT"),
        ("0123456789", "PASSWORD_GUESSABLE"),
        ("1234567890", "PASSWORD_GUESSABLE"),
        ("1q2w3e4r5t", "PASSWORD_GUESSABLE"),
        ("aaaaaaaaaaaaaa", "PASSWORD_GUESSABLE"),
        ("diploma2010", "PASSWORD_GUESSABLE"),
        ("example-org", "PASSWORD_GUESSABLE"),
        ("iloveyou12345", "PASSWORD_GUESSABLE"),
        ("p@ssw0rd2010", "PASSWORD_GUESSABLE"),
        ("Password123!", "PASSWORD_GUESSABLE"),
        ("passwordpassword", "PASSWORD_GUESSABLE"),
        ("qwertyuiop", "PASSWORD_GUESSABLE"),
        ("zaq12wsxcde3", "PASSWORD_GUESSABLE"),
        # whoever knows the person or the service
        (EMAIL, "PASSWORD_GUESSABLE"),
        ("I am j.okafor today", "PASSWORD_GUESSABLE"),
        ("Josephine is here", "PASSWORD_GUESSABLE"),
        ("Learnertracking1", "PASSWORD_GUESSABLE"),
        ("my LearnerTracking key", "PASSWORD_GUESSABLE"),
        ("we love learner tracking", "PASSWORD_GUESSABLE"),
        (f"{'correct horse battery staple ' * 3} {NAME}", "PASSWORD_GUESSABLE"),
    ],
)
async def test_a_weak_password_is_refused_with_the_reason(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await check_strength(password, email=EMAIL, name=NAME)

    assert (refusal.value.code, refusal.value.field) == (code, "password")
    assert refusal.value.message.endswith(".")
    assert password not in refusal.value.message


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("qwertyuiop", "common password"),
        ("aaaaaaaaaaaaaa", "Repeats"),
        ("p@ssw0rd2010", "Predictable substitutions"),
    ],
)
async def test_the_reason_says_what_makes_it_weak(password: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        await check_strength(password, email=EMAIL, name=NAME)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "a long enough secret",
        "Ada likes tea at four",
        "日本語のパスワードです",
        "try-V_f3lBt4D_FH",
        "x" + GOOD * 9,
        ("4@8({[<3691!|17|0$5+7%2" * 12)[:256],  # what zxcvbn takes longest for
    ],
)
async def test_a_good_password_is_accepted(password: str) -> None:
    await check_strength(password, email=EMAIL, name=NAME)


async def test_a_random_password_of_the_demo_is_accepted() -> None:
    for _ in range(50):
        await check_strength(f"try-{secrets.token_urlsafe(9)}", email=EMAIL, name=NAME)


@pytest.fixture
def _hasty_threads() -> Iterator[None]:
    """Threads take turns so often that they meet wherever they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_hasty_threads")
async def test_each_password_is_judged_by_the_words_of_its_own_person() -> None:
    judge = passwords._weakness  # noqa: SLF001 - in more threads than the pool has everywhere
    people = [("zyxomma",), ("quetzal",), ("wombatty",)] * 20

    found = await asyncio.gather(
        *(asyncio.to_thread(judge, "zyxomma-1999", words) for words in people)
    )

    assert [reason is not None for reason in found] == [True, False, False] * 20


class Held:
    """Work that goes on until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        monkeypatch.setattr(passwords, "_fits", self._fits)

    def _fits(self, _cost: HashCost, _password: str, _hashed: str) -> bool:
        return not self.go.wait(timeout=60)


async def test_when_too_many_wait_the_next_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held(monkeypatch)
    room = passwords.MOST_WAITING + passwords._WORKERS._max_workers  # noqa: SLF001 - those at work
    waiting = [asyncio.ensure_future(verify_nobody(GOOD)) for _ in range(room)]
    await asyncio.sleep(0)
    try:
        for attempt in (
            lambda: verify(GOOD, ""),
            lambda: verify_nobody(GOOD),
            lambda: hash_password(GOOD),
            lambda: check_strength(GOOD, email=EMAIL, name=NAME),
        ):
            with pytest.raises(RateLimited) as refusal:
                await attempt()
            assert refusal.value.retry_after == 1
        waiting[-1].cancel()
        await asyncio.gather(waiting[-1], return_exceptions=True)
        after_one_left = asyncio.ensure_future(verify_nobody(GOOD))
        await asyncio.sleep(0)
        assert not after_one_left.done()
    finally:
        held.go.set()
        await asyncio.gather(*waiting, return_exceptions=True)
    await after_one_left

    assert await verify(GOOD, "") == (False, None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ranks single threads")
async def test_passwords_are_hashed_after_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    ranks: list[int] = []

    def ranked(*_arguments: object) -> bool:
        ranks.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return False

    monkeypatch.setattr(passwords, "_fits", ranked)
    await verify_nobody(GOOD)

    assert ranks == [max(10, os.getpriority(os.PRIO_PROCESS, os.getpid()))]
    assert passwords._WORKERS._max_workers == min(  # noqa: SLF001 - how many there may be
        4, max(1, len(os.sched_getaffinity(0)) - 1)
    )

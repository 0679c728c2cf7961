from collections.abc import Iterator

import pytest
from argon2 import Type, extract_parameters

from auth import passwords
from auth.passwords import Cost, check_shape, check_strength, hash_password, verify, verify_nobody
from domain.errors import Invalid

GOOD = "correct horse battery staple"


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


@pytest.mark.parametrize("cost", [Cost(memory_kib=20480), Cost(rounds=3)])
async def test_a_risen_cost_gives_a_new_hash_and_a_fallen_one_does_not(cost: Cost) -> None:
    cheap = await hash_password(GOOD)
    passwords.use_cost(cost)

    right, dear = await verify(GOOD, cheap)

    assert right
    assert dear is not None
    assert await verify(GOOD, dear) == (True, None)
    assert await verify("wrong password", cheap) == (False, None)
    passwords.use_cost(passwords.LEAST_COST)
    assert await verify(GOOD, dear) == (True, None)


@pytest.mark.parametrize("cost", [Cost(memory_kib=8192), Cost(rounds=1)])
def test_less_than_the_least_cost_is_refused(cost: Cost) -> None:
    with pytest.raises(ValueError, match="least cost"):
        passwords.use_cost(cost)


@pytest.mark.parametrize("hashed", ["", "!", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_a_hash_that_is_none_fits_nothing(hashed: str) -> None:
    assert await verify(GOOD, hashed) == (False, None)
    assert await verify("nobody has this password", hashed) == (False, None)


async def test_nobody_is_checked_with_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = passwords._verify  # noqa: SLF001 - counts the work

    def counted(cost: Cost, password: str, hashed: str) -> bool:
        done.append(hashed)
        return real(cost, password, hashed)

    monkeypatch.setattr(passwords, "_verify", counted)
    await verify_nobody(GOOD)
    await verify(GOOD, await hash_password("another password"))

    assert len(done) == 2


@pytest.mark.parametrize("password", ["", "x" * 257, "null\0inside", "half \ud800 a character"])
async def test_an_impossible_password_is_refused_whoever_is_asked_for(password: str) -> None:
    hashed = await hash_password(GOOD)
    for attempt in (
        lambda: verify(password, hashed),
        lambda: verify_nobody(password),
        lambda: hash_password(password),
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
        ("1234567890", "PASSWORD_GUESSABLE"),
        ("Password123!", "PASSWORD_GUESSABLE"),
        ("p@ssw0rd2010", "PASSWORD_GUESSABLE"),
        ("aaaaaaaaaaaaaa", "PASSWORD_GUESSABLE"),
        ("my LearnerTracking key", "PASSWORD_GUESSABLE"),
        ("I am j.okafor today", "PASSWORD_GUESSABLE"),
        ("Josephine is here", "PASSWORD_GUESSABLE"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_strength(password, email="j.okafor@example.org", name="Josephine Ada Okafor")

    assert (refusal.value.code, refusal.value.field) == (code, "password")


@pytest.mark.parametrize(
    "password", [GOOD, "tenletters", "Ada likes tea at four", "x7" * 5 + "pqz"]
)
def test_a_good_password_is_accepted(password: str) -> None:
    check_strength(password, email="j.okafor@example.org", name="Josephine Ada Okafor")

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.throttle import Attempt, Limit, Throttle
from domain.errors import RateLimited
from tests.auth.redis_server import RedisServer

SCHOOL = "198.51.100.7"
HOME = "203.0.113.9"
OWNER = "j.okafor@example.org"

Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets so many seconds go by, for both kinds of counts."""
    real, passed = time.time, 0.0

    def go_on(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(time, "time", lambda: real() + passed)
    return go_on


@pytest.fixture(params=["own counts", "shared counts"])
async def throttle(request: pytest.FixtureRequest) -> AsyncIterator[Throttle]:
    url = None
    if request.param == "shared counts":
        url = request.getfixturevalue("redis").url
    made = Throttle(url, patience=30)
    yield made
    await made.close()


async def let_in(
    throttle: Throttle, account: str, address: str | None, *, known: bool = False
) -> bool:
    """Whether a right log-in gets in."""
    try:
        attempt = await throttle.begin_log_in(account, address, known=known)
    except RateLimited:
        return False
    await throttle.succeeded(attempt)
    return True


async def guess(
    throttle: Throttle, account: str, address: str | None, *, known: bool = False
) -> int | None:
    """Guess wrong once; the seconds to wait where the guess is not even looked at."""
    try:
        attempt = await throttle.begin_log_in(account, address, known=known)
    except RateLimited as refusal:
        return refusal.retry_after
    await throttle.failed(attempt)
    return None


async def guesses(throttle: Throttle, tries: Iterable[tuple[str, str]]) -> int:
    """How many guesses, each at an account from an address, were looked at."""
    return sum([await guess(throttle, *one) is None for one in tries])


def addresses(count: int) -> list[str]:
    return [f"192.0.{2 + number // 250}.{1 + number % 250}" for number in range(count)]


@pytest.mark.parametrize(
    ("limit", "who", "times", "seconds"),
    [
        (Limit.FIND_USER, 7, 20, 3600),
        (Limit.ONE_TIME_TOKEN, SCHOOL, 20, 3600),
        (Limit.PASSWORD_CHECK, 7, 10, 900),
        (Limit.REGISTER, SCHOOL, 10, 3600),
        (Limit.RESET_PASSWORD, SCHOOL, 10, 3600),
        (Limit.RESET_PASSWORD_ACCOUNT, OWNER, 3, 3600),
    ],
)
async def test_a_limit_holds_for_its_window_and_for_nobody_else(
    throttle: Throttle, limit: Limit, who: str | int, times: int, seconds: int, later: Later
) -> None:
    for _ in range(times):
        await throttle.check(limit, who)
    for _ in range(3):
        with pytest.raises(RateLimited) as refusal:
            await throttle.check(limit, who)
        assert seconds - 60 <= refusal.value.retry_after <= seconds
        assert not await throttle.allows(limit, who)

    assert await throttle.allows(limit, 8 if isinstance(who, int) else "203.0.113.8")
    later(refusal.value.retry_after)
    assert await throttle.allows(limit, who)


async def test_every_limit_counts_for_itself(throttle: Throttle) -> None:
    assert len(Limit) == 6
    while await throttle.allows(Limit.REGISTER, SCHOOL):
        pass

    for limit in set(Limit) - {Limit.REGISTER}:
        assert await throttle.allows(limit, SCHOOL)
    assert await let_in(throttle, OWNER, SCHOOL)


async def test_an_account_is_one_however_its_address_is_written(throttle: Throttle) -> None:
    limit = Limit.RESET_PASSWORD_ACCOUNT
    written = ["anaïs@example.org", " ANAÏS@EXAMPLE.ORG\n", "anai\u0308s@example.org"]

    assert [await throttle.allows(limit, email) for email in written] == [True] * 3
    assert not await throttle.allows(limit, "anaïs@example.org")


@pytest.mark.parametrize(
    "same",
    [
        ("2001:db8::1", "2001:db8::ffff:1", "2001:0db8:0:0:ffff::"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        (None, "", "unknown", "testclient", "192.0.2.1.example.org"),
    ],
)
async def test_what_counts_as_one_address(same: tuple[str | None, ...]) -> None:
    throttle = Throttle()
    for number in range(10):
        await throttle.check(Limit.REGISTER, same[number % len(same)])

    assert [await throttle.allows(Limit.REGISTER, address) for address in same] == [
        False for _ in same
    ]
    for other in ("2001:db8:0:1::1", "192.0.2.2", "::1"):
        assert await throttle.allows(Limit.REGISTER, other)


async def test_redis_is_not_told_who_tried(redis: RedisServer) -> None:
    throttle = Throttle(redis.url, patience=30)
    await guess(throttle, OWNER, HOME)
    await throttle.allows(Limit.RESET_PASSWORD_ACCOUNT, OWNER)
    await throttle.close()

    keys = redis.ask("KEYS *")

    assert HOME.encode() in keys
    assert b"okafor" not in keys
    assert b"example" not in keys


async def test_what_redis_is_told_it_forgets(redis: RedisServer) -> None:
    throttle = Throttle(redis.url, patience=30)
    await guess(throttle, OWNER, HOME)
    await throttle.close()

    names = [line for line in redis.ask("KEYS *").split() if line.startswith(b"learner-tracking:")]

    assert len(names) == 7
    for name in names:
        assert 0 < int(redis.ask(f"TTL {name.decode()}").split(b"\r\n")[0][1:]) <= 86400


async def test_the_more_guesses_the_longer_the_wait(throttle: Throttle, later: Later) -> None:
    waits = []
    looked_at = 0
    while looked_at < 41:
        wait = await guess(throttle, OWNER, SCHOOL)
        if wait is None:
            looked_at += 1
        else:
            waits.append((looked_at, wait))
            later(wait)

    assert [after for after, _ in waits] == [5, 10, 15, 20, 25, 30, 35, 40]
    expected = [60, 540, 60, 2940, 60, 540, 60, 82140]
    assert [
        abs(wait - seconds) < 60 for (_, wait), seconds in zip(waits, expected, strict=True)
    ] == [True for _ in waits], waits


async def test_refused_guesses_do_not_prolong_the_wait(throttle: Throttle, later: Later) -> None:
    tries = [(OWNER, SCHOOL)] * 200

    assert await guesses(throttle, tries) == 5
    later(61)
    assert await guesses(throttle, tries) == 5


async def test_a_right_log_in_takes_the_wrong_ones_before_it_back(throttle: Throttle) -> None:
    for _ in range(15):
        assert await guesses(throttle, [(OWNER, SCHOOL)] * 3) == 3
        assert await let_in(throttle, OWNER, SCHOOL)
        assert await let_in(throttle, OWNER, SCHOOL)


async def test_a_hundred_guesses_at_once_are_five(throttle: Throttle) -> None:
    found = await asyncio.gather(*(guess(throttle, OWNER, SCHOOL) for _ in range(100)))

    assert found.count(None) == 5


async def test_a_log_in_that_nobody_ends_has_failed(throttle: Throttle) -> None:
    for _ in range(5):
        await throttle.begin_log_in(OWNER, SCHOOL, known=True)

    assert not await let_in(throttle, OWNER, SCHOOL, known=True)


async def test_a_password_that_nobody_looked_at_counts_for_nothing(throttle: Throttle) -> None:
    for _ in range(70):
        await throttle.untried(await throttle.begin_log_in(OWNER, SCHOOL, known=False))

    assert await guesses(throttle, [(OWNER, SCHOOL)] * 10) == 5


@pytest.mark.parametrize("end", [Throttle.failed, Throttle.succeeded, Throttle.untried])
async def test_a_log_in_ends_once(
    throttle: Throttle, end: Callable[[Throttle, Attempt], Awaitable[None]]
) -> None:
    ended = await throttle.begin_log_in(OWNER, SCHOOL, known=False)
    await end(throttle, ended)
    await guesses(throttle, [(OWNER, SCHOOL)] * 5)

    await throttle.succeeded(ended)
    await throttle.untried(ended)

    assert not await let_in(throttle, OWNER, SCHOOL)


async def test_guesses_at_one_place_do_not_keep_the_owner_out_at_another(
    throttle: Throttle,
) -> None:
    assert await guesses(throttle, [(OWNER, SCHOOL)] * 200) == 5

    assert not await let_in(throttle, OWNER, SCHOOL)
    assert await let_in(throttle, OWNER, HOME)
    assert await let_in(throttle, "somebody.else@example.org", SCHOOL)


async def test_many_addresses_are_slowed_and_the_owner_gets_in(throttle: Throttle) -> None:
    tries = [(OWNER, address) for _ in range(5) for address in addresses(200)]

    assert await guesses(throttle, tries) == 250  # 50, and then one from each address
    assert await let_in(throttle, OWNER, HOME)
    assert await let_in(throttle, OWNER, HOME)
    assert await let_in(throttle, OWNER, SCHOOL, known=True)
    assert await guess(throttle, OWNER, HOME) is None
    assert await guess(throttle, OWNER, HOME) is not None


async def test_a_besieged_account_has_one_guess_a_quarter_of_an_hour_from_each_address(
    throttle: Throttle, later: Later
) -> None:
    await guesses(throttle, [(OWNER, address) for address in addresses(50)])
    tries = [(OWNER, address) for address in addresses(30)] * 3

    assert await guesses(throttle, tries) == 30
    assert await guess(throttle, OWNER, addresses(1)[0]) in range(840, 901)
    later(901)
    assert await guesses(throttle, tries) == 30


async def test_guesses_at_once_from_many_addresses_are_slowed_alike(throttle: Throttle) -> None:
    tries = [guess(throttle, OWNER, address) for address in addresses(60) * 4]

    found = await asyncio.gather(*tries)

    assert 60 <= found.count(None) <= 110


async def test_beyond_500_guesses_a_day_each_unknown_address_has_one_a_quarter_of_an_hour(
    throttle: Throttle, later: Later
) -> None:
    tries = [(OWNER, address) for address in addresses(600)]

    assert await guesses(throttle, tries) == 600
    later(7_200)  # nobody is guessing of late
    assert await guesses(throttle, [(OWNER, address) for address in addresses(30)] * 3) == 30
    assert await let_in(throttle, OWNER, HOME)
    assert await guess(throttle, OWNER, HOME) is None
    assert await guess(throttle, OWNER, HOME) in range(840, 901)
    assert await let_in(throttle, OWNER, SCHOOL, known=True)
    assert await guess(throttle, OWNER, SCHOOL, known=True) is None
    assert await let_in(throttle, "somebody.else@example.org", HOME)


async def test_networks_of_ipv6_have_five_guesses_a_quarter_of_an_hour_at_a_besieged_account(
    throttle: Throttle, later: Later
) -> None:
    await guesses(throttle, [(OWNER, address) for address in addresses(60)])
    one = [(OWNER, f"2001:db8:1:{number:x}::1") for number in range(40)]
    another = [(OWNER, f"2001:db8:2:{number:x}::1") for number in range(40)]

    assert await guesses(throttle, one) == 5
    assert await guesses(throttle, [(OWNER, "2001:db8:3:1::1"), (OWNER, "2001:db8:3:1::2")]) == 1
    assert await guesses(throttle, another) == 5
    later(901)
    assert await guesses(throttle, one) == 5


async def test_where_the_owner_is_known_to_be_nothing_failed_before(throttle: Throttle) -> None:
    await guesses(throttle, [(OWNER, address) for address in addresses(600)])
    assert await guesses(throttle, [(OWNER, HOME)] * 10) == 1
    assert await guesses(throttle, [(OWNER, SCHOOL)] * 10) == 1

    await throttle.welcome(f" {OWNER.upper()}", HOME)

    assert await let_in(throttle, OWNER, HOME, known=True)
    assert await guess(throttle, OWNER, SCHOOL) is not None


async def test_many_accounts_from_one_address_are_slowed(throttle: Throttle, later: Later) -> None:
    tries = [(f"learner{number}@example.org", SCHOOL) for number in range(500)]

    assert await guesses(throttle, tries) == 60
    later(61)
    assert await guesses(throttle, tries) == 40
    assert await guess(throttle, OWNER, SCHOOL) in range(3000, 3601)
    assert await let_in(throttle, OWNER, HOME)


async def test_a_whole_school_logs_in_within_a_minute(throttle: Throttle) -> None:
    people = [f"teacher{number}@example.org" for number in range(150)]
    for number in range(0, 150, 50):
        group = people[number : number + 50]
        assert all(await asyncio.gather(*(let_in(throttle, one, SCHOOL) for one in group)))

    assert await guesses(throttle, [(one, SCHOOL) for one in people]) == 60


@given(
    st.lists(
        st.tuples(st.sampled_from(addresses(12)), st.integers(1, 8), st.booleans()), max_size=40
    )
)
@settings(max_examples=40)
def test_whatever_others_do_the_owner_gets_in_at_the_first_try(
    done: list[tuple[str, int, bool]],
) -> None:
    async def scene() -> None:
        throttle = Throttle()
        for address, times, known in done:
            await asyncio.gather(
                *(guess(throttle, OWNER, address, known=known) for _ in range(times))
            )
        assert await let_in(throttle, OWNER, HOME)
        assert await let_in(throttle, OWNER, SCHOOL, known=True)

    asyncio.run(scene())

"""Believable learners and places: names, birth dates and numbers from one seeded source."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from domain.identifiers import IdentifierError, parse_upn, uci_check_letter, uln_check_digit

FAKER_LOCALE = "en_GB"
POOL_DRAWS = 900
"""Names drawn for each pool; the common ones come up more often, as in life."""

FIRST_BODY = 100_000_000
BODIES = 900_000_000
"""How many nine-digit numbers a ULN can begin with."""

STRIDE = 387_420_491
"""Shares no factor with the count of bodies, so that every one is visited before any returns."""

SEED_STRIDE = 104_729

STRANGERS_FROM = 450_000_000
"""Where the numbers begin that belong to no learner of the sample."""

LAST_CANDIDATE = 9_999
LAST_SERIAL = 999
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"

UNUSUAL_GIVEN = (
    "Aoife",
    "Anaïs",
    "Ayesha",
    "Chloë",
    "Fatoumata",
    "François",
    "Jean-Luc",
    "José",
    "Kwame",
    "Łukasz",
    "Mary-Jane",
    "Mohammed",
    "Niamh",
    "Renée",
    "Siân",
    "Søren",
    "Thảo",
    "Zoë",
)
UNUSUAL_FAMILY = (
    "Adeyemi-Okonkwo",
    "D'Souza",
    "de la Cruz",
    "Dvořák",
    "García",
    "Kovačević",
    "MacDonald",
    "McCarthy",
    "Müller",
    "Nguyễn",
    "Núñez",
    "O'Brien",
    "O'Neill",
    "Ó Súilleabháin",
    "Şahin",
    "St John",
    "ter Horst",
    "van der Berg",
    "Wójcik",
)
SHARE_UNUSUAL = 0.06
SHARE_DOUBLE_BARRELLED = 0.03

PLACE_BEGINNINGS = (
    *("Ash", "Barn", "Beck", "Bex", "Brad", "Bram", "Bur", "Chad", "Clay", "Copt", "Dean"),
    *("Dray", "East", "Elm", "Fal", "Farn", "Glen", "Hart", "Hazel", "Hol", "Kel", "Kings"),
    *("Lang", "Mal", "Mar", "Nether", "North", "Oak", "Pen", "Rad", "Roth", "Sal", "Sher"),
    *("South", "Stan", "Thorn", "Wal", "West", "Whit", "Wood"),
)
PLACE_ENDINGS = (
    *("borough", "bourne", "bridge", "bury", "combe", "dale", "den", "field", "ford", "ham"),
    *("hurst", "leigh", "ley", "mere", "port", "stead", "ton", "wick", "well", "worth"),
)


class Person(NamedTuple):
    """A learner as feeds name them."""

    given_name: str
    family_name: str
    date_of_birth: str


class NamePools:
    """Names to pick from, drawn once; and the random source that everything is drawn from."""

    def __init__(self, seed: int) -> None:
        """Fill the pools; the same seed fills them with the same names."""
        from faker import Faker  # noqa: PLC0415 - slow to read, and a server makes nobody up

        faker = Faker(FAKER_LOCALE)
        faker.seed_instance(seed)
        self.random: Random = faker.random
        """A repeatable source is wanted here: nothing secret is drawn from it."""
        self._given = [faker.first_name() for _ in range(POOL_DRAWS)]
        self._family = [faker.last_name() for _ in range(POOL_DRAWS)]

    def person(self, born: tuple[date, int]) -> Person:
        """Somebody born on one of a number of days from a first one."""
        draw = self.random
        first_day, days = born
        given, family = draw.choice(self._given), draw.choice(self._family)
        luck = draw.random()
        if luck < SHARE_UNUSUAL:
            family = draw.choice(UNUSUAL_FAMILY)
            given = draw.choice(UNUSUAL_GIVEN) if luck < SHARE_UNUSUAL / 2 else given
        elif luck < SHARE_UNUSUAL + SHARE_DOUBLE_BARRELLED:
            family = f"{family}-{draw.choice(self._family)}"
        birthday = first_day + timedelta(days=int(draw.random() * days))
        return Person(given, family, birthday.isoformat())

    def given_name(self) -> str:
        """Another given name."""
        return self.random.choice(self._given)


def ulns(seed: int, start: int = 0) -> Iterator[str]:
    """Valid ULNs, none twice; sequences that start far apart do not meet."""
    number = (seed * SEED_STRIDE + start * STRIDE) % BODIES
    while True:
        body = str(FIRST_BODY + number)
        digit = uln_check_digit(body)
        if digit is not None:
            yield body + digit
        number = (number + STRIDE) % BODIES


def uci(centre_number: str, year: int, candidate: int) -> str:
    """The candidate identifier of a centre's candidate; empty once four digits do not suffice."""
    if candidate > LAST_CANDIDATE:
        return ""
    body = f"{centre_number}0{year % 100:02d}{candidate:04d}"
    return body + uci_check_letter(body)


def upn(dfe_number: str, year: int, serial: int) -> str:
    """The pupil number of a school's pupil; empty once three digits do not suffice."""
    if serial > LAST_SERIAL:
        return ""
    body = f"{dfe_number}{year % 100:02d}{serial:03d}"
    return next(letter + body for letter in UPN_LETTERS if _is_upn(letter + body))


def _is_upn(text: str) -> bool:
    """Whether a pupil number begins with its check letter."""
    try:
        parse_upn(text)
    except IdentifierError:
        return False
    return True


def place_name(number: int) -> str:
    """The name of a place in a country that might be England; numbers far apart may share one."""
    beginning = PLACE_BEGINNINGS[number % len(PLACE_BEGINNINGS)]
    row = number // len(PLACE_BEGINNINGS) + number
    return beginning + PLACE_ENDINGS[row % len(PLACE_ENDINGS)]

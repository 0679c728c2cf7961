"""Schools and colleges, the consortia they form, and what they are verified for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from domain.catalogue import Qualification
from domain.vocabulary import VerificationState
from exchange.sample.catalogue import SampleCatalogue
from exchange.sample.people import PLACE_BEGINNINGS, PLACE_ENDINGS, place_name
from exchange.sample.season import Season, academic_year

LOWEST_NUMBER = 10_101
NUMBERS = 59_999
"""How many centre numbers there are to give; the stride shares no factor with it."""

STRIDE = 7_927
MOST_CENTRES = 50_000
LEAST_MEMBERS, MOST_MEMBERS = 3, 8
SHARE_IN_TWO = 0.3
SHARE_VERIFIED = 0.7
SHARE_KNOWN = 0.85
FIRST_AUTHORITY, AUTHORITIES = 801, 138

KINDS = (
    "High School",
    "Community College",
    "Academy",
    "Sixth Form College",
    "School",
    "Technology College",
    "Further Education College",
    "Grammar School",
    "St Mary's Catholic School",
    "School and Sports College",
    "Upper School",
)


@dataclass(slots=True)
class Centre:
    """A school or college with its learners' choices."""

    number: str
    name: str
    dfe_number: str
    verified: dict[tuple[int, int], tuple[Qualification, ...]]
    """Vocational programmes it may claim, by level and hours."""
    unverified: dict[tuple[int, int], tuple[Qualification, ...]]
    """Programmes that were not verified, or of which nothing is known."""
    states: tuple[tuple[str, VerificationState], ...]
    """What the feed says of this year, by QAN."""
    weight: float
    """How many learners it attracts, compared with others."""
    candidates: int = field(default=0)
    """Candidate numbers given so far."""


@dataclass(frozen=True, slots=True)
class Consortium:
    """Centres that deliver lines of learning together."""

    code: str
    name: str
    members: tuple[Centre, ...]


def build_centres(count: int, seed: int, draw: Random, catalogue: SampleCatalogue) -> list[Centre]:
    """The centres of the sample, each with its number and its programmes."""
    if not 1 <= count <= MOST_CENTRES:
        message = f"centres must be between 1 and {MOST_CENTRES}, not {count}"
        raise ValueError(message)
    return [_centre(row, seed, draw, catalogue) for row in range(count)]


def _centre(row: int, seed: int, draw: Random, catalogue: SampleCatalogue) -> Centre:
    """One centre; its place in the list decides its number and name."""
    number = LOWEST_NUMBER + (seed * 31 + row * STRIDE) % NUMBERS
    places = len(PLACE_BEGINNINGS) * len(PLACE_ENDINGS)
    kind = KINDS[(row + row // places) % len(KINDS)]
    authority = FIRST_AUTHORITY + (row // MOST_MEMBERS + seed) % AUTHORITIES
    verified: dict[tuple[int, int], tuple[Qualification, ...]] = {}
    unverified: dict[tuple[int, int], tuple[Qualification, ...]] = {}
    states: list[tuple[str, VerificationState]] = []
    for key, programmes in catalogue.vocational.items():
        order = draw.sample(programmes, len(programmes))
        held = 1 + sum(draw.random() < SHARE_VERIFIED for _ in order[2:])
        verified[key], unverified[key] = tuple(order[:held]), tuple(order[held:])
        states += [(found.qan, VerificationState.VERIFIED) for found in order[:held]]
        states += [
            (found.qan, VerificationState.NOT_VERIFIED)
            for found in order[held:]
            if draw.random() < SHARE_KNOWN
        ]
    claimable = (*catalogue.expired.values(), catalogue.post_sixteen)
    states += [(found.qan, VerificationState.VERIFIED) for found in claimable]
    return Centre(
        number=f"{number:05d}",
        name=f"{place_name(row * 7 + seed)} {kind}",
        dfe_number=f"{authority}{4000 + row % 1000:04d}",
        verified=verified,
        unverified=unverified,
        states=tuple(sorted(states)),
        weight=0.5 + draw.random(),
    )


def build_consortia(centres: list[Centre], draw: Random) -> list[Consortium]:
    """Consortia of three to eight centres; now and then two of them share one."""
    consortia: list[Consortium] = []
    start = 0
    while start < len(centres):
        left = len(centres) - start
        size = left
        if left > MOST_MEMBERS:
            size = draw.randint(LEAST_MEMBERS, min(MOST_MEMBERS, left - LEAST_MEMBERS))
        members = centres[start : start + size]
        if consortia and size < MOST_MEMBERS and draw.random() < SHARE_IN_TWO:
            members = [centres[start - 1], *members]
        row = len(consortia)
        name = f"{members[-1].name.split()[0]} and District 14-19 Consortium"
        consortia.append(Consortium(f"C{row + 1:04d}", name, tuple(members)))
        start += size
    return consortia


def verifications(centre: Centre, season: Season) -> Iterator[tuple[str, str, str, str, str]]:
    """What the feed says of a centre's programmes, this academic year and the one before."""
    this_year, last_year = season.academic_year, academic_year(season.year_start.year - 1)
    for row, (qan, state) in enumerate(centre.states):
        known = state is VerificationState.VERIFIED
        when = season.this_year[row * 3 % len(season.this_year)] if known else ""
        yield centre.number, qan, this_year, state.value, when
        if row % 3 == 0:
            earlier = f"{season.year_start.year}-0{4 + row % 4}-{10 + row % 18:02d}"
            yield centre.number, qan, last_year, VerificationState.VERIFIED.value, earlier

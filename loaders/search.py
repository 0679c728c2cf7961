"""Prefix search over the parts of names, the best hits first."""

from collections.abc import Sequence
from hashlib import sha256

from auth import scope
from database.query import ALWAYS, Clause, Dialect
from loaders.filters import END, name_clause, named_clause
from loaders.learners import LEARNER_SOURCES, LEARNER_TABLES
from loaders.paging import Order, PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.rows import LearnerRow
from loaders.select import columns_of
from loaders.views import in_view


class FoundLearnerRow(LearnerRow, frozen=True):
    """A learner with the sort key among the hits."""

    tier: str
    """How well the name fits, 0 for best."""
    part: str
    """The part of the name that fits."""
    place: str
    """The whole name and the ULN."""


_COLUMNS = columns_of(
    FoundLearnerRow,
    "l",
    {**LEARNER_SOURCES, "tier": "s.tier", "part": "s.part", "place": "s.place"},
)

_BETTER = """
    NOT EXISTS (SELECT 1 FROM name_part q WHERE q.registration_id = p.registration_id
        AND q.part >= ? AND q.part < ?
        AND (CASE WHEN q.part = ? THEN q.kind ELSE q.kind + 2 END < {tier}
            OR q.kind = p.kind AND q.part < p.part))
"""
"""Excludes hits for which the same learner has a better one, so that each comes once."""


def hits_by(words: Sequence[str]) -> Order:
    """The order of the hits for some words; a cursor of other words is none of it."""
    digest = sha256(" ".join(words).encode()).hexdigest()[:8]
    return Order(
        f"HITS {digest}",
        ("s.tier", "s.part", "s.place", "s.registration_id"),
        ("tier", "part", "place", "registration_id"),
    )


async def hit_page(reading: Reading, words: Sequence[str], page: PageRequest) -> Slice:
    """Learners in view whose name has a part that begins with each of the words.

    The longest word ranks them: each tier is read off an index only as far as the page goes.
    """
    longest = max(words, key=len)
    others = [word for word in words if word != longest]
    tiers = _tiers(reading, longest, others, page)
    if not tiers:
        return Slice((), more=False)
    union = " UNION ALL ".join(
        f"SELECT * FROM ({tier.text}) t{n}"  # noqa: S608 - clauses are ours
        for n, tier in enumerate(tiers)
    )
    where = page.clause
    rows = await reading.connection.rows(
        FoundLearnerRow,
        f"SELECT {_COLUMNS} FROM {LEARNER_TABLES}"  # noqa: S608 - clauses are ours
        f" JOIN ({union}) s ON s.registration_id = c.registration_id WHERE {where.text}"
        f" {page.tail}",
        *(param for tier in tiers for param in tier.params),
        *where.params,
    )
    return sliced(rows, page.first)


async def hit_count(reading: Reading, words: Sequence[str]) -> int:
    """How many learners in view have such a name."""
    where = in_view(reading.viewer, reading.connection) & named_clause(words)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM completion c WHERE {where.text}",  # noqa: S608 - clauses are ours
        *where.params,
    )


def _tiers(
    reading: Reading, longest: str, others: Sequence[str], page: PageRequest
) -> list[Clause]:
    """For each tier that the page may reach, its first hits."""
    connection = reading.connection
    reach = scope.registrations(reading.viewer, connection, "p.centre_id", "p.registration_id")
    # SQLite would look through all centres for the sake of the order; the sign hides it.
    hidden = connection.dialect is Dialect.SQLITE and reach != ALWAYS
    kind = "+p.kind" if hidden else "p.kind"
    reach &= in_view(reading.viewer, connection) & name_clause(others, "p.registration_id")
    tiers = []
    for tier, fits in enumerate(_fits(longest, kind)):
        if page.after is not None and str(tier) < page.after[0]:
            continue
        behind = ALWAYS
        if page.after is not None and str(tier) == page.after[0]:
            behind = Clause("(p.part, p.place, p.registration_id) > (?, ?, ?)", page.after[1:])
        better = Clause(_BETTER.format(tier=tier), (longest, longest + END, longest))
        where = fits & reach & behind & better
        tiers.append(
            Clause(
                f"SELECT p.registration_id, '{tier}' AS tier, p.part, p.place"  # noqa: S608
                " FROM name_part p JOIN completion c ON c.registration_id = p.registration_id"
                f" WHERE {where.text} ORDER BY p.part, p.place, p.registration_id"
                f" LIMIT {int(page.first) + 1}",
                where.params,
            )
        )
    return tiers


def _fits(word: str, kind: str) -> tuple[Clause, ...]:
    """A whole part of the family name, of the given name; then parts that only begin so."""
    whole, begun = (word,), (word, word + END)
    return (
        Clause(f"{kind} = 0 AND p.part = ?", whole),
        Clause(f"{kind} = 1 AND p.part = ?", whole),
        Clause(f"{kind} = 0 AND p.part > ? AND p.part < ?", begun),
        Clause(f"{kind} = 1 AND p.part > ? AND p.part < ?", begun),
    )

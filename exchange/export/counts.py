"""The charts as files: every group and in it every code, zeros included."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag, FlagKind, IssueCode
from domain.vocabulary import ComponentType
from exchange.export.listing import Column, Kind, Listing, Row
from exchange.export.listing import counts as counts_listed
from loaders.counting import Count, Counting, Grouping, Question
from loaders.counts import by_group, counts_by_counting, learners_by_centre_id
from loaders.counts_on import tally_by_filter
from loaders.courses import line_name_by_code
from loaders.facts import level_in_words
from loaders.filters import LearnerFilter
from loaders.reading import Reading

GROUPS: Final = {
    Grouping.CENTRE: Column("Centre number"),
    Grouping.LINE: Column("Line of learning", width=28),
    Grouping.LEVEL: Column("Level", width=20),
    Grouping.AWARD_MONTH: Column("Anticipated award", Kind.MONTH, 17),
    Grouping.COMPONENT: Column("Component", width=28),
}
_LEARNERS: Final = Column("Learners", Kind.NUMBER, 10)
_FLAG_KINDS: Final = ((FlagKind.ENTRY, EntryFlag), (FlagKind.ASSESSMENT, AssessmentFlag))


async def completion(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None, on: date | None
) -> Listing:
    """Learners in reach by completion status, today or on another day."""
    groups, learners = await _grouped(reading, Counting(Question.COMPLETION, wanted, grouping), on)
    columns = (Column("Completion status", width=20), _LEARNERS, Column("Share", Kind.SHARE, 9))
    rows = []
    for group, found in groups:
        held = {one.code: one.learners for one in found}
        total = sum(held.values())
        for status in CompletionStatus:
            count = held.get(status.value, 0)
            cells = (status.label, count, count / total if total else 0.0)
            rows.append(_row(grouping, group, cells))
    return counts_listed("Completion", _columns(grouping, columns), rows, learners)


async def flag_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None, on: date | None
) -> Listing:
    """Components of learners in reach by flag, today or on another day."""
    groups, learners = await _grouped(reading, Counting(Question.FLAG, wanted, grouping), on)
    columns = (
        Column("Kind", width=18),
        Column("Flag", width=26),
        Column("Components", Kind.NUMBER, 12),
        _LEARNERS,
    )
    rows = []
    for group, found in groups:
        held = {(one.kind, one.code): one for one in found}
        for kind, codes in _FLAG_KINDS:
            for code in codes:
                amounts = _amounts(held.get((kind.value, code.value)))
                rows.append(_row(grouping, group, (kind.label, code.label, *amounts)))
    return counts_listed("Flag counts", _columns(grouping, columns), rows, learners)


async def issue_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None, on: date | None
) -> Listing:
    """Issues of learners in reach by code, today or on another day."""
    groups, learners = await _grouped(reading, Counting(Question.ISSUE, wanted, grouping), on)
    columns = (Column("Issue", width=30), Column("Issues", Kind.NUMBER, 10), _LEARNERS)
    rows = []
    for group, found in groups:
        held = {one.code: one for one in found}
        rows += [
            _row(grouping, group, (code.label, *_amounts(held.get(code.value))))
            for code in IssueCode
        ]
    return counts_listed("Issue counts", _columns(grouping, columns), rows, learners)


async def _grouped(
    reading: Reading, asked: Counting, on: date | None
) -> tuple[list[tuple[str | None, Sequence[Count]]], Mapping[int, int]]:
    """Every group that there is for the filter, in words, and the learners of each centre."""
    learners: Mapping[int, int]
    if on is None:
        (found,) = await counts_by_counting(reading, [asked])
        learners = await learners_by_centre_id(reading, asked.wanted, asked.grouping)
    else:
        (tally,) = await tally_by_filter(reading, [(asked.wanted, asked.grouping)], on)
        found, learners = tally.of(asked.question), tally.learners
    groups = [*by_group(found)]
    words = await _in_words(reading, asked.grouping, [key for key, _ in groups])
    return [(words[key], counted) for key, counted in groups], learners


def _columns(grouping: Grouping | None, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    return columns if grouping is None else (GROUPS[grouping], *columns)


def _row(grouping: Grouping | None, group: str | None, cells: tuple[str | float, ...]) -> Row:
    return Row(cells) if grouping is None else Row((group, *cells))


async def _in_words(
    reading: Reading, grouping: Grouping | None, keys: Sequence[str | None]
) -> dict[str | None, str | None]:
    """What each group is called; a line or level that nobody has a name for stands for itself."""
    codes = [key for key in keys if key]
    names: Iterable[str | None] = codes
    if grouping is Grouping.COMPONENT:
        names = (ComponentType(code).label for code in codes)
    elif grouping is Grouping.LEVEL:
        names = map(level_in_words, codes)
    elif grouping is Grouping.LINE:
        names = await line_name_by_code(reading, codes)
    nothing = "Registration as a whole" if grouping is Grouping.COMPONENT else None
    words: dict[str | None, str | None] = dict.fromkeys(keys, nothing)
    return words | {code: name or code for code, name in zip(codes, names, strict=True)}


def _amounts(one: Count | None) -> tuple[int, int]:
    return (one.rows, one.learners) if one else (0, 0)

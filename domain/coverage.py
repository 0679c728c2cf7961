"""Whether the entries of a component fill its requirement, and what is missing if not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.catalogue import Qualification, Requirement
from domain.codes import Reason
from domain.judging import Judged
from domain.vocabulary import ComponentType, EntryKind, Track

AWARD_SLOT = None
"""The slot of the award entry; every other slot is named by its unit."""


class Hole(NamedTuple):
    """Something the requirement asks for that no entry can deliver."""

    reason: Reason
    subject: str | None = None


class Coverage(NamedTuple):
    """How far the entries fill the requirement."""

    holes: tuple[Hole, ...] = ()
    blocking: tuple[Judged, ...] = ()
    """Ineligible entries in slots that nothing eligible fills."""
    barred: tuple[str, ...] = ()
    """QANs that share a barring code: eligible ones, or all of them where that leaves the hole."""
    barred_causes_hole: bool = False
    hours_missing: int | None = None

    @property
    def covered(self) -> bool:
        """Whether eligible entries alone fill the whole requirement."""
        return not self.holes and not self.blocking


NOTHING = Coverage(holes=(Hole(Reason.ENTRY_MISSING),))


def cover(component: ComponentType, requirement: Requirement, judged: Iterable[Judged]) -> Coverage:
    """Compare the usable entries of a component with what it asks for."""
    usable = [row for row in judged if row.usable]
    if not usable:
        return NOTHING
    if component is ComponentType.ASL:
        return _cover_hours(requirement, usable)
    if component is ComponentType.PRINCIPAL_LEARNING:
        return min(
            (_cover_slots(rows) for rows in _by_qan(usable)),
            key=lambda found: (found is NOTHING, len(found.holes), len(found.blocking)),
        )
    return _cover_single(usable)


def _cover_single(usable: Sequence[Judged]) -> Coverage:
    """One eligible entry is enough."""
    if any(row.eligible for row in usable):
        return Coverage()
    return Coverage(blocking=tuple(usable))


def _by_qan(usable: Sequence[Judged]) -> list[list[Judged]]:
    """The entries of each qualification, in the order of their QANs."""
    groups: dict[str, list[Judged]] = {}
    for row in usable:
        groups.setdefault(row.entry.qan, []).append(row)
    return [groups[qan] for qan in sorted(groups)]


def _cover_slots(rows: Sequence[Judged]) -> Coverage:
    """Every required unit of one qualification, and its award entry if it asks for one."""
    qualification = rows[0].qualification
    if qualification is None:  # pragma: no cover - usable entries have one
        return NOTHING
    slots = _slots(qualification)
    if not slots:
        return _cover_single(rows)
    filled: dict[str | None, list[Judged]] = {slot: [] for slot in slots}
    for row in rows:
        of_unit = row.entry.kind is EntryKind.UNIT
        slot = row.entry.unit if of_unit else AWARD_SLOT
        if slot in filled and of_unit is (slot is not AWARD_SLOT):
            filled[slot].append(row)
    if not any(filled.values()):
        return NOTHING
    holes = tuple(
        Hole(Reason.AWARD_ENTRY_MISSING, qualification.qan)
        if slot is AWARD_SLOT
        else Hole(Reason.UNIT_ENTRY_MISSING, slot)
        for slot in slots
        if not filled[slot]
    )
    blocking = tuple(
        row
        for slot in slots
        if not any(candidate.eligible for candidate in filled[slot])
        for row in filled[slot]
    )
    return Coverage(holes=holes, blocking=blocking)


def _slots(qualification: Qualification) -> list[str | None]:
    """What a qualification made of units asks for, units first."""
    if qualification.track is not Track.UNITS:
        return []
    slots: list[str | None] = [unit.code for unit in qualification.units.values() if unit.required]
    if qualification.requires_award_entry:
        slots.append(AWARD_SLOT)
    return slots


def _cover_hours(requirement: Requirement, usable: Sequence[Judged]) -> Coverage:
    """Hours of eligible entries after barring reach the minimum."""
    minimum = requirement.min_glh or 0
    eligible = _distinct(row for row in usable if row.eligible)
    counted = _hours_after_barring(eligible.values())
    barred = _barred(eligible.values())
    if counted >= minimum:
        return Coverage(barred=barred)
    repairable = _distinct(usable)
    blocking = tuple(row for row in usable if not row.eligible and row.entry.qan not in eligible)
    if _hours_after_barring(repairable.values()) >= minimum:
        return Coverage(blocking=blocking, barred=barred)
    # Where only barring leaves the hole, putting an ineligible one of the pair right is in vain.
    causes_hole = sum(held.glh for held in repairable.values()) >= minimum
    return Coverage(
        holes=(Hole(Reason.GLH_SHORTFALL),),
        blocking=blocking,
        barred=_barred(repairable.values()) if causes_hole else barred,
        barred_causes_hole=causes_hole,
        hours_missing=minimum - counted,
    )


def _distinct(rows: Iterable[Judged]) -> Mapping[str, Qualification]:
    """The qualifications entered; a qualification entered twice counts once."""
    return {row.entry.qan: row.qualification for row in rows if row.qualification is not None}


def _hours_after_barring(held: Iterable[Qualification]) -> int:
    """Hours that count: the largest of each barring code, and everything that is free of one."""
    free = 0
    largest: dict[str, int] = {}
    for qualification in held:
        code = qualification.bars
        if code is None:
            free += qualification.glh
        else:
            largest[code] = max(largest.get(code, 0), qualification.glh)
    return free + sum(largest.values())


def _barred(held: Iterable[Qualification]) -> tuple[str, ...]:
    """QANs that share a barring code with another one, sorted."""
    groups: dict[str, list[str]] = {}
    for qualification in held:
        if qualification.bars is not None:
            groups.setdefault(qualification.bars, []).append(qualification.qan)
    return tuple(sorted(qan for group in groups.values() if len(group) > 1 for qan in group))

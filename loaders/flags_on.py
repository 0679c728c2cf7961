"""The flags of a component, judged for another day."""

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from domain.flags import Flags
from domain.shown import Shown, shown
from domain.vocabulary import ComponentType
from inputs.flags import stored_reasons, stored_subjects
from inputs.keys import flag_id
from loaders.derivations import Derived
from loaders.rows import ComponentRow, FlagRow, WholeFlagRow


def flags_of(
    component: ComponentRow, derived: Derived, stored: Iterable[FlagRow], on: date
) -> list[FlagRow]:
    """The entry flag, and the assessment flag if there is one; `stored` are those of today."""
    found = shown(pair_of(component, derived), derived.derivation.award)
    rows = [_flag(component, flag) for flag in found]
    standing = {row.id: row for row in stored}
    return [_since(row, standing.get(row.id), on) for row in rows]


def component_then(component: ComponentRow, derived: Derived) -> ComponentRow:
    """A component with its flags as they are on the day."""
    flags = pair_of(component, derived)
    return replace(
        component,
        complete=flags.complete,
        entry_flag=flags.entry and flags.entry.value,
        assessment_flag=flags.assessment and flags.assessment.value,
        assessment_detail=flags.detail and flags.detail.value,
    )


def pair_of(component: ComponentRow, derived: Derived) -> Flags:
    """Both flags of a component."""
    return derived.derivation.flags[ComponentType(component.type)]


def _flag(component: ComponentRow, flag: Shown) -> WholeFlagRow:
    """A flag of which it is not known since when it stands."""
    return WholeFlagRow(
        id=flag_id(component.id, flag.kind),
        component_id=component.id,
        registration_id=component.registration_id,
        component_type=component.type,
        kind=flag.kind.value,
        code=flag.code,
        detail=flag.detail,
        stored_reasons=stored_reasons(flag.reasons),
        stored_subjects=stored_subjects(flag.subjects),
        since=None,
        due_on=flag.due_on,
        opens_on=flag.opens_on,
    )


def _since(row: FlagRow, kept: FlagRow | None, on: date) -> FlagRow:
    """A flag with its first day, where it stood between that day and today or stands on."""
    if kept is None or kept.since is None or kept.since > on:
        return row
    if (kept.code, kept.detail) != (row.code, row.detail):
        return row
    return replace(row, since=kept.since)

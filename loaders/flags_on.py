"""The flags of a component as they are on another day."""

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from domain.codes import FlagKind
from domain.flags import Flags
from domain.vocabulary import ComponentType
from inputs.keys import flag_id
from loaders.derivations import Derived
from loaders.rows import ComponentRow, FlagRow


def flags_of(
    component: ComponentRow, derived: Derived, stored: Iterable[FlagRow], on: date
) -> list[FlagRow]:
    """The entry flag, and the assessment flag if there is one; `stored` are those of today."""
    flags = pair_of(component, derived)
    found = [_flag(component, FlagKind.ENTRY, flags.entry, None, flags.entry_reasons)]
    if flags.assessment is not None:
        reasons = flags.assessment_reasons
        found.append(_flag(component, FlagKind.ASSESSMENT, flags.assessment, flags.detail, reasons))
    standing = {row.id: row for row in stored}
    return [_since(row, standing.get(row.id), on) for row in found]


def pair_of(component: ComponentRow, derived: Derived) -> Flags:
    """Both flags of a component."""
    return derived.derivation.flags[ComponentType(component.type)]


def _flag(
    component: ComponentRow,
    kind: FlagKind,
    code: str | None,
    detail: str | None,
    reasons: Iterable[str],
) -> FlagRow:
    """A flag of which it is not known since when it stands."""
    return FlagRow(
        id=flag_id(component.id, kind),
        component_id=component.id,
        registration_id=component.registration_id,
        component_type=component.type,
        kind=kind.value,
        code=code,
        detail=detail,
        stored_reasons="|".join(reasons),
        since=None,
    )


def _since(row: FlagRow, kept: FlagRow | None, on: date) -> FlagRow:
    """A flag with its first day, where it stood between that day and today or stands on."""
    if kept is None or kept.since is None or kept.since > on:
        return row
    if (kept.code, kept.detail) != (row.code, row.detail):
        return row
    return replace(row, since=kept.since)

"""The enums of the graph: the vocabulary of the domain with its words as descriptions."""

from enum import Enum, StrEnum
from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from auth.events import EventKind
from auth.permissions import GrantKind, Role, Staff, Standing
from domain.codes import (
    AssessmentDetail,
    AssessmentFlag,
    CompletionStatus,
    EntryFlag,
    FlagKind,
    IssueCode,
    Reason,
    Severity,
)
from domain.deadlines import DeadlineKind
from domain.editing import EditWarningCode
from domain.nearness import Nearness
from domain.vocabulary import (
    AwardSource,
    CentreStatus,
    ChangeSource,
    ClaimStatus,
    ComponentType,
    EntryKind,
    EntryStatus,
    NewsKind,
    RegistrationStatus,
    TextKind,
    Track,
    UnitAssessment,
    VerificationState,
    Vocabulary,
)

Kind = TypeVar("Kind", bound=type[Enum])


def described(kind: Kind, name: str | None = None) -> Kind:
    """Show an enum in the graph, under its own name or another, each value with its sentence."""
    shown = strawberry.enum(kind, name=name, description=(kind.__doc__ or "").strip())
    definition = cast(
        "StrawberryEnumDefinition",
        shown.__strawberry_definition__,  # type: ignore[attr-defined]
    )
    for value, member in zip(definition.values, kind, strict=True):
        if isinstance(member, Vocabulary):
            value.description = f"{member.label}: {member.description}"
    return shown


FlagCode = StrEnum(  # type: ignore[misc]  # made of two lists
    "FlagCode",
    [(member.name, member.value) for kind in (EntryFlag, AssessmentFlag) for member in kind],
)
FlagCode.__doc__ = "The twelve status flags: six of entries, six of assessment."

for _kind in (
    AssessmentDetail,
    AssessmentFlag,
    AwardSource,
    CentreStatus,
    ChangeSource,
    ClaimStatus,
    CompletionStatus,
    ComponentType,
    DeadlineKind,
    EditWarningCode,
    EntryFlag,
    EntryKind,
    EntryStatus,
    EventKind,
    FlagKind,
    GrantKind,
    IssueCode,
    NewsKind,
    Nearness,
    Reason,
    RegistrationStatus,
    Role,
    Severity,
    Staff,
    Standing,
    TextKind,
    Track,
    UnitAssessment,
    VerificationState,
):
    described(_kind)

described(FlagCode)
for _value in FlagCode.__strawberry_definition__.values:  # type: ignore[attr-defined]
    _source = {**EntryFlag.__members__, **AssessmentFlag.__members__}[_value.name]
    _value.description = f"{_source.label}: {_source.description}"

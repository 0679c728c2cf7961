"""Ids that follow from what a thing is, so that nobody has to ask the database for them."""

from typing import Final

from domain.codes import FlagKind, IssueCode
from domain.derivation import COMPONENTS
from domain.vocabulary import ComponentType

COMPONENT_SLOTS: Final = 8
"""Ids set aside for the components of a registration: component id = registration id x 8 + slot."""

FLAG_SLOTS: Final = 2
"""Ids set aside for the flags of a component: flag id = component id x 2 + kind."""

ISSUE_SLOTS: Final = 64
"""Numbers set aside for the issues of a component, more than there are codes."""

NOT_STORED: Final = 10**17
"""Ids from here on are those of issues that do not stand today; the database has none of them."""

_COMPONENT_SLOT: Final = {component: slot for slot, component in enumerate(COMPONENTS)}
_ISSUE_SLOT: Final = {code: slot for slot, code in enumerate(IssueCode)}
_WHOLE: Final = COMPONENT_SLOTS - 1
"""The slot of issues of a registration as a whole."""


def component_id(registration_id: int, component: ComponentType) -> int:
    """The id of a component of a registration."""
    return registration_id * COMPONENT_SLOTS + _COMPONENT_SLOT[component]


def flag_id(component: int, kind: FlagKind) -> int:
    """The id of a component's flag."""
    return component * FLAG_SLOTS + (kind is FlagKind.ASSESSMENT)


def issue_place(registration_id: int, component: ComponentType | None, code: IssueCode) -> int:
    """A number that an issue has on every day and no other has; its id while it is not stored."""
    slot = _WHOLE if component is None else _COMPONENT_SLOT[component]
    place = registration_id * COMPONENT_SLOTS + slot
    return NOT_STORED + place * ISSUE_SLOTS + _ISSUE_SLOT[code]

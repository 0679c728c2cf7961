"""The permissions, and which standing has which: the whole policy on one screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.vocabulary import Vocabulary


class GrantKind(Vocabulary):
    """On which footing somebody was let in at a centre."""

    CENTRE = "CENTRE", "Centre", "The person works at the centre."
    NON_CENTRE = (
        "NON_CENTRE",
        "Non-centre",
        "The person works elsewhere: a consortium manager, domain assessor or LEA officer.",
    )


class Role(Vocabulary):
    """What a grant allows at its centre."""

    VIEWER = "VIEWER", "Viewer", "May read."
    ADMINISTRATOR = "ADMINISTRATOR", "Learner tracking administrator", "May read and edit."


class Staff(Vocabulary):
    """What somebody does at the awarding body itself."""

    SUPPORT = "SUPPORT", "Support", "Reads everything at every centre and changes nothing."
    OPERATOR = "OPERATOR", "Operator", "Runs the service: accounts, catalogue and feeds."
    SERVICE = "SERVICE", "Service account", "A program that loads feeds; it has no password."


class Standing(Vocabulary):
    """Who somebody is at one centre."""

    ANONYMOUS = "ANONYMOUS", "Anonymous", "Nobody is logged in."
    REGISTERED = "REGISTERED", "Registered", "An account without access to the centre."
    CENTRE_VIEWER = "CENTRE_VIEWER", "Centre viewer", "A colleague who may read."
    CENTRE_ADMINISTRATOR = (
        "CENTRE_ADMINISTRATOR",
        "Centre administrator",
        "A colleague who may read and edit.",
    )
    CENTRE_USER = (
        "CENTRE_USER",
        "Centre user",
        "Bound to the centre: reads, edits and manages its users.",
    )
    NON_CENTRE_VIEWER = (
        "NON_CENTRE_VIEWER",
        "Non-centre viewer",
        "Somebody from elsewhere who may read, birth dates and identifiers apart.",
    )
    NON_CENTRE_ADMINISTRATOR = (
        "NON_CENTRE_ADMINISTRATOR",
        "Non-centre administrator",
        "Somebody from elsewhere who may read and edit, birth dates and identifiers apart.",
    )
    SUPPORT = "SUPPORT", Staff.SUPPORT.label, Staff.SUPPORT.description
    OPERATOR = "OPERATOR", Staff.OPERATOR.label, Staff.OPERATOR.description
    SERVICE = "SERVICE", Staff.SERVICE.label, Staff.SERVICE.description


def _permission(name: str, description: str) -> tuple[str, str, str]:
    """A permission's code, its label made of the code, and its sentence."""
    return name, name.replace("_", " ").capitalize(), description


class Permission(Vocabulary):
    """One thing that may be done, RESOURCE_ACTION."""

    ACCESS_LOG_READ = _permission(
        "ACCESS_LOG_READ", "See who read the records of the centre's learners."
    )
    ACCOUNT_DISABLE = _permission("ACCOUNT_DISABLE", "Close an account to its owner.")
    ACCOUNT_READ = _permission("ACCOUNT_READ", "Look accounts up, and what access each has.")
    AWARD_EDIT = _permission(
        "AWARD_EDIT", "Change anticipated award months, one by one or for many learners at once."
    )
    BIRTH_DATE_READ = _permission("BIRTH_DATE_READ", "See when a learner was born.")
    CATALOGUE_EDIT = _permission(
        "CATALOGUE_EDIT", "Change the catalogue, the rules, the advice and the terms of use."
    )
    CENTRE_READ = _permission("CENTRE_READ", "See that the centre exists, its name and number.")
    CENTRE_USER_BIND = _permission(
        "CENTRE_USER_BIND", "Bind an account to a centre as its centre user."
    )
    CHANGE_ACTOR_READ = _permission(
        "CHANGE_ACTOR_READ", "See the names of those who made the changes in the history."
    )
    CHANGE_READ = _permission("CHANGE_READ", "Read the history of changes of a learner.")
    DECLARATION_EDIT = _permission(
        "DECLARATION_EDIT",
        "Add and remove qualifications with other awarding bodies, for one or many learners.",
    )
    DECLARATION_READ = _permission(
        "DECLARATION_READ", "List the qualifications taken with other awarding bodies."
    )
    ENTRY_READ = _permission(
        "ENTRY_READ", "See entries, whether marks are in, claims and standards verification."
    )
    EXPORT_MAKE = _permission("EXPORT_MAKE", "Take lists of what may be read away as a file.")
    FEED_LOAD = _permission("FEED_LOAD", "Load the awarding body's feeds.")
    FEED_RUN_READ = _permission(
        "FEED_RUN_READ", "See which feeds were loaded, and what came of it."
    )
    FLAG_RECALCULATE = _permission("FLAG_RECALCULATE", "Have every flag derived anew.")
    GRANT_RELINQUISH = _permission("GRANT_RELINQUISH", "Give up one's own access to the centre.")
    HEALTH_READ = _permission(
        "HEALTH_READ", "See what the service measures of one's own operations."
    )
    IDENTIFIER_READ = _permission(
        "IDENTIFIER_READ", "See a learner's unique candidate identifier and unique pupil number."
    )
    ISSUE_ACKNOWLEDGE = _permission(
        "ISSUE_ACKNOWLEDGE", "Mark an issue as known and put a note beside it."
    )
    ISSUE_READ = _permission(
        "ISSUE_READ", "See what is to be put right on a learner's record, and how."
    )
    LEARNER_ERASE = _permission(
        "LEARNER_ERASE", "Erase a learner, or make them anonymous, when retention ends."
    )
    LEARNER_READ = _permission(
        "LEARNER_READ",
        "Find learners and see their registrations, components, flags and completion.",
    )
    QUALIFICATION_READ = _permission("QUALIFICATION_READ", "Look qualifications up by their QAN.")
    SUBJECT_ACCESS_MAKE = _permission(
        "SUBJECT_ACCESS_MAKE", "Put together all that is held about one learner, for that learner."
    )
    UNMATCHED_ENTRY_READ = _permission(
        "UNMATCHED_ENTRY_READ", "See the centre's entries that belong to no learner yet."
    )
    USER_MANAGE = _permission(
        "USER_MANAGE", "Add users to the centre, make them administrators, revoke their access."
    )
    USER_READ = _permission("USER_READ", "List the users of the centre and what they may do.")


_P = Permission

_READ: Final = frozenset({
    _P.CENTRE_READ,
    _P.CHANGE_READ,
    _P.DECLARATION_READ,
    _P.ENTRY_READ,
    _P.EXPORT_MAKE,
    _P.ISSUE_READ,
    _P.LEARNER_READ,
    _P.QUALIFICATION_READ,
})  # fmt: skip
_EDIT: Final = frozenset({_P.AWARD_EDIT, _P.DECLARATION_EDIT, _P.ISSUE_ACKNOWLEDGE})
_INSIDE: Final = frozenset({
    _P.BIRTH_DATE_READ,
    _P.CHANGE_ACTOR_READ,
    _P.IDENTIFIER_READ,
    _P.UNMATCHED_ENTRY_READ,
    _P.USER_READ,
})  # fmt: skip
_MANAGE: Final = frozenset({_P.ACCESS_LOG_READ, _P.SUBJECT_ACCESS_MAKE, _P.USER_MANAGE})
_OVERSEE: Final = frozenset({
    _P.ACCESS_LOG_READ,
    _P.ACCOUNT_READ,
    _P.FEED_RUN_READ,
    _P.HEALTH_READ,
})  # fmt: skip
_RUN: Final = frozenset({
    _P.ACCOUNT_DISABLE,
    _P.CATALOGUE_EDIT,
    _P.CENTRE_USER_BIND,
    _P.FEED_LOAD,
    _P.FLAG_RECALCULATE,
    _P.LEARNER_ERASE,
})  # fmt: skip

_AT_A_CENTRE: Final = _READ | {_P.GRANT_RELINQUISH}
_AS_SUPPORT: Final = _READ | _INSIDE | _OVERSEE

GRANTS: Final[Mapping[Standing, frozenset[Permission]]] = MappingProxyType({
    Standing.ANONYMOUS: frozenset(),
    Standing.REGISTERED: frozenset(),
    Standing.CENTRE_VIEWER: _AT_A_CENTRE | _INSIDE,
    Standing.CENTRE_ADMINISTRATOR: _AT_A_CENTRE | _INSIDE | _EDIT,
    Standing.CENTRE_USER: _AT_A_CENTRE | _INSIDE | _EDIT | _MANAGE,
    Standing.NON_CENTRE_VIEWER: _AT_A_CENTRE,
    Standing.NON_CENTRE_ADMINISTRATOR: (
        _AT_A_CENTRE | _EDIT | {_P.CHANGE_ACTOR_READ, _P.UNMATCHED_ENTRY_READ}
    ),
    Standing.SUPPORT: _AS_SUPPORT,
    Standing.OPERATOR: _AS_SUPPORT | _RUN | _MANAGE,
    Standing.SERVICE: frozenset({_P.FEED_LOAD, _P.FEED_RUN_READ, _P.HEALTH_READ}),
})  # fmt: skip
"""What each standing may do; what is not named here, nobody may."""

CARRIED_BY_TOKENS: Final = frozenset(
    permission for permission in Permission if permission.endswith("_READ")
) | {_P.EXPORT_MAKE}
"""What a person's token for a program can be used for, as far as the person may."""

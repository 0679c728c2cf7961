"""The access matrix: what each kind of caller gets from each root and guarded field.

The tests check every cell, and `learner-tracking permissions` prints it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from auth.explain import refusal_of
from auth.permissions import CARRIED_BY_TOKENS, GRANTS, Permission, Standing
from auth.requires import Need, Presence
from auth.viewer import Viewer
from domain.vocabulary import Vocabulary

_P = Permission


class CallerKind(Vocabulary):
    """The kinds of callers, the columns of the table."""

    ANONYMOUS = "ANONYMOUS", "Anonymous", "Nobody is logged in."
    REGISTERED = "REGISTERED", "Registered", "An account that no centre has let in."
    TERMS_DUE = "TERMS_DUE", "Terms due", "A centre user who has yet to accept the terms of use."
    REVOKED = "REVOKED", "Revoked", "Somebody whose access to the centre has ended."
    CENTRE_VIEWER = "CENTRE_VIEWER", "Centre viewer", Standing.CENTRE_VIEWER.description
    CENTRE_ADMINISTRATOR = (
        "CENTRE_ADMINISTRATOR",
        "Centre administrator",
        Standing.CENTRE_ADMINISTRATOR.description,
    )
    CENTRE_USER = "CENTRE_USER", "Centre user", Standing.CENTRE_USER.description
    NON_CENTRE_VIEWER = (
        "NON_CENTRE_VIEWER",
        "Non-centre viewer",
        Standing.NON_CENTRE_VIEWER.description,
    )
    NON_CENTRE_ADMINISTRATOR = (
        "NON_CENTRE_ADMINISTRATOR",
        "Non-centre administrator",
        Standing.NON_CENTRE_ADMINISTRATOR.description,
    )
    API_TOKEN = "API_TOKEN", "API token", "A program with a centre user's token for the centre."
    SERVICE = "SERVICE", "Service account", Standing.SERVICE.description
    SUPPORT = "SUPPORT", "Support", Standing.SUPPORT.description
    OPERATOR = "OPERATOR", "Operator", Standing.OPERATOR.description


class AccessOutcome(Vocabulary):
    """What a caller gets."""

    ANSWER = "ANSWER", "yes", "An answer, or the deed."
    FORBIDDEN = "FORBIDDEN", "no", "Refused with the code FORBIDDEN."
    NOTHING = "NOTHING", "nothing", "The same as for something that does not exist."
    TERMS = "TERMS_NOT_ACCEPTED", "terms", "Refused with the code TERMS_NOT_ACCEPTED."
    UNAUTHENTICATED = "UNAUTHENTICATED", "log in", "Refused with the code UNAUTHENTICATED."


class Rule(NamedTuple):
    """The checks of a field, in this order."""

    need: Need | None = Presence.SIGNED_IN
    """Asked before anything is looked for; None lets everybody in."""
    reach: Permission | None = None
    """By which the object is in reach; without it there is none."""
    then: Permission | None = None
    """Asked at the centre of the object."""


PUBLIC: Final = Rule(None)

FIELDS: Final[Mapping[str, Rule]] = MappingProxyType({
    "Centre.unmatchedEntries": Rule(reach=_P.CENTRE_READ, then=_P.UNMATCHED_ENTRY_READ),
    "Change.actor": Rule(reach=_P.CHANGE_READ, then=_P.CHANGE_ACTOR_READ),
    "Declaration.createdBy": Rule(reach=_P.DECLARATION_READ, then=_P.CHANGE_ACTOR_READ),
    "Entry.dateOfBirth": Rule(reach=_P.ENTRY_READ, then=_P.BIRTH_DATE_READ),
    "Event.address": Rule(reach=_P.CENTRE_READ, then=_P.ACCOUNT_READ),
    "Issue.acknowledgedBy": Rule(reach=_P.ISSUE_READ, then=_P.CHANGE_ACTOR_READ),
    "Learner.dateOfBirth": Rule(reach=_P.LEARNER_READ, then=_P.BIRTH_DATE_READ),
    "Learner.uci": Rule(reach=_P.LEARNER_READ, then=_P.IDENTIFIER_READ),
    "Learner.upn": Rule(reach=_P.LEARNER_READ, then=_P.IDENTIFIER_READ),
    "Me.apiTokens": Rule(Presence.IN_PERSON),
    "Me.sessions": Rule(Presence.IN_PERSON),
    "Mutation.accessBind": Rule(_P.CENTRE_USER_BIND),
    "Mutation.accessGiveUp": Rule(
        Presence.IN_PERSON, reach=_P.CENTRE_READ, then=_P.GRANT_RELINQUISH
    ),
    "Mutation.accessGrant": Rule(Presence.IN_PERSON, reach=_P.CENTRE_READ, then=_P.USER_MANAGE),
    "Mutation.accessRevoke": Rule(Presence.IN_PERSON, reach=_P.USER_READ, then=_P.USER_MANAGE),
    "Mutation.accessSetAdministrator": Rule(
        Presence.IN_PERSON, reach=_P.USER_READ, then=_P.USER_MANAGE
    ),
    "Mutation.accessUnbind": Rule(_P.CENTRE_USER_BIND),
    "Mutation.accountConfirmEmail": PUBLIC,
    "Mutation.accountDisable": Rule(_P.ACCOUNT_DISABLE),
    "Mutation.accountEnable": Rule(_P.ACCOUNT_DISABLE),
    "Mutation.accountRegister": PUBLIC,
    "Mutation.accountUpdate": Rule(Presence.IN_PERSON),
    "Mutation.apiTokenCreate": Rule(
        Presence.IN_PERSON, reach=_P.CENTRE_READ, then=_P.GRANT_RELINQUISH
    ),
    "Mutation.apiTokenRevoke": Rule(Presence.IN_PERSON),
    "Mutation.changeUndo": Rule(Presence.IN_PERSON, reach=_P.CHANGE_READ, then=_P.AWARD_EDIT),
    "Mutation.declarationAdd": Rule(
        Presence.IN_PERSON, reach=_P.LEARNER_READ, then=_P.DECLARATION_EDIT
    ),
    "Mutation.declarationRemove": Rule(
        Presence.IN_PERSON, reach=_P.DECLARATION_READ, then=_P.DECLARATION_EDIT
    ),
    "Mutation.declarationsAdd": Rule(
        Presence.IN_PERSON, reach=_P.LEARNER_READ, then=_P.DECLARATION_EDIT
    ),
    "Mutation.issueAcknowledge": Rule(
        Presence.IN_PERSON, reach=_P.ISSUE_READ, then=_P.ISSUE_ACKNOWLEDGE
    ),
    "Mutation.issueUnacknowledge": Rule(
        Presence.IN_PERSON, reach=_P.ISSUE_READ, then=_P.ISSUE_ACKNOWLEDGE
    ),
    "Mutation.learnerSetAnticipatedAward": Rule(
        Presence.IN_PERSON, reach=_P.LEARNER_READ, then=_P.AWARD_EDIT
    ),
    "Mutation.learnersSetAnticipatedAward": Rule(
        Presence.IN_PERSON, reach=_P.LEARNER_READ, then=_P.AWARD_EDIT
    ),
    "Mutation.passwordChange": Rule(Presence.IN_PERSON),
    "Mutation.passwordRequestReset": PUBLIC,
    "Mutation.passwordReset": PUBLIC,
    "Mutation.sessionEnd": Rule(Presence.IN_PERSON),
    "Mutation.sessionEndOthers": Rule(Presence.IN_PERSON),
    "Mutation.sessionLogIn": PUBLIC,
    "Mutation.sessionLogOut": PUBLIC,
    "Mutation.supportTextRemove": Rule(_P.CATALOGUE_EDIT),
    "Mutation.supportTextSet": Rule(_P.CATALOGUE_EDIT),
    "Mutation.termsAccept": Rule(Presence.IN_PERSON_BEFORE_TERMS),
    "Mutation.termsPublish": Rule(_P.CATALOGUE_EDIT),
    "Query.accessLog": Rule(reach=_P.CENTRE_READ, then=_P.ACCESS_LOG_READ),
    "Query.accounts": Rule(_P.ACCOUNT_READ),
    "Query.centre": Rule(reach=_P.CENTRE_READ),
    "Query.centres": Rule(reach=_P.CENTRE_READ),
    "Query.changes": Rule(reach=_P.CHANGE_READ),
    "Query.completion": Rule(reach=_P.LEARNER_READ),
    "Query.consortia": Rule(reach=_P.CENTRE_READ),
    "Query.consortium": Rule(reach=_P.CENTRE_READ),
    "Query.contactDetails": PUBLIC,
    "Query.currentTerms": PUBLIC,
    "Query.deadlines": Rule(reach=_P.ISSUE_READ),
    "Query.declarationCandidates": Rule(reach=_P.CENTRE_READ, then=_P.DECLARATION_EDIT),
    "Query.declarationPreview": Rule(reach=_P.LEARNER_READ),
    "Query.declarations": Rule(reach=_P.DECLARATION_READ),
    "Query.feedRun": Rule(_P.FEED_RUN_READ),
    "Query.feedRuns": Rule(_P.FEED_RUN_READ),
    "Query.flagCounts": Rule(reach=_P.LEARNER_READ),
    "Query.flagLegend": PUBLIC,
    "Query.helpTopics": PUBLIC,
    "Query.issueCounts": Rule(reach=_P.ISSUE_READ),
    "Query.issues": Rule(reach=_P.ISSUE_READ),
    "Query.learner": Rule(reach=_P.LEARNER_READ),
    "Query.learners": Rule(reach=_P.LEARNER_READ),
    "Query.me": Rule(Presence.SIGNED_IN_BEFORE_TERMS),
    "Query.node": Rule(reach=_P.LEARNER_READ),
    "Query.nodes": Rule(reach=_P.LEARNER_READ),
    "Query.qualification": Rule(_P.QUALIFICATION_READ),
    "Query.searchLearners": Rule(reach=_P.LEARNER_READ),
    "Query.serviceInfo": PUBLIC,
    "Query.unmatchedEntries": Rule(reach=_P.CENTRE_READ, then=_P.UNMATCHED_ENTRY_READ),
    "Query.usefulLinks": PUBLIC,
    "Subscription.centreChanged": Rule(reach=_P.CENTRE_READ),
    "Subscription.feedRun": Rule(_P.FEED_RUN_READ),
})  # fmt: skip
"""Every root field and every guarded field; one that is not named here fails the tests."""

ROOTS: Final = ("Query", "Mutation", "Subscription")

_STANDINGS: Final = {
    CallerKind.API_TOKEN: Standing.CENTRE_USER,
    CallerKind.REVOKED: Standing.REGISTERED,
    CallerKind.TERMS_DUE: Standing.CENTRE_USER,
}
_PROGRAMS: Final = frozenset({CallerKind.API_TOKEN, CallerKind.SERVICE})


def outcome(rule: Rule, caller: CallerKind) -> AccessOutcome:
    """What a caller gets from a field at a centre that they stand at as their kind says."""
    kept_out = _kept_out(rule.need, caller)
    if kept_out is not None:
        return kept_out
    if rule.reach is not None and not holds(caller, rule.reach):
        return AccessOutcome.NOTHING
    if rule.then is not None and not holds(caller, rule.then):
        return AccessOutcome.FORBIDDEN
    return AccessOutcome.ANSWER


def _kept_out(need: Need | None, caller: CallerKind) -> AccessOutcome | None:
    """What a caller is told before anything is looked for; None for one who may go on."""
    if need is None:
        return None
    if caller is CallerKind.ANONYMOUS:
        return AccessOutcome.UNAUTHENTICATED
    presence = need if isinstance(need, Presence) else Presence.SIGNED_IN
    if caller is CallerKind.TERMS_DUE and not presence.before_terms:
        return AccessOutcome.TERMS
    if presence.in_person and caller in _PROGRAMS:
        return AccessOutcome.FORBIDDEN
    if isinstance(need, Permission) and not holds(caller, need):
        return AccessOutcome.FORBIDDEN
    return None


def sees(viewer: Viewer, field: str, centre_id: int | None) -> bool:
    """Whether the viewer may read a guarded field of an object in reach, as in the graph."""
    then = FIELDS[field].then
    return then is None or refusal_of(viewer, then, centre_id) is None


def holds(caller: CallerKind, permission: Permission) -> bool:
    """Whether a kind of caller has a permission."""
    if caller is CallerKind.API_TOKEN and permission not in CARRIED_BY_TOKENS:
        return False
    standing = _STANDINGS.get(caller) or Standing(caller.value)
    return permission in GRANTS[standing]


def mark_of(name: str) -> str | None:
    """What the contract says that a field needs, and then at the centre; None for a public one."""
    rule = FIELDS[name]
    if name.partition(".")[0] not in ROOTS and rule.then is not None:
        return rule.then.value
    asked = [need.value for need in (rule.need, rule.then) if need is not None]
    return " then ".join(asked) or None


def as_markdown() -> str:
    """The table as a page, printed by `learner-tracking permissions`."""
    kinds = list(CallerKind)
    head = ["field", "needs", *(kind.label for kind in kinds)]
    lines = [
        "# Who may do what",
        "",
        "Printed by `learner-tracking permissions` from the table that the tests carry out: every",
        "root field, every mutation and every guarded field, asked by every kind of caller.",
        "",
        "What the answers mean:",
        "",
        *(f"- **{answer.label}**: {answer.description}" for answer in AccessOutcome),
        "",
        "Who asks, each but the first standing so at the centre the field is about:",
        "",
        *(f"- **{kind.label}**: {kind.description}" for kind in kinds),
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
    ]
    for name, rule in FIELDS.items():
        answers = [outcome(rule, kind).label for kind in kinds]
        lines.append("| " + " | ".join([f"`{name}`", _needs(rule), *answers]) + " |")
    lines += [
        "",
        "## Permissions",
        "",
        "| permission | what it allows | who has it |",
        "|---|---|---|",
    ]
    for permission in Permission:
        holders = ", ".join(s.label for s in Standing if permission in GRANTS[s]) or "nobody"
        lines.append(f"| `{permission.value}` | {permission.description} | {holders} |")
    return "\n".join(lines) + "\n"


def _needs(rule: Rule) -> str:
    steps = [step.value for step in (rule.need, rule.reach, rule.then) if step is not None]
    return " → ".join(f"`{step}`" for step in steps) or "nothing"

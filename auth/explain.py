"""The authorisation decision in one place, as a code and a sentence."""

from typing import Final, NamedTuple

from auth.permissions import CARRIED_BY_TOKENS, GRANTS, Permission
from auth.viewer import Viewer
from domain.errors import Refused


class Verdict(NamedTuple):
    """A decision and its reason."""

    allowed: bool
    code: str
    """A stable word: ALLOWED, or why not."""
    reason: str
    """A sentence for people."""


ANONYMOUS: Final = Verdict(allowed=False, code="UNAUTHENTICATED", reason="Log in first.")
TERMS_DUE: Final = Verdict(
    allowed=False,
    code="TERMS_NOT_ACCEPTED",
    reason="Read and accept the current terms of use first.",
)
TOKEN_ONLY_READS: Final = Verdict(
    allowed=False,
    code="FORBIDDEN",
    reason="A token for programs only reads records; log in to do this.",
)


def verdict(
    viewer: Viewer,
    permission: Permission | None,
    centre_id: int | None = None,
    *,
    everywhere: bool = False,
    in_person: bool = False,
    before_terms: bool = False,
) -> Verdict:
    """Whether the viewer may do this at a centre in reach; None asks for a log-in alone.

    Without a centre it is asked whether there is any place for it, or with `everywhere` whether
    it is allowed at all centres.
    """
    absence = _absence(viewer, in_person=in_person, before_terms=before_terms)
    if absence is not None:
        return absence
    if permission is None:
        return Verdict(allowed=True, code="ALLOWED", reason="You are logged in.")
    if centre_id is not None:
        allowed = viewer.may(permission, centre_id)
    elif everywhere:
        allowed = viewer.may_everywhere(permission)
    else:
        allowed = viewer.may_anywhere(permission)
    standing = viewer.standing_at(centre_id)
    if allowed:
        reason = f"As {_a(standing.label)} you may: {permission.description}"
        return Verdict(allowed=True, code="ALLOWED", reason=reason)
    if _only_the_token_forbids(viewer, permission, centre_id):
        return TOKEN_ONLY_READS
    if everywhere and viewer.may_anywhere(permission):
        where = " everywhere; name a centre at which you have it"
    else:
        where = "" if centre_id is None else " at the centre"
    message = f"This needs the permission {permission.value}{where}."
    return Verdict(allowed=False, code="FORBIDDEN", reason=message)


def _absence(viewer: Viewer, *, in_person: bool, before_terms: bool) -> Verdict | None:
    """What keeps the viewer from being asked for permissions at all."""
    if not viewer.signed_in and not viewer.at_the_console:
        return ANONYMOUS
    if viewer.terms_due and not before_terms:
        return TERMS_DUE
    return TOKEN_ONLY_READS if in_person and not viewer.in_person else None


def refusal_of(
    viewer: Viewer,
    permission: Permission,
    centre_id: int | None = None,
    *,
    everywhere: bool = False,
) -> Refused | None:
    """What the viewer is told who may not do this; None for one who may."""
    answer = verdict(viewer, permission, centre_id, everywhere=everywhere)
    if answer.allowed:
        return None
    return Refused(answer.reason, code=answer.code, needs=permission.value, centre_id=centre_id)


def demand(
    viewer: Viewer,
    permission: Permission,
    centre_id: int | None = None,
    *,
    everywhere: bool = False,
) -> None:
    """Raise Refused unless the viewer may do this; see `verdict`."""
    refusal = refusal_of(viewer, permission, centre_id, everywhere=everywhere)
    if refusal is not None:
        raise refusal


def _only_the_token_forbids(viewer: Viewer, permission: Permission, centre_id: int | None) -> bool:
    return (
        viewer.api_token_id is not None
        and permission not in CARRIED_BY_TOKENS
        and permission in GRANTS[viewer.standing_at(centre_id)]
    )


def _a(label: str) -> str:
    noun = label[0].lower() + label[1:]
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

"""The viewer: the authenticated principal of a request, as every layer receives it."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from typing import Any, Final, NamedTuple

from auth.permissions import (
    CARRIED_BY_TOKENS,
    GRANTS,
    GrantKind,
    Permission,
    Role,
    Staff,
    Standing,
)

_STANDING_OF_STAFF: Final = {
    Staff.SUPPORT: Standing.SUPPORT,
    Staff.OPERATOR: Standing.OPERATOR,
    Staff.SERVICE: Standing.SERVICE,
}


def standing_of(kind: GrantKind, role: Role, *, manages_users: bool) -> Standing:
    """Who a grant of this kind and role makes somebody at its centre."""
    if kind is GrantKind.NON_CENTRE:
        if role is Role.ADMINISTRATOR:
            return Standing.NON_CENTRE_ADMINISTRATOR
        return Standing.NON_CENTRE_VIEWER
    if manages_users:
        return Standing.CENTRE_USER
    return Standing.CENTRE_ADMINISTRATOR if role is Role.ADMINISTRATOR else Standing.CENTRE_VIEWER


@unique
class Footing(StrEnum):
    """The class of caller, which decides on limits of cost and rate."""

    ANONYMOUS = "anonymous"
    USER = "user"
    API_TOKEN = "api_token"  # noqa: S105 - a word, not a token
    STAFF = "staff"
    """Staff who logged in; a program of theirs is one like others."""


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant that is in force."""

    id: int
    centre_id: int
    kind: GrantKind
    role: Role
    manages_users: bool = False
    line: str | None = None
    """The only line of learning whose learners it opens; None for all."""

    @property
    def standing(self) -> Standing:
        """Who the grant makes its holder at its centre."""
        return standing_of(self.kind, self.role, manages_users=self.manages_users)


class Reach(NamedTuple):
    """The centres where a permission holds: for all learners, or for one line of learning."""

    grants: tuple[HeldGrant, ...]
    whole: tuple[int, ...]
    """Centres, in order."""
    by_line: Mapping[str, tuple[int, ...]]
    """Centres by the only line that is open there."""
    worked_out: dict[Hashable, Any]
    """What follows from it and was worked out: whoever has the same grants shares it."""


class Grants(Mapping[int, HeldGrant]):
    """Grants in force by centre; the reach of each permission is computed once."""

    __slots__ = ("_by_centre", "_hash", "_reach", "_whole", "limited")

    def __init__(self, grants: Iterable[HeldGrant] = ()) -> None:
        """Hold at most one grant for each centre."""
        self._by_centre = {grant.centre_id: grant for grant in grants}
        self._reach: dict[Permission, Reach] = {}
        self._whole: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._hash = hash(frozenset(self._by_centre))
        self.limited = any(grant.line is not None for grant in self._by_centre.values())

    def __getitem__(self, centre_id: int) -> HeldGrant:
        """The grant at a centre."""
        return self._by_centre[centre_id]

    def __hash__(self) -> int:
        """Equal grants have one."""
        return self._hash

    def __iter__(self) -> Iterator[int]:
        """The centres."""
        return iter(self._by_centre)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._by_centre)

    def reach(self, permission: Permission) -> Reach:
        """Where something may be done by these grants alone."""
        known = self._reach.get(permission)
        if known is None:
            known = self._reach[permission] = self._reach_of(permission)
        return known

    def _reach_of(self, permission: Permission) -> Reach:
        grants = tuple(
            grant for grant in self._by_centre.values() if permission in GRANTS[grant.standing]
        )
        by_line: dict[str, list[int]] = defaultdict(list)
        for grant in grants:
            if grant.line is not None:
                by_line[grant.line].append(grant.centre_id)
        whole = tuple(sorted(grant.centre_id for grant in grants if grant.line is None))
        return Reach(
            grants,
            self._whole.setdefault(whole, whole),  # one object, which a statement sends once
            {line: tuple(sorted(centre_ids)) for line, centre_ids in by_line.items()},
            {},
        )


class Rights(NamedTuple):
    """All that decides on what a viewer may do, apart from who it is."""

    signed_in: bool
    by_token: bool
    """Whether a program asks, with a token."""
    staff: Staff | None
    terms_due: bool
    grants: Grants

    @property
    def of_anybody(self) -> "Viewer":
        """Somebody with these rights, nobody in particular."""
        return Viewer(
            user_id=0 if self.signed_in else None,
            email="",
            name="",
            staff=self.staff,
            grants=self.grants,
            api_token_id=0 if self.by_token else None,
            terms_due=self.terms_due,
        )


_NO_GRANTS: Final = Grants()
_NOWHERE: Final = _NO_GRANTS.reach(Permission.LEARNER_READ)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The authenticated principal with its grants, read once a request."""

    user_id: int | None
    email: str
    name: str
    staff: Staff | None = None
    grants: Grants = field(default_factory=lambda: _NO_GRANTS, hash=False)
    """Grants in force by centre."""
    session_id: int | None = None
    api_token_id: int | None = None
    """The token for programs that the request came with, if it was one."""
    terms_due: bool = False
    """Whether the current terms of use are still to be accepted."""
    address: str | None = None
    """The network address of the request."""
    agent: str | None = None
    """What the program that asks calls itself."""
    request_id: str | None = None

    @property
    def signed_in(self) -> bool:
        """Whether it is known who is asking."""
        return self.user_id is not None

    @property
    def in_person(self) -> bool:
        """Whether somebody logged in, as opposed to a program with a token."""
        return self.signed_in and self.api_token_id is None and self.staff is not Staff.SERVICE

    @property
    def rights(self) -> Rights:
        """What the viewer has whoever it is; equal rights open the same rows."""
        by_token = self.api_token_id is not None
        return Rights(self.signed_in, by_token, self.staff, self.terms_due, self.grants)

    @property
    def named(self) -> str:
        """Who it is, for people to read."""
        return f"{self.name} <{self.email}>" if self.email else self.name

    @property
    def footing(self) -> Footing:
        """How the viewer asks."""
        if not self.signed_in:
            return Footing.ANONYMOUS
        if self.api_token_id is not None:
            return Footing.API_TOKEN
        return Footing.USER if self.staff is None else Footing.STAFF

    @property
    def at_the_console(self) -> bool:
        """Whether a command on the machine itself asks."""
        return self.user_id is None and self.staff is not None

    @property
    def limited(self) -> bool:
        """Whether a grant opens one line of learning only."""
        return self.grants.limited

    def standing_at(self, centre_id: int | None) -> Standing:
        """Who the viewer is at a centre, or at none."""
        grant = None if centre_id is None else self.grants.get(centre_id)
        if self.staff is not None or grant is None:
            return self._standing_anywhere
        return grant.standing

    def may(self, permission: Permission, centre_id: int) -> bool:
        """Whether the viewer may do this at a centre: as staff, or by a grant."""
        if self._withholds(permission):
            return False
        if permission in GRANTS[self._standing_anywhere]:
            return True
        grant = self.grants.get(centre_id)
        return grant is not None and permission in GRANTS[grant.standing]

    def may_anywhere(self, permission: Permission) -> bool:
        """Whether there is any place where the viewer may do this."""
        if self._withholds(permission):
            return False
        return permission in GRANTS[self._standing_anywhere] or any(
            permission in GRANTS[grant.standing] for grant in self.grants.values()
        )

    def may_everywhere(self, permission: Permission) -> bool:
        """Whether the viewer may do this whatever the centre, as staff do."""
        return not self._withholds(permission) and permission in GRANTS[self._standing_anywhere]

    def reach(self, permission: Permission) -> Reach | None:
        """Where the viewer may do this; None stands for everywhere."""
        if self._withholds(permission):
            return _NOWHERE
        if permission in GRANTS[self._standing_anywhere]:
            return None
        return self.grants.reach(permission)

    def narrowed(self, permission: Permission) -> "Viewer":
        """The same viewer with only the grants by which they may do this."""
        reach = self.reach(permission)
        return self if reach is None else replace(self, grants=Grants(reach.grants))

    def _withholds(self, permission: Permission) -> bool:
        """Whether the way in which the viewer asks keeps back what their standing allows."""
        if self.terms_due:
            return permission is not Permission.CENTRE_READ
        return (
            self.api_token_id is not None
            and self.staff is None
            and permission not in CARRIED_BY_TOKENS
        )

    @property
    def _standing_anywhere(self) -> Standing:
        """Who the viewer is where no grant says more."""
        if self.staff is not None:
            return _STANDING_OF_STAFF[self.staff]
        return Standing.REGISTERED if self.signed_in else Standing.ANONYMOUS


ANONYMOUS: Final = Viewer(user_id=None, email="", name="")

CONSOLE: Final = Viewer(user_id=None, email="", name="the console", staff=Staff.OPERATOR)
"""Whoever runs commands on the machine itself, as an operator without an account."""

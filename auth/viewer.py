"""The person who is asking, as every layer sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from auth.permissions import GRANTS, GrantKind, Permission, Role, Staff, Standing

_STANDING_OF_STAFF: Final = {
    Staff.SUPPORT: Standing.SUPPORT,
    Staff.OPERATOR: Standing.OPERATOR,
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


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant that is in force."""

    id: int
    centre_id: int
    kind: GrantKind
    role: Role
    manages_users: bool = False

    @property
    def standing(self) -> Standing:
        """Who the grant makes its holder at its centre."""
        return standing_of(self.kind, self.role, manages_users=self.manages_users)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking and what they hold, read once a request."""

    user_id: int | None
    email: str
    name: str
    staff: Staff | None = None
    grants: Mapping[int, HeldGrant] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    """Grants in force by centre."""
    session_id: int | None = None

    @property
    def signed_in(self) -> bool:
        """Whether it is known who is asking."""
        return self.user_id is not None

    def standing_at(self, centre_id: int) -> Standing:
        """Who the viewer is at a centre; being staff goes before a grant."""
        if self.staff is not None:
            return _STANDING_OF_STAFF[self.staff]
        grant = self.grants.get(centre_id)
        return grant.standing if grant is not None else self._standing_anywhere

    def may(self, permission: Permission, centre_id: int) -> bool:
        """Whether the viewer may do this at a centre, as staff or by a grant."""
        if permission in GRANTS[self._standing_anywhere]:
            return True
        grant = self.grants.get(centre_id)
        return grant is not None and permission in GRANTS[grant.standing]

    def may_anywhere(self, permission: Permission) -> bool:
        """Whether there is any place where the viewer may do this."""
        return permission in GRANTS[self._standing_anywhere] or any(
            permission in GRANTS[grant.standing] for grant in self.grants.values()
        )

    def centres_with(self, permission: Permission) -> frozenset[int] | None:
        """The centres where the viewer may do this; None stands for every centre."""
        if self.staff is not None and permission in GRANTS[_STANDING_OF_STAFF[self.staff]]:
            return None
        return frozenset(
            centre_id
            for centre_id, grant in self.grants.items()
            if permission in GRANTS[grant.standing]
        )

    @property
    def _standing_anywhere(self) -> Standing:
        """Who the viewer is where no grant says more."""
        if self.staff is not None:
            return _STANDING_OF_STAFF[self.staff]
        return Standing.REGISTERED if self.signed_in else Standing.ANONYMOUS


ANONYMOUS: Final = Viewer(user_id=None, email="", name="")

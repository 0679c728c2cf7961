"""Slotted rows of accounts: their access, sessions and tokens, and the terms they accept."""

from datetime import datetime

from auth.permissions import GrantKind, Role, Standing
from auth.viewer import standing_of
from database.slotted import SlottedRow


class AccessRow(SlottedRow, frozen=True):
    """Somebody's access to a centre."""

    id: int
    centre_id: int
    user_id: int
    first_name: str
    last_name: str
    email: str
    kind: str
    role: str
    manages_users: bool
    affiliation: str | None
    line: str | None
    granted_at: datetime
    granted_by: str | None
    version: int

    @property
    def name(self) -> str:
        """First and last name of the person."""
        return f"{self.first_name} {self.last_name}"

    @property
    def standing(self) -> Standing:
        """Who it makes the person at the centre."""
        return standing_of(GrantKind(self.kind), Role(self.role), manages_users=self.manages_users)


class AccountRow(SlottedRow, frozen=True):
    """An account."""

    id: int
    email: str
    title: str
    first_name: str
    last_name: str
    staff: str | None
    created_at: datetime
    email_confirmed_at: datetime | None
    disabled_at: datetime | None
    last_log_in_at: datetime | None


class SessionRow(SlottedRow, frozen=True):
    """A session that is open."""

    id: int
    user_id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None


class ApiTokenRow(SlottedRow, frozen=True):
    """A token that was given to a program."""

    id: int
    user_id: int
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class TermsRow(SlottedRow, frozen=True):
    """A version of the terms of use."""

    id: int
    version: str
    title: str
    body: str
    published_at: datetime

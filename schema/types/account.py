"""Accounts, their sessions and their tokens."""

from datetime import datetime

import strawberry

from auth.permissions import Staff
from loaders.access import access_by_user_id
from loaders.account_rows import AccountRow, ApiTokenRow, SessionRow
from loaders.accounts import centres_by_api_token_id
from schema.batched import batched
from schema.context import Info
from schema.types.access import Access
from schema.types.centre import Centre
from schema.types.node import Node
from schema.types.shown import Shown


@strawberry.type(description="A session of the person who asks.")
class Session(Node):
    """A session of the person who asks."""

    row = SessionRow
    created_at: datetime = strawberry.field(description="When the person logged in.")
    last_used_at: datetime = strawberry.field(description="When it was last used, to the minute.")
    expires_at: datetime = strawberry.field(description="End of the session at the latest.")
    address: str | None = strawberry.field(
        description="The network address it was opened from; null when not known."
    )
    agent: str | None = strawberry.field(
        description="What the browser or program called itself; null when it did not."
    )

    @strawberry.field(description="Whether it is the session of this very request.")
    def current(self, info: Info) -> bool:
        """Compare."""
        row: SessionRow = self  # type: ignore[assignment]  # self is the row
        return row.id == info.context.viewer.session_id


@strawberry.type(description="A token that somebody gave to a program; it only reads.")
class ApiToken(Node):
    """A token that somebody gave to a program."""

    row = ApiTokenRow
    name: str = strawberry.field(description="What its owner calls it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null when it never was."
    )
    centres: list[Centre] = batched(
        centres_by_api_token_id,
        key="id",
        description="The centres that it opens; one whose access has ended is not among them.",
    )


@strawberry.type(description="An account, as staff see it.")
class Account(Shown):
    """An account, as staff see it."""

    row = AccountRow
    email: str = strawberry.field(description="The log-in.")
    title: str = strawberry.field(description="Form of address; empty without one.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str = strawberry.field(description="Last name.")
    staff: Staff | None = strawberry.field(
        description="What the person does at the awarding body; null for everybody else."
    )
    created_at: datetime = strawberry.field(description="When it was opened.")
    email_confirmed_at: datetime | None = strawberry.field(
        description="When the e-mail address was confirmed; null until then."
    )
    disabled_at: datetime | None = strawberry.field(
        description="When it was closed to its owner; null while it is open."
    )
    last_log_in_at: datetime | None = strawberry.field(
        description="When the person last logged in; null when never."
    )
    access: list[Access] = batched(
        access_by_user_id,
        key="id",
        description="The centres the person was let in at, in the order of the grants.",
    )

"""The person who is logged in."""

from typing import Any

import strawberry

from auth.permissions import Staff
from auth.requires import in_person
from auth.viewer import Viewer
from loaders.access import access_by_user_id
from loaders.account_rows import AccountRow
from loaders.accounts import account_by_id, api_tokens_by_user_id, sessions_by_user_id
from schema.batched import batched
from schema.types.access import Access
from schema.types.account import ApiToken, Session
from schema.types.shown import Shown


def _of_account(name: str, description: str) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A field of one's account, read when it is asked for."""

    def pick(_viewer: object, row: AccountRow) -> Any:  # noqa: ANN401
        return getattr(row, name)

    return batched(account_by_id, key="user_id", pick=pick, description=description)


@strawberry.type(description="The person who is logged in.")
class Me(Shown):
    """The person who is logged in; shows the viewer."""

    row = Viewer
    email: str = strawberry.field(description="The log-in.")
    name: str = strawberry.field(description="First and last name.")
    title: str = _of_account("title", "Form of address; empty without one.")
    first_name: str = _of_account("first_name", "First name.")
    last_name: str = _of_account("last_name", "Last name.")
    staff: Staff | None = strawberry.field(
        description="What one does at the awarding body; null for everybody else."
    )
    terms_due: bool = strawberry.field(
        description="Whether the current terms of use are still to be accepted; until then little"
        " else works."
    )
    access: list[Access] = batched(
        access_by_user_id,
        key="user_id",
        description="The centres one was let in at, in the order of the grants.",
    )
    sessions: list[Session] | None = batched(
        sessions_by_user_id,
        key="user_id",
        extensions=in_person(),
        description="One's open sessions, the one used last first.",
    )
    api_tokens: list[ApiToken] | None = batched(
        api_tokens_by_user_id,
        key="user_id",
        extensions=in_person(),
        description="The tokens one gave to programs and has not revoked, the latest first.",
    )

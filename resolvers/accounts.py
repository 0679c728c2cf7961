"""Accounts as staff see them: looking them up, closing them."""

from typing import Annotated

import strawberry
from strawberry import argument

from actions import accounts as actions
from auth.permissions import Permission
from auth.requires import requires
from domain.people import sought_email
from loaders import accounts as loaders
from loaders.paging import ACCOUNTS_BY_EMAIL
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.problems import Missing, Refused
from schema.types.account import Account


@strawberry.field(
    description="Accounts by e-mail address, for staff. Null where an argument is refused.",
    extensions=requires(Permission.ACCOUNT_READ, everywhere=True),
)
async def accounts(
    info: Info,
    login: Annotated[
        str | None, argument(description="How the e-mail address begins; null for all.")
    ] = None,
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Account] | None:
    """A page."""
    page, reading = page_request(ACCOUNTS_BY_EMAIL, first, after), info.context.reading
    sought = sought_email(login)
    return await paged(
        info,
        page,
        lambda: loaders.account_page(reading, sought, page),
        lambda: loaders.account_count(reading, sought),
    )


@strawberry.input(description="Which account to close or open again.")
class AccountDisableInput:
    """Which account to close or open again."""

    login: str = strawberry.field(description="The e-mail address of the account.")


AccountDisableResult = Annotated[
    Account | Missing | Refused,
    strawberry.union(
        "AccountDisableResult",
        description="The account as it is now, or why not, such as LAST_CENTRE_USER.",
    ),
]

_OPERATORS = requires(Permission.ACCOUNT_DISABLE, everywhere=True)


async def _account(info: Info, user_id: int) -> Account:
    info.context.forget()
    found: Account = await info.context.load(loaders.account_by_id, user_id)
    return found


@strawberry.mutation(
    description="Close an account to its owner; its sessions and tokens end at once.",
    extensions=_OPERATORS,
)
async def account_disable(
    info: Info,
    input: Annotated[  # noqa: A002
        AccountDisableInput, argument(description="Which account to close.")
    ],
) -> AccountDisableResult | None:
    """A centre always keeps somebody who can manage its users."""
    context = info.context
    user_id = await actions.disable_account(
        context.database, context.viewer, input.login, now=context.now()
    )
    return await _account(info, user_id)


@strawberry.mutation(
    description="Open a closed account again; its owner logs in anew.", extensions=_OPERATORS
)
async def account_enable(
    info: Info,
    input: Annotated[  # noqa: A002
        AccountDisableInput, argument(description="Which account to open again.")
    ],
) -> AccountDisableResult | None:
    """What had ended stays ended."""
    context = info.context
    user_id = await actions.enable_account(
        context.database, context.viewer, input.login, now=context.now()
    )
    return await _account(info, user_id)

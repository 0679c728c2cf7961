"""One's own account: asking for it, confirming it, its names and its password."""

from dataclasses import replace
from typing import Annotated

import strawberry
from strawberry import argument

from actions import accounts, passwords
from auth.requires import in_person
from loaders import accounts as loaders
from schema.context import Info
from schema.problems import Invalid, RateLimited, Refused
from schema.types.conflict import Conflict
from schema.types.done import Done
from schema.types.viewer import Me


@strawberry.input(description="Who asks for an account.")
class AccountRegisterInput:
    """Who asks for an account."""

    email: str = strawberry.field(
        description="E-mail address, which becomes the user name; case is ignored."
    )
    password: str = strawberry.field(
        description="A password of 10 to 256 characters that is not easily guessed."
    )
    password_again: str = strawberry.field(description="The same password once more.")
    first_name: str = strawberry.field(description="First name, 1 to 100 characters.")
    last_name: str = strawberry.field(description="Last name, 1 to 100 characters.")
    title: str = strawberry.field(
        default="", description="Form of address, such as Ms; empty for none."
    )


AccountRegisterResult = Annotated[
    Done | Invalid | RateLimited,
    strawberry.union(
        "AccountRegisterResult",
        description="Done: a mail is on its way, whether or not the address had an account; or why"
        " not, such as PASSWORD_GUESSABLE.",
    ),
]


@strawberry.mutation(
    description="Ask for an account. A mail with a code goes to the address, which has to be"
    " confirmed by `accountConfirmEmail` before one can log in."
)
async def account_register(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        AccountRegisterInput, argument(description="Who asks for an account.")
    ],
) -> AccountRegisterResult:
    """Nobody learns here who has an account."""
    context = info.context
    await accounts.register(
        context.database,
        context.viewer,
        email=input.email,
        password=input.password,
        password_again=input.password_again,
        title=input.title,
        first_name=input.first_name,
        last_name=input.last_name,
        throttle=context.throttle,
        now=context.now(),
    )
    return Done()


@strawberry.input(description="What confirms an e-mail address.")
class AccountConfirmEmailInput:
    """What confirms an e-mail address."""

    token: str = strawberry.field(description="The code from the mail; it works for an hour.")
    password: str = strawberry.field(
        description="The password chosen on registering, which shows that the same person asks."
    )


AccountConfirmEmailResult = Annotated[
    Done | Invalid | Refused | RateLimited,
    strawberry.union(
        "AccountConfirmEmailResult",
        description="Done: one can log in; or why not, such as TOKEN_INVALID or PASSWORD_WRONG.",
    ),
]


@strawberry.mutation(description="Confirm the e-mail address of a new account.")
async def account_confirm_email(
    info: Info,
    input: Annotated[  # noqa: A002
        AccountConfirmEmailInput, argument(description="What confirms the address.")
    ],
) -> AccountConfirmEmailResult:
    """The code works once."""
    context = info.context
    await accounts.confirm_email(
        context.database,
        context.viewer,
        token=input.token,
        password=input.password,
        throttle=context.throttle,
        now=context.now(),
    )
    return Done()


@strawberry.input(description="One's names as they are to be.")
class AccountUpdateInput:
    """One's names as they are to be."""

    first_name: str = strawberry.field(description="First name, 1 to 100 characters.")
    last_name: str = strawberry.field(description="Last name, 1 to 100 characters.")
    title: str = strawberry.field(
        default="", description="Form of address, such as Ms; empty for none."
    )


AccountUpdateResult = Annotated[
    Me | Invalid,
    strawberry.union("AccountUpdateResult", description="The person as they are now, or why not."),
]


@strawberry.mutation(description="Change one's own names.", extensions=in_person())
async def account_update(
    info: Info,
    input: Annotated[  # noqa: A002
        AccountUpdateInput, argument(description="One's names as they are to be.")
    ],
) -> AccountUpdateResult | None:
    """The e-mail address stays: it is who one is."""
    context = info.context
    await accounts.update_account(
        context.database,
        context.viewer,
        title=input.title,
        first_name=input.first_name,
        last_name=input.last_name,
        now=context.now(),
    )
    context.forget()
    row = await context.load(loaders.account_by_id, context.viewer.user_id)
    context.go_on_as(replace(context.viewer, name=f"{row.first_name} {row.last_name}"))
    return context.viewer  # type: ignore[return-value]  # shown as it is


@strawberry.input(description="Whose password is forgotten.")
class PasswordRequestResetInput:
    """Whose password is forgotten."""

    email: str = strawberry.field(description="The e-mail address of the account.")


PasswordRequestResetResult = Annotated[
    Done | Invalid | RateLimited,
    strawberry.union(
        "PasswordRequestResetResult",
        description="Done: if there is an account, a mail is on its way; or why not.",
    ),
]


@strawberry.mutation(
    description="Have a mail sent with a code by which to set a new password. The answer is the"
    " same whether or not there is such an account."
)
async def password_request_reset(
    info: Info,
    input: Annotated[  # noqa: A002
        PasswordRequestResetInput, argument(description="Whose password is forgotten.")
    ],
) -> PasswordRequestResetResult:
    """Nobody learns here who has an account."""
    context = info.context
    await passwords.request_reset(
        context.database,
        context.viewer,
        input.email,
        throttle=context.throttle,
        now=context.now(),
    )
    return Done()


@strawberry.input(description="A new password, by a code from a mail.")
class PasswordResetInput:
    """A new password, by a code from a mail."""

    token: str = strawberry.field(description="The code from the mail; it works for an hour.")
    password: str = strawberry.field(
        description="A password of 10 to 256 characters that is not easily guessed."
    )
    password_again: str = strawberry.field(description="The same password once more.")


PasswordResetResult = Annotated[
    Done | Invalid | RateLimited,
    strawberry.union(
        "PasswordResetResult",
        description="Done: one can log in with it, and everything that was open has ended; or why"
        " not.",
    ),
]


@strawberry.mutation(
    description="Set a new password by a code from a mail; ends all sessions and tokens."
)
async def password_reset(
    info: Info,
    input: Annotated[  # noqa: A002
        PasswordResetInput, argument(description="The new password and the code.")
    ],
) -> PasswordResetResult:
    """The code works once."""
    context = info.context
    await passwords.reset_password(
        context.database,
        context.viewer,
        token=input.token,
        password=input.password,
        password_again=input.password_again,
        throttle=context.throttle,
        now=context.now(),
    )
    return Done()


@strawberry.input(description="One's old password and the new one.")
class PasswordChangeInput:
    """One's old password and the new one."""

    old_password: str = strawberry.field(description="The password so far.")
    password: str = strawberry.field(
        description="A password of 10 to 256 characters that is not easily guessed."
    )
    password_again: str = strawberry.field(description="The same password once more.")


PasswordChangeResult = Annotated[
    Done | Invalid | Refused | Conflict | RateLimited,
    strawberry.union("PasswordChangeResult", description="Done, or why not."),
]


@strawberry.mutation(
    description="Change one's own password; ends all other sessions and all tokens for programs.",
    extensions=in_person(),
)
async def password_change(
    info: Info,
    input: Annotated[  # noqa: A002
        PasswordChangeInput, argument(description="The old password and the new one.")
    ],
) -> PasswordChangeResult | None:
    """The session of this request stays."""
    context = info.context
    await passwords.change_password(
        context.database,
        context.viewer,
        old=input.old_password,
        password=input.password,
        password_again=input.password_again,
        throttle=context.throttle,
        now=context.now(),
    )
    return Done()

"""Tokens that people give to programs."""

from typing import Annotated

import strawberry
from strawberry import argument

from actions import tokens
from auth.permissions import Permission
from auth.requires import in_person
from domain import errors
from loaders.accounts import api_tokens_by_user_id
from schema.context import Info
from schema.ids import key_of
from schema.problems import Invalid, Missing, Refused
from schema.scalars import CentreNumber
from schema.types.account import ApiToken
from schema.types.done import Done


@strawberry.input(description="Which token to make.")
class ApiTokenCreateInput:
    """Which token to make."""

    name: str = strawberry.field(description="What it is for, to tell it from others.")
    centres: list[CentreNumber] = strawberry.field(
        description="The centres it opens, out of those one has access to; at least one."
    )
    days: int = strawberry.field(default=90, description="How long it lives, 1 to 366 days.")


@strawberry.type(description="A token that was just made.")
class ApiTokenCreate:
    """A token that was just made."""

    token: str = strawberry.field(
        description="Send it as `Authorization: Bearer …`; it is shown only here."
    )
    api_token: ApiToken = strawberry.field(description="What is kept of it.")


ApiTokenCreateResult = Annotated[
    ApiTokenCreate | Invalid | Missing | Refused,
    strawberry.union("ApiTokenCreateResult", description="The token, or why there is none."),
]


@strawberry.mutation(
    description="Make a token for a program, which reads what one may read at the chosen centres.",
    extensions=in_person(Permission.GRANT_RELINQUISH),
)
async def api_token_create(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        ApiTokenCreateInput, argument(description="Which token to make.")
    ],
) -> ApiTokenCreateResult | None:
    """Shown once."""
    context = info.context
    made = await tokens.create_api_token(
        context.database,
        context.viewer,
        name=input.name,
        centre_numbers=[str(number) for number in input.centres],
        days=input.days,
        now=context.now(),
    )
    (held,) = await api_tokens_by_user_id(context.reading, [context.viewer.user_id or 0])
    shown = next(row for row in held if row.id == made.id)
    return ApiTokenCreate(token=made.token, api_token=shown)  # type: ignore[arg-type]


@strawberry.input(description="Which token to end.")
class ApiTokenRevokeInput:
    """Which token to end."""

    id: strawberry.ID = strawberry.field(description="Id of one of one's own tokens.")


ApiTokenRevokeResult = Annotated[
    Done | Missing | Invalid,
    strawberry.union(
        "ApiTokenRevokeResult", description="Done, also when it had ended before; or why not."
    ),
]


@strawberry.mutation(
    description="End a token; operators may end anybody's.", extensions=in_person()
)
async def api_token_revoke(
    info: Info,
    input: Annotated[  # noqa: A002
        ApiTokenRevokeInput, argument(description="Which token to end.")
    ],
) -> ApiTokenRevokeResult | None:
    """It opens nothing from now on."""
    context, key = info.context, key_of(str(input.id), "ApiToken")
    if key is None:
        message = "There is no such token."
        raise errors.Missing(message, field="id")
    await tokens.revoke_api_token(context.database, context.viewer, key, now=context.now())
    return Done()

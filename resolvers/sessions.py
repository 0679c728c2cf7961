"""Logging in and out, and who is logged in."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from actions import accounts
from auth.requires import signed_in
from schema.context import Info
from schema.problems import Invalid, Refused
from schema.types.viewer import Me


@strawberry.field(description="The person who is logged in.", extensions=signed_in())
def me(info: Info) -> Me | None:
    """The viewer."""
    return info.context.viewer  # type: ignore[return-value]  # shown as it is


@strawberry.input(description="Who wants to log in.")
class SessionLogInInput:
    """Who wants to log in."""

    email: str = strawberry.field(description="The log-in, an e-mail address; case is ignored.")
    password: str = strawberry.field(description="The password.")


@strawberry.type(description="A session that has begun.")
class SessionLogIn:
    """A session that has begun."""

    token: str = strawberry.field(
        description="Send it as `Authorization: Bearer …`; it is shown only here. Browsers also"
        " get it as a cookie."
    )
    expires_at: datetime = strawberry.field(description="End of the session at the latest.")
    me: Me = strawberry.field(description="The person who is logged in.")


@strawberry.type(description="The session has ended.")
class SessionLogOut:
    """The session has ended."""

    done: bool = strawberry.field(description="Always true: the token opens nothing any more.")


SessionLogInResult = Annotated[
    SessionLogIn | Refused | Invalid,
    strawberry.union(
        "SessionLogInResult", description="A session, or why there is none: LOG_IN_FAILED."
    ),
]


@strawberry.mutation(description="Begin a session with e-mail and password.")
async def session_log_in(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        SessionLogInInput, strawberry.argument(description="Who wants to log in.")
    ],
) -> SessionLogInResult:
    """The same answer for every reason to refuse."""
    context, service = info.context, info.context.service
    found = await accounts.log_in(
        context.database,
        input.email,
        input.password,
        now=context.now(),
        idle=timedelta(minutes=service.session_idle_minutes),
        absolute=timedelta(hours=service.session_hours),
    )
    context.become(found.viewer, found.token)
    return SessionLogIn(token=found.token, expires_at=found.expires_at, me=found.viewer)  # type: ignore[arg-type]


@strawberry.mutation(description="End the session that this request came with.")
async def session_log_out(info: Info) -> SessionLogOut:
    """Logging out twice is no error."""
    context = info.context
    if context.token is not None:
        await accounts.log_out(context.database, context.token, context.now())
    context.leave()
    return SessionLogOut(done=True)

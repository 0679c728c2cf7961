"""Logging in and out, who is logged in, and one's sessions."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry
from strawberry import argument

from actions import sessions
from auth.requires import in_person, signed_in
from domain import errors
from schema.context import Info
from schema.ids import key_of
from schema.problems import Invalid, Missing, RateLimited, Refused
from schema.types.done import Done
from schema.types.viewer import Me


@strawberry.field(
    description="The person who is logged in.", extensions=signed_in(before_terms=True)
)
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
    SessionLogIn | Refused | Invalid | RateLimited,
    strawberry.union(
        "SessionLogInResult",
        description="A session, or why there is none: LOG_IN_FAILED, or RATE_LIMITED after too"
        " many attempts.",
    ),
]


@strawberry.mutation(
    description="Begin a session with e-mail and password; at most once in an operation."
)
async def session_log_in(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        SessionLogInInput, argument(description="Who wants to log in.")
    ],
) -> SessionLogInResult:
    """The same answer for every reason to refuse."""
    context, service = info.context, info.context.service
    context.once("sessionLogIn")
    found = await sessions.log_in(
        context.database,
        context.viewer,
        input.email,
        input.password,
        throttle=context.throttle,
        note=context.trail.events.append,
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
        await sessions.log_out(context.database, context.viewer, context.token, now=context.now())
    context.leave()
    return SessionLogOut(done=True)


@strawberry.input(description="Which session to end.")
class SessionEndInput:
    """Which session to end."""

    id: strawberry.ID = strawberry.field(description="Id of one of one's own sessions.")


SessionEndResult = Annotated[
    Done | Missing | Invalid,
    strawberry.union(
        "SessionEndResult", description="Done, also when it had ended before; or why not."
    ),
]


@strawberry.mutation(
    description="End one of one's own sessions, wherever it is open.", extensions=in_person()
)
async def session_end(
    info: Info,
    input: Annotated[  # noqa: A002
        SessionEndInput, argument(description="Which session to end.")
    ],
) -> SessionEndResult | None:
    """Its token opens nothing from now on."""
    context, key = info.context, key_of(str(input.id), "Session")
    if key is None:
        message = "You have no such session."
        raise errors.Missing(message, field="id")
    await sessions.end_own_session(context.database, context.viewer, key, now=context.now())
    return Done()


@strawberry.mutation(
    description="End all of one's own sessions but this one.", extensions=in_person()
)
async def session_end_others(info: Info) -> Done | None:
    """For somebody who left a session open elsewhere."""
    context = info.context
    await sessions.end_other_sessions(context.database, context.viewer, now=context.now())
    return Done()

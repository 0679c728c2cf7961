"""Who may see a centre: letting people in, changing what they may do, ending it."""

from typing import Annotated

import strawberry
from strawberry import argument

from actions import access
from actions.grants import CENTRE_USER, Rights
from auth.permissions import GrantKind, Permission, Role
from auth.requires import in_person, requires
from domain import errors
from loaders.access import access_by_id
from schema.context import Info
from schema.ids import key_of
from schema.problems import Invalid, Missing, RateLimited, Refused
from schema.scalars import CentreNumber, CourseCode
from schema.types.access import Access
from schema.types.conflict import Conflict
from schema.types.done import Done


async def _shown(info: Info, grant_id: int) -> Access:
    """The access as it is now."""
    info.context.forget()
    found: Access = await info.context.load(access_by_id, grant_id)
    return found


def _key(id: strawberry.ID) -> int:
    key = key_of(str(id), "Access")
    if key is None:
        message = "There is no such access."
        raise errors.Missing(message, field="id")
    return key


@strawberry.input(description="Whom to let in.")
class AccessGrantInput:
    """Whom to let in."""

    centre: CentreNumber = strawberry.field(description="National centre number.")
    login: str = strawberry.field(
        description="The person's user name, which is their e-mail address; they must have"
        " registered."
    )
    kind: GrantKind = strawberry.field(
        default=GrantKind.CENTRE, description="Whether the person works at the centre."
    )
    affiliation: str | None = strawberry.field(
        default=None, description="A label such as consortium manager; null for none."
    )
    line: CourseCode | None = strawberry.field(
        default=None,
        description="The only line of learning whose learners the person is to see; null for all.",
    )


AccessGrantResult = Annotated[
    Access | Invalid | Missing | Refused | Conflict | RateLimited,
    strawberry.union(
        "AccessGrantResult",
        description="The access, also when the person had just this before; or why not, such as"
        " USER_NOT_REGISTERED.",
    ),
]


@strawberry.mutation(
    description="Let a registered person in at one's centre, as a viewer.",
    extensions=in_person(Permission.USER_MANAGE),
)
async def access_grant(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        AccessGrantInput, argument(description="Whom to let in.")
    ],
) -> AccessGrantResult | None:
    """Edit rights come by `accessSetAdministrator`."""
    context = info.context
    grant_id = await access.add_user(
        context.database,
        context.viewer,
        centre_number=str(input.centre),
        login=input.login,
        kind=input.kind,
        affiliation=input.affiliation,
        line=None if input.line is None else str(input.line),
        throttle=context.throttle,
        now=context.now(),
    )
    return await _shown(info, grant_id)


@strawberry.input(description="Whose edit rights to change.")
class AccessSetAdministratorInput:
    """Whose edit rights to change."""

    id: strawberry.ID = strawberry.field(description="Id of the access.")
    administrator: bool = strawberry.field(
        description="Whether the person is to be a learner tracking administrator, who may edit."
    )
    expected_version: int = strawberry.field(description="The version that was read.")


AccessSetAdministratorResult = Annotated[
    Access | Invalid | Missing | Refused | Conflict,
    strawberry.union(
        "AccessSetAdministratorResult", description="The access as it is now, or why not."
    ),
]


@strawberry.mutation(
    description='Tick or untick "learner tracking administrator".',
    extensions=in_person(Permission.USER_MANAGE),
)
async def access_set_administrator(
    info: Info,
    input: Annotated[  # noqa: A002
        AccessSetAdministratorInput, argument(description="Whose edit rights to change.")
    ],
) -> AccessSetAdministratorResult | None:
    """It holds from the person's next request on."""
    context = info.context
    grant_id = await access.set_administrator(
        context.database,
        context.viewer,
        _key(input.id),
        administrator=input.administrator,
        expected_version=input.expected_version,
        now=context.now(),
    )
    return await _shown(info, grant_id)


@strawberry.input(description="Whose access to end.")
class AccessRevokeInput:
    """Whose access to end."""

    id: strawberry.ID = strawberry.field(description="Id of the access.")
    expected_version: int = strawberry.field(description="The version that was read.")


AccessRevokeResult = Annotated[
    Done | Invalid | Missing | Refused | Conflict,
    strawberry.union("AccessRevokeResult", description="Done, or why not."),
]


@strawberry.mutation(
    description="End somebody's access to a centre, at once.",
    extensions=in_person(Permission.USER_MANAGE),
)
async def access_revoke(
    info: Info,
    input: Annotated[  # noqa: A002
        AccessRevokeInput, argument(description="Whose access to end.")
    ],
) -> AccessRevokeResult | None:
    """A centre always keeps somebody who can manage its users."""
    context = info.context
    await access.revoke_access(
        context.database,
        context.viewer,
        _key(input.id),
        expected_version=input.expected_version,
        now=context.now(),
    )
    return Done()


@strawberry.input(description="Which centre to leave.")
class AccessGiveUpInput:
    """Which centre to leave."""

    centre: CentreNumber = strawberry.field(description="National centre number.")


AccessGiveUpResult = Annotated[
    Done | Missing | Refused,
    strawberry.union(
        "AccessGiveUpResult",
        description="Done, or why not: the last centre user has to stay.",
    ),
]


@strawberry.mutation(
    description="Give up one's own access to a centre.",
    extensions=in_person(Permission.GRANT_RELINQUISH),
)
async def access_give_up(
    info: Info,
    input: Annotated[  # noqa: A002
        AccessGiveUpInput, argument(description="Which centre to leave.")
    ],
) -> AccessGiveUpResult | None:
    """Only somebody else can let one in again."""
    context = info.context
    await access.give_up_access(
        context.database, context.viewer, centre_number=str(input.centre), now=context.now()
    )
    return Done()


@strawberry.input(description="Whom to bind to a centre, or to unbind.")
class AccessBindInput:
    """Whom to bind to a centre, or to unbind."""

    centre: CentreNumber = strawberry.field(description="National centre number.")
    login: str = strawberry.field(description="The person's e-mail address.")


AccessBindResult = Annotated[
    Access | Invalid | Missing | Refused,
    strawberry.union("AccessBindResult", description="The access as it is now, or why not."),
]

_OPERATORS = requires(Permission.CENTRE_USER_BIND, everywhere=True)


async def _bound(info: Info, given: AccessBindInput, rights: Rights) -> Access:
    context = info.context
    grant_id = await access.set_access(
        context.database,
        context.viewer,
        centre_number=str(given.centre),
        login=given.login,
        rights=rights,
        now=context.now(),
    )
    return await _shown(info, grant_id)


@strawberry.mutation(
    description="Bind a registered person to a centre as its centre user, who edits and manages"
    " its users.",
    extensions=_OPERATORS,
)
async def access_bind(
    info: Info,
    input: Annotated[  # noqa: A002
        AccessBindInput, argument(description="Whom to bind to which centre.")
    ],
) -> AccessBindResult | None:
    """Whatever access they had before becomes this."""
    return await _bound(info, input, CENTRE_USER)


@strawberry.mutation(
    description="Make a centre user a colleague who may edit and no longer manages users.",
    extensions=_OPERATORS,
)
async def access_unbind(
    info: Info,
    input: Annotated[  # noqa: A002
        AccessBindInput, argument(description="Whom to unbind from which centre.")
    ],
) -> AccessBindResult | None:
    """The last centre user has to stay."""
    return await _bound(info, input, Rights(role=Role.ADMINISTRATOR))

"""The records of W1 and W2, served the usual way: what `served_usually` runs for comparison.

Strawberry's own view and executor, a class for each permission, a DataLoader for each relation, and
Tortoise's models: as the documentation of either shows. Who asks, and at which centres, is read
once a request. Nothing is limited, logged or counted.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, NamedTuple, NewType, cast

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from tortoise import Tortoise
from tortoise.queryset import QuerySet

import models
from auth.tokens import hash_of
from database.connection import WRITE, apps
from domain.codes import SEVERITIES
from domain.issues import BEARS_ON_COMPONENTS
from inputs.flags import reasons_of

ULN = NewType("ULN", str)
CentreNumber = NewType("CentreNumber", str)


class Asking(NamedTuple):
    """Who asks, and the loaders of the request."""

    centres: frozenset[int]
    """Where the person who asks may read."""
    loaders: "Loaders"


Info = strawberry.Info[Asking, None]


class MayRead(BasePermission):
    """Somebody who was let in at the centre that a row belongs to."""

    message = "You may not read this."

    def has_permission(self, source: Any, info: Info, **_arguments: Any) -> bool:  # noqa: ANN401
        """Whether the row is one of the viewer's."""
        return source.centre_id in info.context.centres


class LoggedIn(BasePermission):
    """Somebody who was let in anywhere."""

    message = "Log in first."

    def has_permission(self, source: Any, info: Info, **_arguments: Any) -> bool:  # noqa: ANN401, ARG002
        """Whether there is a centre to read of."""
        return bool(info.context.centres)


# Loaders ------------------------------------------------------------------------------------------


def many(rows_of: Callable[[list[int]], QuerySet[Any]], key: str) -> Any:  # noqa: ANN401
    """A DataLoader of the rows that belong to each key."""

    async def load(keys: list[int]) -> list[list[Any]]:
        found: dict[Hashable, list[Any]] = defaultdict(list)
        for row in await rows_of(keys):
            found[getattr(row, key)].append(row)
        return [found[wanted] for wanted in keys]

    return DataLoader(load_fn=load)


def one(rows_of: Callable[[list[int]], QuerySet[Any]], key: str) -> Any:  # noqa: ANN401
    """A DataLoader of the one row of each key."""

    async def load(keys: list[int]) -> list[Any]:
        found = {getattr(row, key): row for row in await rows_of(keys)}
        return [found.get(wanted) for wanted in keys]

    return DataLoader(load_fn=load)


class Loaders:
    """A DataLoader for each relation."""

    def __init__(self) -> None:
        """For one request."""
        self.learner = one(lambda ids: models.Learner.filter(id__in=ids), "id")
        self.registration = one(lambda ids: models.Registration.filter(id__in=ids), "id")
        self.completion = one(
            lambda ids: models.Completion.filter(registration_id__in=ids), "registration_id"
        )
        self.components = many(
            lambda ids: models.Component.filter(registration_id__in=ids).order_by("id"),
            "registration_id",
        )
        self.flags = many(
            lambda ids: models.Flag.filter(registration_id__in=ids).order_by("id"),
            "registration_id",
        )
        self.issues = many(
            lambda ids: models.Issue.filter(registration_id__in=ids).order_by(
                "-severity", "due", "component_type", "code"
            ),
            "registration_id",
        )
        self.entries = many(
            lambda ids: models.Entry.filter(registration_id__in=ids).order_by("entered_on", "id"),
            "registration_id",
        )


# Types --------------------------------------------------------------------------------------------


def attribute(name: str) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A field whose column has another name."""

    def resolve(root: Any) -> Any:  # noqa: ANN401
        return getattr(root, name)

    return resolve


@strawberry.type
class Flag:
    """A status flag of a component."""

    kind: str
    code: str | None
    detail: str | None
    since: date | None

    @strawberry.field
    def reasons(self: Any) -> list[str]:
        """Why it stands."""
        return [str(reason) for reason in reasons_of(self.reasons)]


@strawberry.type
class Issue:
    """A row of the shopping list."""

    code: str
    subject: str | None
    due_on: date | None

    @strawberry.field
    def severity(self: Any) -> str:
        """How urgent it is."""
        return str(SEVERITIES[self.severity].name)


@strawberry.type
class Entry:
    """An entry."""

    qan: str
    kind: str
    unit: str | None
    series: str | None
    status: str
    entered_on: date

    @strawberry.field
    def result(self: Any) -> str | None:
        """What was awarded, from the day of its release on."""
        held = self.result_release_on is not None and self.result_release_on > today()
        return None if held else self.result


@strawberry.type
class Component:
    """A part of a learner's Diploma."""

    type: str
    required: bool
    entry_flag: str | None
    assessment_flag: str | None

    @strawberry.field(permission_classes=[MayRead])
    async def flags(self: Any, info: Info) -> list[Flag]:
        """Its flags."""
        rows = await info.context.loaders.flags.load(self.registration_id)
        return [row for row in rows if row.component_id == self.id]

    @strawberry.field(permission_classes=[MayRead])
    async def issues(self: Any, info: Info) -> list[Issue]:
        """Its own issues, and those of the registration that bear on it."""
        rows = await info.context.loaders.issues.load(self.registration_id)
        is_open = self.required and not self.complete
        return [
            row
            for row in rows
            if row.component_type == self.type
            or (is_open and not row.component_type and row.code in BEARS_ON_COMPONENTS)
        ]

    @strawberry.field(permission_classes=[MayRead])
    async def entries(self: Any, info: Info) -> list[Entry]:
        """The entries that are filed under it."""
        rows = await info.context.loaders.entries.load(self.registration_id)
        return [row for row in rows if row.component == self.type]


@strawberry.type
class Registration:
    """A learner on a Diploma."""

    line: str
    level: str
    status: str
    registered_on: str | None
    anticipated_award: str | None = strawberry.field(resolver=attribute("award"))

    @strawberry.field
    async def claim_status(self: Any, info: Info) -> str:
        """How far the claim has come."""
        completion = await info.context.loaders.completion.load(self.id)
        return str(completion.claim_status)


@strawberry.type
class Learner:
    """A learner by the foremost registration; a row of completion stands for both."""

    percent_complete: int | None = strawberry.field(resolver=attribute("percent"))
    completion_status: str = strawberry.field(resolver=attribute("status"))

    @strawberry.field
    def uln(self: Any) -> ULN | None:
        """None where it is not known yet."""
        return cast("ULN | None", self.uln or None)

    @strawberry.field
    async def name(self: Any, info: Info) -> str:
        """Given and family name."""
        learner = await info.context.loaders.learner.load(self.learner_id)
        return f"{learner.given_name} {learner.family_name}"

    @strawberry.field(permission_classes=[MayRead])
    async def registration(self: Any, info: Info) -> Registration:
        """The registration itself."""
        return cast(
            "Registration", await info.context.loaders.registration.load(self.registration_id)
        )

    @strawberry.field(permission_classes=[MayRead])
    async def components(self: Any, info: Info) -> list[Component]:
        """The parts of the Diploma."""
        return cast(
            "list[Component]", await info.context.loaders.components.load(self.registration_id)
        )


@strawberry.type
class PageInfo:
    """Whether there is more."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class LearnerPage:
    """A page of learners."""

    nodes: list[Learner]
    page_info: PageInfo


@strawberry.type
class Centre:
    """A centre."""

    name: str

    @strawberry.field
    async def learners(self: Any, first: int) -> LearnerPage:
        """Its learners by name."""
        listed = models.Completion.filter(centre_id=self.id, foremost=True)
        found = await listed.order_by("name_order", "learner_id").limit(first + 1)
        rows = cast("list[Learner]", found[:first])
        cursor = str(found[first - 1].learner_id) if len(found) >= first else None
        return LearnerPage(
            nodes=rows, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=cursor)
        )


@strawberry.type
class Query:
    """What W1 and W2 ask."""

    @strawberry.field(permission_classes=[LoggedIn])
    async def learner(self, info: Info, uln: ULN) -> Learner | None:
        """A learner of a centre in reach."""
        listed = models.Completion.filter(uln=uln, centre_id__in=info.context.centres)
        return cast("Learner | None", await listed.order_by("place").first())

    @strawberry.field(permission_classes=[LoggedIn])
    async def centre(self, info: Info, number: CentreNumber) -> Centre | None:
        """A centre in reach."""
        listed = models.Centre.filter(number=number, id__in=info.context.centres)
        return cast("Centre | None", await listed.first())


# The application ----------------------------------------------------------------------------------


def today() -> date:
    """The civil day that the server is told."""
    return date.fromisoformat(os.environ["LEARNER_TRACKING_TODAY"])


class View(GraphQL[Asking, None]):
    """Strawberry's own view."""

    async def get_context(self, request: Request | Any, response: Response | Any) -> Asking:  # noqa: ANN401, ARG002
        """Whose token came with the request, and where they were let in."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        session = await models.Session.filter(
            token_hash=hash_of(token), ended_at=None
        ).select_related("user")
        if not session:
            return Asking(frozenset(), Loaders())
        grants = models.Grant.filter(user_id=session[0].user.id, revoked_at=None)
        centres = await grants.values_list("centre_id", flat=True)
        return Asking(frozenset(centres), Loaders())  # type: ignore[arg-type]  # flat


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Tortoise, for as long as the application runs."""
    config = {
        "connections": {WRITE: os.environ["DATABASE_URL"]},
        "apps": apps(),
        "use_tz": True,
        "timezone": "UTC",
    }
    await Tortoise.init(config, _enable_global_fallback=True)
    yield
    await Tortoise.close_connections()


config = StrawberryConfig(
    scalar_map={
        ULN: strawberry.scalar(name="ULN"),
        CentreNumber: strawberry.scalar(name="CentreNumber"),
    }
)
view = View(strawberry.Schema(Query, config=config))
app = Starlette(lifespan=lifespan, routes=[Route("/graphql", view)])

"""The history of changes, and putting an edit back."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import argument

from actions.undo import undo
from auth.permissions import Permission
from auth.requires import in_person, signed_in
from domain import errors
from domain.people import sought_email
from domain.vocabulary import ChangeSource
from loaders import changes as loaders
from loaders.named import Named, NameKind
from loaders.paging import CHANGES_NEWEST_FIRST
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.ids import key_of
from schema.named import note_names
from schema.problems import Invalid, Missing, Refused
from schema.ranges import period
from schema.scalars import CentreNumber
from schema.types.change import Change
from schema.types.conflict import Conflict
from schema.types.edit import ChangeUndone

OBJECT_TYPES = ("LEARNER", "REGISTRATION", "DECLARATION", "ISSUE")


@strawberry.input(
    description="Which changes to list. Every condition that is given must hold; of several values"
    " of one condition, any. Of `centres` that are not there or not in reach, `extensions.warnings`"
    " tells."
)
class ChangeFilter:
    """Which changes to list."""

    centres: list[CentreNumber] | None = strawberry.field(
        default=None, description="At one of these centres."
    )
    learner: strawberry.ID | None = strawberry.field(
        default=None, description="Of the learner with this opaque id."
    )
    sources: list[ChangeSource] | None = strawberry.field(
        default=None, description="From one of these sources."
    )
    object_types: list[str] | None = strawberry.field(
        default=None,
        description="Of objects of these types: LEARNER, REGISTRATION, DECLARATION or ISSUE.",
    )
    since: datetime | None = strawberry.field(
        name="from", default=None, description="At this moment or later; in UTC without an offset."
    )
    until: datetime | None = strawberry.field(
        name="to", default=None, description="Before this moment; in UTC without an offset."
    )
    login: str | None = strawberry.field(
        default=None,
        description="Made by the account with this e-mail address, where one may know who made"
        " what.",
    )


@strawberry.field(
    description="The history of the learners in reach, the newest change first. Null where an"
    " argument is refused.",
    extensions=signed_in(),
)
async def changes(
    info: Info,
    filter: Annotated[  # noqa: A002 - the graph's own word
        ChangeFilter | None, argument(description="Which ones; null for all.")
    ] = None,
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Change] | None:
    """A page."""
    page, wanted = page_request(CHANGES_NEWEST_FIRST, first, after), chosen(filter)
    note_names(info, named_by(wanted))
    reading = info.context.reading
    return await paged(
        info,
        page,
        lambda: loaders.change_page(reading, wanted, page),
        lambda: loaders.change_count(reading, wanted),
    )


def chosen(given: ChangeFilter | None) -> loaders.ChangeFilter:
    """The filter as the loader knows it; a key of no learner finds nothing."""
    if given is None:
        return loaders.ChangeFilter()
    learner = None
    if given.learner is not None:
        learner = key_of(str(given.learner), "Learner", "learner") or 0
    since, until = period(given.since, given.until)
    return loaders.ChangeFilter(
        centres=tuple(map(str, given.centres or ())),
        learner_id=learner,
        sources=tuple(source.value for source in given.sources or ()),
        object_types=tuple(map(_known, given.object_types or ())),
        since=since,
        until=until,
        login=sought_email(given.login),
    )


def named_by(wanted: loaders.ChangeFilter) -> list[Named]:
    """What a filter names."""
    return [Named("centres", NameKind.CENTRE, wanted.centres)] if wanted.centres else []


def _known(object_type: str) -> str:
    if object_type not in OBJECT_TYPES:
        message = f"The history is of {', '.join(OBJECT_TYPES)}."
        raise errors.Invalid(message, field="objectTypes")
    return object_type


@strawberry.input(description="Which edit to put back.")
class ChangeUndoInput:
    """Which edit to put back."""

    id: strawberry.ID = strawberry.field(
        description="Id of a change; the whole edit that it belongs to is put back."
    )


ChangeUndoResult = Annotated[
    ChangeUndone | Invalid | Missing | Refused | Conflict,
    strawberry.union(
        "ChangeUndoResult", description="What was put back, or why not, such as SUPERSEDED."
    ),
]


@strawberry.mutation(
    description="Put a user's edit back, as a whole, if nothing newer stands on it.",
    extensions=in_person(Permission.AWARD_EDIT),
)
async def change_undo(
    info: Info,
    input: Annotated[  # noqa: A002
        ChangeUndoInput, argument(description="Which edit.")
    ],
) -> ChangeUndoResult | None:
    """For those who may make such an edit."""
    context, key = info.context, key_of(str(input.id), "Change")
    if key is None:
        message = "There is no such change."
        raise errors.Missing(message, field="id")
    done = await undo(context.database, context.viewer, key, day=context.today, now=context.now())
    context.forget()
    return ChangeUndone(batch=done.batch, learner_count=len(done.learner_ids))

"""Useful links, contacts and help topics."""

from typing import Annotated

import strawberry
from strawberry import argument

from actions import support_texts as actions
from actions.support_texts import Wording
from auth.permissions import Permission
from auth.requires import requires
from domain.vocabulary import TextKind
from loaders.support_texts import support_texts
from schema.context import Info
from schema.problems import Invalid, Missing, Refused
from schema.types.conflict import Conflict
from schema.types.done import Done
from schema.types.support_text import SupportText


@strawberry.field(description="Pages elsewhere that help with the work; anybody may read them.")
async def useful_links(info: Info) -> list[SupportText]:
    """Public."""
    return await support_texts(info.context.reading, TextKind.LINK)  # type: ignore[return-value]  # shown as they are


@strawberry.field(description="Whom to ask, and how to reach them; anybody may read it.")
async def contact_details(info: Info) -> list[SupportText]:
    """Public."""
    return await support_texts(info.context.reading, TextKind.CONTACT)  # type: ignore[return-value]  # as above


@strawberry.field(description="Answers to questions that people ask; anybody may read them.")
async def help_topics(
    info: Info,
    key: Annotated[
        str | None, argument(description="The one with this key alone; null for all.")
    ] = None,
) -> list[SupportText]:
    """Public."""
    return await support_texts(info.context.reading, TextKind.HELP, key)  # type: ignore[return-value]  # as above


@strawberry.input(description="A support text as it is to be.")
class SupportTextSetInput:
    """A support text as it is to be."""

    kind: TextKind = strawberry.field(description="What the text is for.")
    key: str = strawberry.field(
        description="What programs ask for it by: small letters, digits and hyphens, up to 60."
    )
    title: str = strawberry.field(description="A heading, 1 to 200 characters.")
    body: str = strawberry.field(
        description="Plain text, its paragraphs apart by an empty line, 1 to 20,000 characters."
    )
    url: str | None = strawberry.field(
        default=None, description="Where to go, https:, http: or mailto:; null for nowhere."
    )
    place: int = strawberry.field(
        default=0, description="Its place among those of its kind, 0 to 10,000."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="The version of the text that it replaces; null for a new one."
    )


SupportTextSetResult = Annotated[
    SupportText | Invalid | Missing | Conflict | Refused,
    strawberry.union(
        "SupportTextSetResult", description="The text as it is from now on, or why not."
    ),
]


@strawberry.mutation(
    description="Write a useful link, a contact or a help topic.",
    extensions=requires(Permission.CATALOGUE_EDIT, everywhere=True),
)
async def support_text_set(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        SupportTextSetInput, argument(description="The text as it is to be.")
    ],
) -> SupportTextSetResult | None:
    """For operators."""
    context = info.context
    await actions.set_text(
        context.database,
        context.viewer,
        input.kind,
        input.key,
        Wording(input.title, input.body, input.url, input.place),
        expected_version=input.expected_version,
        now=context.now(),
    )
    (written,) = await support_texts(context.reading, input.kind, input.key)
    return written  # type: ignore[return-value]  # shown as it is


@strawberry.input(description="Which support text to take away.")
class SupportTextRemoveInput:
    """Which support text to take away."""

    kind: TextKind = strawberry.field(description="What the text is for.")
    key: str = strawberry.field(description="What programs ask for it by.")
    expected_version: int = strawberry.field(description="The version that was looked at.")


SupportTextRemoveResult = Annotated[
    Done | Invalid | Missing | Conflict | Refused,
    strawberry.union("SupportTextRemoveResult", description="That it is gone, or why not."),
]


@strawberry.mutation(
    description="Take a useful link, a contact or a help topic away.",
    extensions=requires(Permission.CATALOGUE_EDIT, everywhere=True),
)
async def support_text_remove(
    info: Info,
    input: Annotated[  # noqa: A002
        SupportTextRemoveInput, argument(description="Which text.")
    ],
) -> SupportTextRemoveResult | None:
    """For operators."""
    context = info.context
    await actions.remove_text(
        context.database,
        context.viewer,
        input.kind,
        input.key,
        expected_version=input.expected_version,
        now=context.now(),
    )
    return Done()

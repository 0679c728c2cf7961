"""Reading, accepting and publishing the terms of use."""

from dataclasses import replace
from typing import Annotated

import strawberry
from strawberry import argument

from actions import terms
from auth.permissions import Permission
from auth.requires import in_person, requires
from loaders import terms as loaders
from schema.context import Info
from schema.problems import Invalid, Refused
from schema.types.conflict import Conflict
from schema.types.terms import Terms
from schema.types.viewer import Me


@strawberry.field(description="The terms of use as they hold now; anybody may read them.")
async def current_terms(info: Info) -> Terms:
    """Public."""
    return await loaders.current_terms(info.context.reading)  # type: ignore[return-value]


@strawberry.input(description="Which terms to accept.")
class TermsAcceptInput:
    """Which terms to accept."""

    version: str = strawberry.field(description="The version that was read.")


TermsAcceptResult = Annotated[
    Me | Conflict,
    strawberry.union(
        "TermsAcceptResult",
        description="The person, to whom everything is open now; or TERMS_OUTDATED when there are"
        " newer terms.",
    ),
]


@strawberry.mutation(
    description="Accept the current terms of use.", extensions=in_person(before_terms=True)
)
async def terms_accept(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        TermsAcceptInput, argument(description="Which terms to accept.")
    ],
) -> TermsAcceptResult | None:
    """Accepting twice is no error."""
    context = info.context
    await terms.accept_terms(context.database, context.viewer, input.version, now=context.now())
    context.go_on_as(replace(context.viewer, terms_due=False))
    return context.viewer  # type: ignore[return-value]  # shown as it is


@strawberry.input(description="A new version of the terms of use.")
class TermsPublishInput:
    """A new version of the terms of use."""

    version: str = strawberry.field(description="Its name, such as 2; none is used twice.")
    title: str = strawberry.field(description="A heading.")
    body: str = strawberry.field(description="Plain text, its paragraphs apart by an empty line.")


TermsPublishResult = Annotated[
    Terms | Invalid | Conflict | Refused,
    strawberry.union(
        "TermsPublishResult", description="The terms that hold from now on, or why not."
    ),
]


@strawberry.mutation(
    description="Publish terms of use; everybody has to accept them before they go on.",
    extensions=requires(Permission.CATALOGUE_EDIT, everywhere=True),
)
async def terms_publish(
    info: Info,
    input: Annotated[  # noqa: A002
        TermsPublishInput, argument(description="The new version.")
    ],
) -> TermsPublishResult | None:
    """Versions are never altered."""
    context = info.context
    await terms.publish_terms(
        context.database,
        context.viewer,
        version=input.version,
        title=input.title,
        body=input.body,
        now=context.now(),
    )
    return await loaders.current_terms(context.reading)  # type: ignore[return-value]

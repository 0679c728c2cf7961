"""Useful links, contacts and help topics."""

from datetime import datetime

import strawberry

from domain.vocabulary import TextKind
from loaders.support_texts import SupportTextRow
from schema.types.node import Node


@strawberry.type(description="A text that helps people along: a link, a contact or a help topic.")
class SupportText(Node):
    """A text that helps people along."""

    row = SupportTextRow
    kind: TextKind = strawberry.field(description="What the text is for.")
    key: str = strawberry.field(description="What programs ask for it by, such as qan-code.")
    title: str = strawberry.field(description="A heading, or the question that it answers.")
    body: str = strawberry.field(description="Plain text, its paragraphs apart by an empty line.")
    url: str | None = strawberry.field(
        description="Where to go, beginning with https:, http: or mailto:; null for nowhere."
    )
    place: int = strawberry.field(description="Its place among those of its kind, rising.")
    version: int = strawberry.field(
        description="Rises with every change; sent back with a write as `expectedVersion`."
    )
    changed_at: datetime = strawberry.field(description="When it was last written.")

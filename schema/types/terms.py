"""The terms of use."""

from datetime import datetime

import strawberry

from loaders.account_rows import TermsRow
from schema.types.node import Node


@strawberry.type(description="A version of the terms of use.")
class Terms(Node):
    """A version of the terms of use."""

    row = TermsRow
    version: str = strawberry.field(description="Its name, sent back with `termsAccept`.")
    title: str = strawberry.field(description="A heading.")
    body: str = strawberry.field(description="Plain text, its paragraphs apart by an empty line.")
    published_at: datetime = strawberry.field(description="Since when it holds.")

"""The service itself and its legend."""

import datetime as dt

import strawberry

from schema.types.vocabulary import FlagCode


@strawberry.type(description="What service this is.")
class ServiceInfo:
    """What service this is."""

    version: str = strawberry.field(description="Version of the software.")
    date: dt.date = strawberry.field(
        description="Civil day in Europe/London on which everything is shown."
    )
    environment: str = strawberry.field(
        description="What the installation is for: production, development or demo."
    )


@strawberry.type(description="How a flag, or an exact meaning of one, is to be shown.")
class LegendRow:
    """How a flag, or an exact meaning of one, is to be shown."""

    kind: str = strawberry.field(description="ENTRY, ASSESSMENT, or DETAIL for an exact meaning.")
    code: str = strawberry.field(description="Code of the flag or detail.")
    flag: FlagCode = strawberry.field(description="The flag; for a detail, the one it belongs to.")
    label: str = strawberry.field(description="A few words.")
    description: str = strawberry.field(description="What it means.")
    colour: str = strawberry.field(description="A hint: green, amber, red, blue or grey.")
    icon: str = strawberry.field(description="Key of an icon.")

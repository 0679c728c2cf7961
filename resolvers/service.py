"""Public facts about the service."""

import strawberry

from domain.legend import LEGEND
from schema.context import Info
from schema.types.service import LegendRow, ServiceInfo


@strawberry.field(description="What service this is, and which civil day it shows.")
def service_info(info: Info) -> ServiceInfo:
    """Public."""
    service = info.context.service
    return ServiceInfo(
        version=service.version, date=info.context.today, environment=service.environment
    )


@strawberry.field(
    description="The twelve flags and the nine exact meanings of assessment flags, with words,"
    " colours and icons."
)
def flag_legend() -> list[LegendRow]:
    """Public."""
    return LEGEND  # type: ignore[return-value]  # shown as they are

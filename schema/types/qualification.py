"""Catalogue: qualifications, their units, and what levels ask for."""

from datetime import date

import strawberry

from domain.vocabulary import ComponentType, Track, UnitAssessment
from loaders.catalogue import units_by_qan
from loaders.rows import QualificationRow, RequirementRow, UnitRow
from schema.batched import batched
from schema.scalars import CourseCode, Qan
from schema.types.node import Node


@strawberry.type(description="One unit of a qualification.")
class Unit:
    """One unit of a qualification."""

    row = UnitRow
    code: str = strawberry.field(description="Code of the unit, such as EG201.")
    title: str | None = strawberry.field(description="Title; null when the feed gives none.")
    assessment: UnitAssessment = strawberry.field(description="Who assesses the unit.")
    required: bool = strawberry.field(description="Whether the award needs the unit.")


@strawberry.type(description="What a QAN stands for and where it may count.")
class Qualification(Node):
    """What a QAN stands for and where it may count."""

    row = QualificationRow
    qan: Qan = strawberry.field(description="Qualification accreditation number.")
    title: str = strawberry.field(description="Title of the qualification.")
    awarding_body: str = strawberry.field(description="EDEXCEL, or the name of the body.")
    component: ComponentType = strawberry.field(description="The component it belongs to.")
    level: int = strawberry.field(description="Qualification level, 1 to 8.")
    lines: list[CourseCode] | None = strawberry.field(
        description="Lines of learning it may count to; null for any."
    )
    guided_learning_hours: int = strawberry.field(description="Size in guided learning hours.")
    barring_code: str | None = strawberry.field(
        description="Two qualifications with the same code cannot both count; ZZZZ and null"
        " combine with anything."
    )
    track: Track = strawberry.field(description="How its outcome is brought about.")
    requires_award_entry: bool = strawberry.field(
        description="Whether an entry for the award is needed beside the units."
    )
    valid_from: date | None = strawberry.field(
        description="First day on which entries may be made; null when not known."
    )
    valid_to: date | None = strawberry.field(
        description="Last day on which entries may be made; null when there is no end."
    )
    post_sixteen_only: bool = strawberry.field(
        description="Whether it is meant for learners of 16 and over."
    )
    units: list[Unit] = batched(
        units_by_qan, key="qan", description="Its units, by code; empty when it has none."
    )


@strawberry.type(description="What a Diploma level asks of a component.")
class Requirement:
    """What a Diploma level asks of a component."""

    row = RequirementRow
    level: CourseCode = strawberry.field(description="The Diploma level.")
    qualification_levels: list[int] = strawberry.field(
        description="Levels at which a qualification counts."
    )
    guided_learning_hours: int = strawberry.field(
        description="Hours of the component in the Diploma."
    )
    minimum_guided_learning_hours: int | None = strawberry.field(
        description="Least hours to be entered; null where one qualification is enough."
    )

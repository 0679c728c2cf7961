"""Learners who may be meant by an entry that no ULN matches."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.nearness import Nearness
from loaders.learners import learner_by_id
from loaders.near import NearRow
from schema.batched import batched

if TYPE_CHECKING:
    from schema.types.learner import Learner


@strawberry.type(
    description="A learner who may be meant by an entry that no ULN matches, and why. Nothing is"
    " attached by it: the centre puts the ULN right where it was made."
)
class NearLearner:
    """A learner who may be meant, and why."""

    row = NearRow
    reasons: list[Nearness] = strawberry.field(
        description="What is near. Birth dates are compared only for those who may see them."
    )
    explanations: list[str] = strawberry.field(
        description="The reasons as sentences, in the same order."
    )
    learner: Annotated["Learner", strawberry.lazy("schema.types.learner")] | None = batched(
        learner_by_id, key="learner_id", description="Who may be meant; null when out of reach."
    )

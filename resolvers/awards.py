"""Setting anticipated award months, for one learner and for many."""

from collections.abc import Iterable
from typing import Annotated

import strawberry
from strawberry import argument

from actions import awards
from actions.awards import WantedAward
from actions.bulk import Bulk
from auth.permissions import Permission
from auth.requires import in_person
from domain import errors
from domain.identifiers import YearMonth as Month
from loaders.learners import registrations_by_learner_id
from schema.context import Info
from schema.ids import decode_id
from schema.problems import Invalid, Missing, Refused
from schema.scalars import YearMonth
from schema.types.conflict import Conflict
from schema.types.edit import LearnerAwardSet, LearnersEdited, warned

_MONTH = "The month; null says that none is known. The awarding body's own is kept beside."
_FOLLOW = (
    "True to let the awarding body's own month count again, now and after later feeds; then give"
    " no month."
)
_VERSION = "The version of the registration that was read."


@strawberry.input(description="Which anticipated award month to set for which learner.")
class LearnerSetAnticipatedAwardInput:
    """Which anticipated award month to set for which learner."""

    id: strawberry.ID = strawberry.field(
        description="Id of the registration, or of a learner who has no other in reach."
    )
    month: YearMonth | None = strawberry.field(default=strawberry.UNSET, description=_MONTH)
    follow_awarding_body: bool = strawberry.field(default=False, description=_FOLLOW)
    expected_version: int = strawberry.field(description=_VERSION)


LearnerSetAnticipatedAwardResult = Annotated[
    LearnerAwardSet | Invalid | Missing | Refused | Conflict,
    strawberry.union(
        "LearnerSetAnticipatedAwardResult",
        description="The record as it is now, or why not, such as AWARD_BEFORE_REGISTRATION.",
    ),
]


@strawberry.mutation(
    description="Set the anticipated award month of one learner; flags, issues and completion"
    " follow at once.",
    extensions=in_person(Permission.AWARD_EDIT),
)
async def learner_set_anticipated_award(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        LearnerSetAnticipatedAwardInput, argument(description="Which month for whom.")
    ],
) -> LearnerSetAnticipatedAwardResult | None:
    """For editors of the home centre."""
    context = info.context
    done = await awards.set_award(
        context.database,
        context.viewer,
        await _registration_id(info, input.id),
        _wanted(input.month, follow=input.follow_awarding_body),
        expected_version=input.expected_version,
        day=context.today,
        now=context.now(),
    )
    context.forget()
    return LearnerAwardSet(
        registration_id=done.registration_id,
        changed=done.changed,
        warnings=warned(done.warnings),
    )


@strawberry.input(description="One registration, and the version of it that was read.")
class RegistrationVersion:
    """One registration, and the version of it that was read."""

    id: strawberry.ID = strawberry.field(description="Id of the registration.")
    expected_version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="Which anticipated award month to set for many learners.")
class LearnersSetAnticipatedAwardInput:
    """Which anticipated award month to set for many learners."""

    learners: list[RegistrationVersion] = strawberry.field(
        description="The registrations, 1 to 5,000, each once."
    )
    month: YearMonth | None = strawberry.field(default=strawberry.UNSET, description=_MONTH)
    follow_awarding_body: bool = strawberry.field(default=False, description=_FOLLOW)
    idempotency_key: str = strawberry.field(
        description="The sender's own word for this edit, 1 to 100 characters: sent again with it,"
        " the edit is not made again and answers the same."
    )


LearnersSetAnticipatedAwardResult = Annotated[
    LearnersEdited | Invalid | Missing | Refused,
    strawberry.union(
        "LearnersSetAnticipatedAwardResult",
        description="What became of each learner, or why the edit was not looked at.",
    ),
]


@strawberry.mutation(
    description="Set the anticipated award month of many learners: all are changed, or none.",
    extensions=in_person(Permission.AWARD_EDIT),
)
async def learners_set_anticipated_award(
    info: Info,
    input: Annotated[  # noqa: A002
        LearnersSetAnticipatedAwardInput, argument(description="Which month for whom.")
    ],
) -> LearnersSetAnticipatedAwardResult | None:
    """For editors of the home centres."""
    context = info.context
    ids = registration_keys(one.id for one in input.learners)
    versions = (one.expected_version for one in input.learners)
    done = await awards.set_awards(
        context.database,
        context.viewer,
        [*zip(ids, versions, strict=True)],
        _wanted(input.month, follow=input.follow_awarding_body),
        key=input.idempotency_key,
        day=context.today,
        now=context.now(),
    )
    context.forget()
    return edited(done)


def edited(done: Bulk) -> LearnersEdited:
    """What became of many learners, as it is shown."""
    refused = sum(outcome.code is not None for outcome in done.outcomes)
    changed = sum(outcome.changed for outcome in done.outcomes) if done.applied else 0
    unchanged = sum(outcome.code is None and not outcome.changed for outcome in done.outcomes)
    return LearnersEdited(
        batch=done.batch,
        applied=done.applied,
        changed_count=changed,
        unchanged_count=unchanged,
        refused_count=refused,
        outcomes=list(done.outcomes),  # type: ignore[arg-type]  # shown as they are
    )


def registration_keys(ids: Iterable[strawberry.ID]) -> list[int]:
    """The keys in a list of `learners`; ids of other things get keys that no registration has.

    Raises Invalid (ID_INVALID) with the place of what is no id.
    """
    keys = []
    others: dict[tuple[str, int], int] = {}
    for place, one in enumerate(ids, start=1):
        try:
            name, key = decode_id(str(one))
        except errors.Invalid as error:
            message = f"{error.message} It is at place {place} of the list."
            raise errors.Invalid(message, code=error.code, field="learners") from None
        # One of its own for each: two things that are no registration are not one chosen twice.
        keys.append(key if name == "Registration" else others.setdefault((name, key), -place))
    return keys


async def _registration_id(info: Info, id: strawberry.ID) -> int:
    """The registration that an id stands for; raises Invalid where it may be any of several."""
    name, key = decode_id(str(id))
    if name != "Learner":
        return key if name == "Registration" else 0
    found = await info.context.load(registrations_by_learner_id, key)
    if len(found) > 1:
        message = "The learner has several registrations; give the id of the one that is meant."
        raise errors.Invalid(message, code="REGISTRATION_AMBIGUOUS", field="id")
    return found[0].id if found else 0


def _wanted(month: YearMonth | None, *, follow: bool) -> WantedAward:
    given = month is not strawberry.UNSET
    if given == follow:
        message = "Give a month, or null for none, or else follow the awarding body."
        raise errors.Invalid(message, code="ARGUMENT_CHOICE", field="month")
    return WantedAward(Month.parse(str(month)) if given and month is not None else None, follow)

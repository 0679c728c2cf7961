"""Qualifications with other awarding bodies: looked at, then declared, for one or for many."""

from collections.abc import Sequence
from typing import Annotated

import strawberry
from strawberry import argument

from actions import declarations as actions
from actions.cohorts import add_declarations
from actions.declarations import WantedDeclaration
from actions.registrations import LockedCourse
from auth import previews
from auth.explain import Verdict as Decision
from auth.explain import verdict
from auth.permissions import Permission
from auth.requires import in_person, signed_in
from domain import errors
from domain.editing import (
    NOT_REQUIRED,
    Impediment,
    declaration_impediment,
    qan_impediment,
    qan_warnings,
)
from domain.vocabulary import ComponentType, RegistrationStatus
from loaders import declarations as loaders
from loaders.candidates import CandidateCourse, candidate_count, candidate_page
from loaders.catalogue import qualification_by_qan, requirement_by_level_and_component
from loaders.centres import centre_by_number
from loaders.components import component_by_id, declarations_by_registration_id
from loaders.learners import registration_by_id
from loaders.named import Named, NameKind
from loaders.paging import CANDIDATES_BY_NAME, DECLARATIONS_NEWEST_FIRST
from loaders.rows import ComponentRow
from resolvers.awards import edited, registration_keys
from schema.connection import (
    DEFAULT_FIRST,
    After,
    Connection,
    First,
    connection,
    page_request,
    paged,
)
from schema.context import Info
from schema.ids import key_of
from schema.named import note_filter, note_names
from schema.problems import Invalid, Missing, Refused
from schema.scalars import CentreNumber, CourseCode, Qan
from schema.types.component import Declaration
from schema.types.edit import (
    DeclarationAdded,
    DeclarationCandidates,
    DeclarationPreview,
    DeclarationRemoved,
    LearnersEdited,
    warned,
)
from schema.types.filters import LearnerWanted, chosen

# Looking ----------------------------------------------------------------------------------------


@strawberry.field(
    description="Manage non-Edexcel Qualifications: the declarations that stand for learners in"
    " reach, the newest first. The filter is about today, and asked of the registration that each"
    " declaration is for, also where the learner is listed by another. For another day ask"
    " `learners`, whose components have their declarations. Null where an argument is refused.",
    extensions=signed_in(),
)
async def declarations(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Declaration] | None:
    """A page."""
    page, wanted = page_request(DECLARATIONS_NEWEST_FIRST, first, after), chosen(filter)
    note_filter(info, wanted)
    reading = info.context.reading
    return await paged(
        info,
        page,
        lambda: loaders.declaration_page(reading, wanted, page),
        lambda: loaders.declaration_count(reading, wanted),
    )


@strawberry.field(
    description="What would be declared for a component: the QAN as it is written, what the"
    " catalogue says of it, and what is odd about it; null when the component is out of reach.",
    extensions=signed_in(),
)
async def declaration_preview(
    info: Info,
    component_id: Annotated[strawberry.ID, argument(description="Id of the component.")],
    qan: Annotated[Qan, argument(description="The qualification.")],
) -> DeclarationPreview | None:
    """What the guide asks about: is this QAN correct, yes or no."""
    context, key = info.context, key_of(str(component_id), "Component", "componentId")
    component = None if key is None else await context.load(component_by_id, key)
    if component is None:
        return None
    registration = await context.load(registration_by_id, component.registration_id)
    standing = await context.load(declarations_by_registration_id, component.registration_id)
    impediment = declaration_impediment(
        RegistrationStatus(registration.status),
        required=component.required,
        complete=component.complete,
    )
    kind = ComponentType(component.type)
    preview = await _preview(
        info,
        component.centre_id,
        (kind, registration.line, component.level),
        str(qan),
        impediment,
        _about(component),
    )
    preview.already_declared = any((row.component, row.qan) == (kind, str(qan)) for row in standing)
    return preview


@strawberry.field(
    description="The learners of a course for whom a QAN may be declared, each selectable or not;"
    " null when the centre is out of reach. A line or level that is not there is warned of.",
    extensions=signed_in(Permission.DECLARATION_EDIT),
)
async def declaration_candidates(
    info: Info,
    line: Annotated[CourseCode, argument(description="Code of the line of learning.")],
    level: Annotated[CourseCode, argument(description="Code of the Diploma level.")],
    centre: Annotated[CentreNumber, argument(description="National centre number.")],
    component: Annotated[ComponentType, argument(description="What it would stand for.")],
    qan: Annotated[Qan, argument(description="The qualification.")],
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> DeclarationCandidates | None:
    """A page of them, with what would be declared."""
    context = info.context
    page = page_request(CANDIDATES_BY_NAME, first, after)
    found = await context.load(centre_by_number, str(centre))
    if found is None:
        return None
    context.demand(Permission.DECLARATION_EDIT, found.id)
    course = CandidateCourse(found.id, str(line), str(level), component, str(qan))
    names = [
        Named("line", NameKind.LINE, (course.line,)),
        Named("level", NameKind.LEVEL, (course.level,)),
    ]
    note_names(info, names)
    part = (component, course.line, course.level)
    need = await context.load(requirement_by_level_and_component, (course.level, component.value))
    reading = context.reading
    candidates = await candidate_page(reading, course, page)
    context.trail.listed(context.viewer, candidates.rows)
    facts = _about_many(*part)
    return DeclarationCandidates(
        component=component,
        preview=await _preview(
            info, found.id, part, course.qan, NOT_REQUIRED if need is None else None, facts
        ),
        learners=connection(page, candidates, lambda: candidate_count(reading, course)),
    )


async def _preview(
    info: Info,
    centre_id: int,
    part: tuple[ComponentType, str, str],
    qan: str,
    impediment: Impediment | None,
    facts: tuple[str, ...],
) -> DeclarationPreview:
    """What is shown, and signed for those who may go on.

    `part` is the component with the line and level of the course.
    """
    context, (component, line, level) = info.context, part
    row = await context.load(qualification_by_qan, qan)
    need = await context.load(requirement_by_level_and_component, (level, component.value))
    known = row and row.catalogued
    levels = () if need is None else need.qualification_levels
    warnings = qan_warnings(qan, known, component, line, levels)
    decision = _decision(info, centre_id, impediment or qan_impediment(known))
    token = context.token if decision.allowed else None
    return DeclarationPreview(
        qan=Qan(qan),
        warnings=warned(warnings),
        already_declared=False,
        may_declare=decision,  # type: ignore[arg-type]  # shown as it is
        token=None if token is None else previews.sign(token, (*facts, qan)),
        expires_at=None if token is None else previews.ends_at(context.now()),
    )


def _decision(info: Info, centre_id: int, impediment: Impediment | None) -> Decision:
    found = verdict(info.context.viewer, Permission.DECLARATION_EDIT, centre_id, in_person=True)
    if found.allowed and impediment is not None:
        return Decision(allowed=False, code=impediment.code, reason=impediment.reason)
    return found


def _about(component: ComponentRow) -> tuple[str, ...]:
    return "component", str(component.id)


def _about_many(component: ComponentType, line: str, level: str) -> tuple[str, ...]:
    return "course", line, level, component.value


# Declaring --------------------------------------------------------------------------------------

_TOKEN = "The token of the preview that was looked at."  # noqa: S105 - a description


@strawberry.input(description="What to declare for which component.")
class DeclarationAddInput:
    """What to declare for which component."""

    component_id: strawberry.ID = strawberry.field(description="Id of the component.")
    qan: Qan = strawberry.field(description="The qualification.")
    preview_token: str = strawberry.field(description=_TOKEN)


DeclarationAddResult = Annotated[
    DeclarationAdded | Invalid | Missing | Refused,
    strawberry.union(
        "DeclarationAddResult",
        description="The declaration, also when it stood there before; or why not, such as"
        " COMPONENT_COMPLETE or QAN_IS_EDEXCEL.",
    ),
]


@strawberry.mutation(
    description="Declare that a component's qualification is taken with another awarding body.",
    extensions=in_person(Permission.DECLARATION_EDIT),
)
async def declaration_add(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        DeclarationAddInput, argument(description="What for which component.")
    ],
) -> DeclarationAddResult | None:
    """For editors of the home centre."""
    context, key = info.context, key_of(str(input.component_id), "Component", "componentId")
    component = None if key is None else await context.load(component_by_id, key)
    if component is None:
        message = "There is no such component."
        raise errors.Missing(message, field="componentId")
    context.demand(Permission.DECLARATION_EDIT, component.centre_id)
    qan = str(input.qan)
    previews.check(context.token or "", input.preview_token, (*_about(component), qan))
    done = await actions.add_declaration(
        context.database,
        context.viewer,
        registration_id=component.registration_id,
        component=ComponentType(component.type),
        qan=qan,
        day=context.today,
        now=context.now(),
    )
    context.forget()
    return DeclarationAdded(
        declaration_id=done.declaration_id,
        component_id=component.id,
        created=done.created,
        warnings=warned(done.warnings),
    )


@strawberry.input(description="Which declaration to take back.")
class DeclarationRemoveInput:
    """Which declaration to take back."""

    id: strawberry.ID = strawberry.field(description="Id of the declaration.")


DeclarationRemoveResult = Annotated[
    DeclarationRemoved | Invalid | Missing | Refused,
    strawberry.union(
        "DeclarationRemoveResult",
        description="The component without it, also when it was removed before; or why not.",
    ),
]


@strawberry.mutation(
    description="Take a declaration back; the component is judged by its entries again.",
    extensions=in_person(Permission.DECLARATION_EDIT),
)
async def declaration_remove(
    info: Info,
    input: Annotated[  # noqa: A002
        DeclarationRemoveInput, argument(description="Which declaration.")
    ],
) -> DeclarationRemoveResult | None:
    """For editors of the home centre."""
    context, key = info.context, key_of(str(input.id), "Declaration")
    if key is None:
        message = "There is no such declaration."
        raise errors.Missing(message, field="id")
    done = await actions.remove_declaration(
        context.database, context.viewer, key, day=context.today, now=context.now()
    )
    context.forget()
    return DeclarationRemoved(component_id=done.component_id)


@strawberry.input(description="What to declare for which learners.")
class DeclarationsAddInput:
    """What to declare for which learners."""

    learners: list[strawberry.ID] = strawberry.field(
        description="Ids of the registrations that were chosen, 1 to 5,000, each once."
    )
    component: ComponentType = strawberry.field(description="What it stands for.")
    qan: Qan = strawberry.field(description="The qualification.")
    preview_token: str = strawberry.field(description=_TOKEN)
    idempotency_key: str = strawberry.field(
        description="The sender's own word for this edit, 1 to 100 characters: sent again with it,"
        " the edit is not made again and answers the same."
    )


DeclarationsAddResult = Annotated[
    LearnersEdited | Invalid | Missing | Refused,
    strawberry.union(
        "DeclarationsAddResult",
        description="What became of each learner, or why the edit was not looked at.",
    ),
]


@strawberry.mutation(
    description="Declare a qualification with another awarding body for many learners: for all of"
    " them, or for none.",
    extensions=in_person(Permission.DECLARATION_EDIT),
)
async def declarations_add(
    info: Info,
    input: Annotated[  # noqa: A002
        DeclarationsAddInput, argument(description="What for whom.")
    ],
) -> DeclarationsAddResult | None:
    """For editors of the home centres."""
    context, qan = info.context, str(input.qan)
    wanted = WantedDeclaration(input.component, qan)

    def confirm(chosen: Sequence[LockedCourse]) -> None:
        for line, level in {(one.line, one.level) for one in chosen}:
            facts = (*_about_many(input.component, line, level), qan)
            previews.check(context.token or "", input.preview_token, facts)

    done = await add_declarations(
        context.database,
        context.viewer,
        [(key, wanted) for key in registration_keys(input.learners)],
        key=input.idempotency_key,
        confirm=confirm,
        day=context.today,
        now=context.now(),
    )
    context.forget()
    return edited(done)

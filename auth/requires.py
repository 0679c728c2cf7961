"""Guards: authorisation checks of fields, and the directive that shows them in the SDL."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from enum import StrEnum
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from auth.explain import Verdict, refusal_of, verdict
from auth.permissions import Permission
from auth.viewer import Viewer
from domain.errors import Refused


class Presence(StrEnum):
    """Checks of the session instead of a permission."""

    SIGNED_IN = "SIGNED_IN"
    """A session or token, and the current terms of use accepted."""
    SIGNED_IN_BEFORE_TERMS = "SIGNED_IN_BEFORE_TERMS"
    """A session or token."""
    IN_PERSON = "IN_PERSON"
    """A session of somebody who logged in, and the current terms of use accepted."""
    IN_PERSON_BEFORE_TERMS = "IN_PERSON_BEFORE_TERMS"
    """A session of somebody who logged in."""

    @property
    def in_person(self) -> bool:
        """Whether no program with a token will do."""
        return self in {Presence.IN_PERSON, Presence.IN_PERSON_BEFORE_TERMS}

    @property
    def before_terms(self) -> bool:
        """Whether the terms of use need not be accepted yet."""
        return self in {Presence.SIGNED_IN_BEFORE_TERMS, Presence.IN_PERSON_BEFORE_TERMS}

    def verdict(self, viewer: Viewer) -> Verdict:
        """Whether the viewer is here as it is asked for."""
        return verdict(viewer, None, in_person=self.in_person, before_terms=self.before_terms)


Need = Permission | Presence


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="What the field asks of its reader; without it the field answers null and an error"
    " of code FORBIDDEN, UNAUTHENTICATED or TERMS_NOT_ACCEPTED. A field that stands on an object"
    " asks for the permission at the object's centre. What a field on the root asks for at the"
    " centre it is about, once that is found to be in reach, is `atCentre`.",
)
class RequiresDirective:
    """What a field asks of its reader."""

    permission: str = strawberry.directive_field(name="permission")
    """The permission, or a word of `Presence`: SIGNED_IN, IN_PERSON and so on."""
    at_centre: str | None = strawberry.directive_field(name="atCentre", default=strawberry.UNSET)
    """The permission that the field's own code asks for, at the centre that it is about."""


class Guard(FieldExtension):
    """Asks the viewer for a permission at the centre of the object the field stands on."""

    def __init__(
        self, need: Need, *, everywhere: bool = False, then: Permission | None = None
    ) -> None:
        """Ask for a permission (at every centre, where the field is about all) or a presence.

        `then` is written into the schema only: the field asks for it when it knows the centre.
        """
        self.need = need
        self.then = then
        self.everywhere = everywhere

    def apply(self, field: StrawberryField) -> None:
        """Write the guard into the schema."""
        if any(isinstance(mark, RequiresDirective) for mark in field.directives):
            return  # a schema made twice applies its extensions twice
        then = strawberry.UNSET if self.then is None else self.then.value
        field.directives.append(RequiresDirective(permission=self.need.value, at_centre=then))

    def resolve(
        self,
        next_: Callable[..., Any],
        source: Any,  # noqa: ANN401 - any object of the graph
        info: strawberry.Info[Any, Any],
        **arguments: Any,  # noqa: ANN401 - the field's own
    ) -> Any:  # noqa: ANN401 - the field's own
        """Let the field answer, or answer null; the refusal is told once a field."""
        if not self._allows(source, info):
            return None
        try:
            return next_(source, info, **arguments)
        except Refused as refusal:
            info.context.note_refusal(refusal, _field(info))
            raise

    async def resolve_async(
        self,
        next_: Callable[..., Any],
        source: Any,  # noqa: ANN401
        info: strawberry.Info[Any, Any],
        **arguments: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Let a field that awaits answer, or answer null."""
        if not self._allows(source, info):
            return None
        try:
            return await next_(source, info, **arguments)
        except Refused as refusal:
            info.context.note_refusal(refusal, _field(info))
            raise

    def telling(
        self, function: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Coroutine[Any, Any, Any]]:
        """The function of a field, whose own refusals are told like those of the guard."""

        async def told(*, info: strawberry.Info[Any, Any], **arguments: Any) -> Any:  # noqa: ANN401 - the field's own
            try:
                return await function(info=info, **arguments)
            except Refused as refusal:
                info.context.note_refusal(refusal, _field(info))
                raise

        return told

    def _allows(self, source: object, info: strawberry.Info[Any, Any]) -> bool:
        refusal = self._refusal(info.context.viewer, getattr(source, "centre_id", None))
        if refusal is None:
            return True
        keys = (key for key in info.path.as_list() if isinstance(key, str))
        told = (info.path.typename or "", ".".join(keys))
        if told in info.context.refused:
            return False
        info.context.refused.add(told)
        info.context.note_refusal(refusal, _field(info))
        raise refusal

    def refusals(
        self, sources: Sequence[Any], info: strawberry.Info[Any, Any]
    ) -> Sequence[Refused | None] | None:
        """For each of many objects why its field is refused; None where none is."""
        centres = [getattr(source, "centre_id", None) for source in sources]
        viewer = info.context.viewer
        by_centre = {centre_id: self._refusal(viewer, centre_id) for centre_id in set(centres)}
        found = [by_centre[centre_id] for centre_id in centres]
        first = next((refusal for refusal in found if refusal is not None), None)
        if first is None:
            return None
        info.context.note_refusal(first, _field(info))
        return found

    def _refusal(self, viewer: Viewer, centre_id: int | None) -> Refused | None:
        if isinstance(self.need, Permission):
            return refusal_of(viewer, self.need, centre_id, everywhere=self.everywhere)
        answer = self.need.verdict(viewer)
        return None if answer.allowed else Refused(answer.reason, code=answer.code)


def _field(info: strawberry.Info[Any, Any]) -> str:
    """The field that is being answered, whatever the document calls it."""
    return f"{info.path.typename}.{info.field_name}"


def requires(permission: Permission, *, everywhere: bool = False) -> list[FieldExtension]:
    """The field needs a permission at the object's centre, or at every centre."""
    return [Guard(permission, everywhere=everywhere)]


def signed_in(
    then: Permission | None = None, *, before_terms: bool = False
) -> list[FieldExtension]:
    """The field needs a session or token, and the terms accepted unless said otherwise.

    `then` is what it asks for as well, once it knows the centre.
    """
    presence = Presence.SIGNED_IN_BEFORE_TERMS if before_terms else Presence.SIGNED_IN
    return [Guard(presence, then=then)]


def in_person(
    then: Permission | None = None, *, before_terms: bool = False
) -> list[FieldExtension]:
    """The field needs somebody who logged in: no program with a token will do.

    `then` is what it asks for as well, once it knows the centre.
    """
    presence = Presence.IN_PERSON_BEFORE_TERMS if before_terms else Presence.IN_PERSON
    return [Guard(presence, then=then)]

"""The contract of the graph, and who may do what in it."""

from typing import Final

from rich.console import Console
from rich.text import Text

from auth.explain import Verdict, verdict
from auth.matrix import FIELDS, as_markdown, mark_of
from auth.permissions import Permission
from auth.requires import Need, Presence
from auth.sessions import viewer_by_email
from auth.viewer import Viewer
from cli.running import opened, run, stop
from domain.people import normal_email
from schema.root import make_schema, printed

OUT_OF_REACH: Final = "The centre is out of reach: the answer is the same as for none."


def schema() -> None:
    """Print the schema definition language of the graph."""
    print(printed(make_schema()), end="")  # noqa: T201 - the command's output


def permissions() -> None:
    """Print who may do what, as the page docs/permissions.md."""
    print(as_markdown(), end="")  # noqa: T201 - the command's output


def explain(user: str, field: str, centre: str, /) -> None:
    """Tell whether somebody may ask for a field at a centre, and why.

    Parameters
    ----------
    user
        The user's e-mail address.
    field
        A field such as Learner.dateOfBirth or Mutation.accessGrant, or a permission such as
        AWARD_EDIT.
    centre
        The five-digit centre number.

    """
    permission = field if field in Permission.__members__ else None
    if permission is None and field not in FIELDS:
        stop(
            f"No guard is known for {field}: name a field of docs/permissions.md, or a permission."
        )

    async def work() -> tuple[Viewer | None, int | None]:
        async with opened() as database:
            found = await database.reader.tuples("SELECT id FROM centre WHERE number = ?", centre)
            viewer = await viewer_by_email(database, normal_email(user) or "")
            return viewer, int(found[0][0]) if found else None

    viewer, centre_id = run(work)
    if viewer is None:
        stop("There is no account with this e-mail address that could log in.")
    if centre_id is None:
        stop("There is no centre with this number.")
    for line in reasons(viewer, field, centre_id):
        Console().print(Text(line), soft_wrap=True)


def reasons(viewer: Viewer, field: str, centre_id: int) -> list[str]:
    """Who somebody is there, what is asked, and each answer in words."""
    grant = viewer.grants.get(centre_id)
    standing = viewer.standing_at(centre_id)
    held = "no grant at this centre" if grant is None else f"grant {grant.id}"
    if grant is not None and grant.line is not None:
        held += f", limited to {grant.line}"
    lines = [f"{viewer.email} is: {standing.label} ({held}). {standing.description}"]
    if field in Permission.__members__:
        need = Permission(field)
        return [*lines, _told(need, _asked(viewer, need, centre_id))]
    rule = FIELDS[field]
    lines.append(f"{field} is marked: {mark_of(field) or 'public'}.")
    if rule.need is None:
        return [*lines, "ALLOWED: anybody may ask for it."]
    for step in (rule.need, rule.reach, rule.then):
        if step is None:
            continue
        answer = _asked(viewer, step, centre_id)
        lines.append(_told(step, answer))
        if not answer.allowed:
            if step is rule.reach:
                lines.append(OUT_OF_REACH)
            break  # nothing more is asked
    return lines


def _asked(viewer: Viewer, need: Need, centre_id: int) -> Verdict:
    if isinstance(need, Presence):
        return need.verdict(viewer)
    return verdict(viewer, need, centre_id)


def _told(need: Need, answer: Verdict) -> str:
    return f"{need.value}: {answer.code}. {answer.reason}"

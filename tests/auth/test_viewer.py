import dataclasses

import pytest

from auth.permissions import (
    CARRIED_BY_TOKENS,
    GRANTS,
    GrantKind,
    Permission,
    Role,
    Staff,
    Standing,
)
from auth.viewer import ANONYMOUS, CONSOLE, Grants, HeldGrant, Viewer

HOME, OTHER, AWAY = 1, 2, 3


def viewer(*grants: HeldGrant, staff: Staff | None = None) -> Viewer:
    return Viewer(
        user_id=7, email="a@example.org", name="Ann Example", staff=staff, grants=Grants(grants)
    )


def grant(
    centre_id: int,
    kind: GrantKind = GrantKind.CENTRE,
    role: Role = Role.VIEWER,
    *,
    manages_users: bool = False,
    line: str | None = None,
) -> HeldGrant:
    return HeldGrant(centre_id * 10, centre_id, kind, role, manages_users, line)


def reach(asking: Viewer, permission: Permission) -> set[int] | None:
    """The centres where somebody may do this; None for every centre."""
    held = asking.reach(permission)
    return None if held is None else {grant.centre_id for grant in held.grants}


@pytest.mark.parametrize(
    ("kind", "role", "manages_users", "standing"),
    [
        (GrantKind.CENTRE, Role.VIEWER, False, Standing.CENTRE_VIEWER),
        (GrantKind.CENTRE, Role.ADMINISTRATOR, False, Standing.CENTRE_ADMINISTRATOR),
        (GrantKind.CENTRE, Role.ADMINISTRATOR, True, Standing.CENTRE_USER),
        (GrantKind.NON_CENTRE, Role.VIEWER, False, Standing.NON_CENTRE_VIEWER),
        (GrantKind.NON_CENTRE, Role.ADMINISTRATOR, False, Standing.NON_CENTRE_ADMINISTRATOR),
        (GrantKind.NON_CENTRE, Role.VIEWER, True, Standing.NON_CENTRE_VIEWER),
    ],
)
def test_a_grant_decides_who_somebody_is_at_its_centre(
    kind: GrantKind, role: Role, manages_users: bool, standing: Standing
) -> None:
    asking = viewer(grant(HOME, kind, role, manages_users=manages_users))

    assert asking.standing_at(HOME) is standing
    assert asking.standing_at(AWAY) is Standing.REGISTERED


def test_rights_are_judged_centre_by_centre() -> None:
    asking = viewer(grant(HOME, role=Role.ADMINISTRATOR), grant(OTHER, GrantKind.NON_CENTRE))

    assert asking.may(Permission.AWARD_EDIT, HOME)
    assert not asking.may(Permission.AWARD_EDIT, OTHER)
    assert not asking.may(Permission.LEARNER_READ, AWAY)
    assert asking.may_anywhere(Permission.AWARD_EDIT)
    assert not asking.may_anywhere(Permission.FEED_LOAD)
    assert reach(asking, Permission.LEARNER_READ) == {HOME, OTHER}
    assert reach(asking, Permission.BIRTH_DATE_READ) == {HOME}
    assert reach(asking, Permission.FEED_LOAD) == set()
    assert not asking.may_everywhere(Permission.LEARNER_READ)


def test_nobody_logged_in_may_do_nothing() -> None:
    assert not ANONYMOUS.signed_in
    assert ANONYMOUS.standing_at(HOME) is Standing.ANONYMOUS
    assert not any(ANONYMOUS.may_anywhere(permission) for permission in Permission)
    assert reach(ANONYMOUS, Permission.CENTRE_READ) == set()
    assert not ANONYMOUS.in_person
    assert not ANONYMOUS.at_the_console


def test_an_account_without_access_may_do_nothing_that_needs_a_permission() -> None:
    asking = viewer()

    assert asking.signed_in
    assert [p for p in Permission if asking.may_anywhere(p)] == []


def test_staff_reach_every_centre() -> None:
    asking = viewer(staff=Staff.SUPPORT)

    assert asking.standing_at(AWAY) is Standing.SUPPORT
    assert asking.may(Permission.BIRTH_DATE_READ, AWAY)
    assert reach(asking, Permission.BIRTH_DATE_READ) is None
    assert asking.may_everywhere(Permission.BIRTH_DATE_READ)
    assert not asking.may_anywhere(Permission.AWARD_EDIT)


def test_the_console_is_an_operator_without_an_account() -> None:
    assert CONSOLE.at_the_console
    assert not CONSOLE.signed_in
    assert not CONSOLE.in_person
    assert {p for p in Permission if CONSOLE.may_everywhere(p)} == GRANTS[Standing.OPERATOR]


def test_until_the_terms_are_accepted_nothing_may_be_done_but_naming_the_centres() -> None:
    grants = (grant(HOME, role=Role.ADMINISTRATOR, manages_users=True),)
    for staff in (None, Staff.SUPPORT, Staff.OPERATOR):
        asking = dataclasses.replace(viewer(*grants, staff=staff), terms_due=True)

        assert {p for p in Permission if asking.may_anywhere(p)} == {Permission.CENTRE_READ}
        assert {p for p in Permission if asking.may(p, HOME)} == {Permission.CENTRE_READ}
        rest = set(Permission) - {Permission.CENTRE_READ}
        reaches = [asking.reach(p) for p in rest]
        assert {reach and (reach.grants, reach.whole, *reach.by_line) for reach in reaches} == {
            ((), ())
        }


def test_a_token_for_programs_reads_what_its_owner_may_and_does_nothing() -> None:
    in_person = viewer(
        grant(HOME, role=Role.ADMINISTRATOR, manages_users=True),
        grant(OTHER, GrantKind.NON_CENTRE, Role.ADMINISTRATOR),
    )
    program = dataclasses.replace(in_person, api_token_id=1)

    assert in_person.in_person
    assert not program.in_person
    for centre_id in (HOME, OTHER, AWAY):
        assert {p for p in Permission if program.may(p, centre_id)} == {
            p for p in Permission if in_person.may(p, centre_id) and p in CARRIED_BY_TOKENS
        }
    assert reach(program, Permission.BIRTH_DATE_READ) == {HOME}
    assert reach(program, Permission.AWARD_EDIT) == set()
    assert {p for p in CARRIED_BY_TOKENS if not p.endswith("_READ")} == {Permission.EXPORT_MAKE}


def test_a_service_account_does_its_work_by_its_token() -> None:
    program = dataclasses.replace(viewer(staff=Staff.SERVICE), api_token_id=1)

    assert {p for p in Permission if program.may_everywhere(p)} == GRANTS[Standing.SERVICE]
    assert not program.may_anywhere(Permission.LEARNER_READ)
    assert not program.may_anywhere(Permission.CENTRE_READ)


def test_one_grant_for_a_line_makes_its_holder_limited() -> None:
    assert not viewer(grant(HOME), grant(OTHER)).limited
    assert viewer(grant(HOME), grant(OTHER, line="ENGINEERING")).limited


def test_a_viewer_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANONYMOUS.staff = Staff.OPERATOR  # type: ignore[misc]  # what is tested

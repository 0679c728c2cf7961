import dataclasses

import pytest

from auth.permissions import GrantKind, Permission, Role, Staff, Standing
from auth.viewer import ANONYMOUS, HeldGrant, Viewer

HOME, OTHER, AWAY = 1, 2, 3


def viewer(*grants: HeldGrant, staff: Staff | None = None) -> Viewer:
    by_centre = {grant.centre_id: grant for grant in grants}
    return Viewer(
        user_id=7, email="a@example.org", name="Ann Example", staff=staff, grants=by_centre
    )


def grant(
    centre_id: int,
    kind: GrantKind = GrantKind.CENTRE,
    role: Role = Role.VIEWER,
    *,
    manages_users: bool = False,
) -> HeldGrant:
    return HeldGrant(centre_id * 10, centre_id, kind, role, manages_users)


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
    assert asking.centres_with(Permission.LEARNER_READ) == frozenset({HOME, OTHER})
    assert asking.centres_with(Permission.BIRTH_DATE_READ) == frozenset({HOME})
    assert asking.centres_with(Permission.FEED_LOAD) == frozenset()


def test_nobody_logged_in_may_do_nothing() -> None:
    assert not ANONYMOUS.signed_in
    assert ANONYMOUS.standing_at(HOME) is Standing.ANONYMOUS
    assert not any(ANONYMOUS.may_anywhere(permission) for permission in Permission)
    assert ANONYMOUS.centres_with(Permission.CENTRE_READ) == frozenset()


def test_an_account_without_access_has_only_its_own_choices() -> None:
    asking = viewer()

    assert asking.signed_in
    assert [p for p in Permission if asking.may_anywhere(p)] == [Permission.NOTIFICATION_EDIT]


def test_staff_reach_every_centre() -> None:
    asking = viewer(staff=Staff.SUPPORT)

    assert asking.standing_at(AWAY) is Standing.SUPPORT
    assert asking.may(Permission.BIRTH_DATE_READ, AWAY)
    assert asking.centres_with(Permission.BIRTH_DATE_READ) is None
    assert not asking.may_anywhere(Permission.AWARD_EDIT)


def test_staff_with_a_grant_have_both() -> None:
    asking = viewer(grant(HOME, role=Role.ADMINISTRATOR), staff=Staff.OPERATOR)

    assert asking.may(Permission.AWARD_EDIT, HOME)
    assert asking.may(Permission.FEED_LOAD, HOME)
    assert not asking.may(Permission.AWARD_EDIT, OTHER)
    assert asking.centres_with(Permission.AWARD_EDIT) == frozenset({HOME})
    assert asking.centres_with(Permission.LEARNER_READ) is None


def test_a_viewer_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANONYMOUS.staff = Staff.OPERATOR  # type: ignore[misc]  # what is tested

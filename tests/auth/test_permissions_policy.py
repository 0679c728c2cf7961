"""The policy, row by row of the capability matrix."""

import pytest

from auth.permissions import GRANTS, Permission, Standing

COLUMNS = {
    "AN": Standing.ANONYMOUS,
    "RG": Standing.REGISTERED,
    "CV": Standing.CENTRE_VIEWER,
    "CA": Standing.CENTRE_ADMINISTRATOR,
    "CU": Standing.CENTRE_USER,
    "NV": Standing.NON_CENTRE_VIEWER,
    "NA": Standing.NON_CENTRE_ADMINISTRATOR,
    "SU": Standing.SUPPORT,
    "OP": Standing.OPERATOR,
    "SV": Standing.SERVICE,
}
READERS = "CV CA CU NV NA SU OP"
INSIDERS = "CV CA CU SU OP"
EDITORS = "CA CU NA"

MATRIX: list[tuple[str, str, str]] = [
    # rows of the matrix, permission, who has it
    ("12", "CENTRE_READ", READERS),
    ("13-16, 18", "LEARNER_READ", READERS),
    ("17, 19", "ISSUE_READ", READERS),
    ("20", "ENTRY_READ", READERS),
    ("20", "QUALIFICATION_READ", READERS),
    ("21", "BIRTH_DATE_READ", INSIDERS),
    ("21", "IDENTIFIER_READ", INSIDERS),
    ("23, 28", "AWARD_EDIT", EDITORS),
    ("24-26", "DECLARATION_EDIT", EDITORS),
    ("27", "DECLARATION_READ", READERS),
    ("29", "ISSUE_ACKNOWLEDGE", EDITORS),
    ("30", "UNMATCHED_ENTRY_READ", "CV CA CU NA SU OP"),
    ("31", "USER_READ", INSIDERS),
    ("32-34", "USER_MANAGE", "CU OP"),
    ("35", "GRANT_RELINQUISH", "CV CA CU NV NA"),
    ("36", "CENTRE_USER_BIND", "OP"),
    ("37", "EXPORT_MAKE", READERS),
    ("38", "CHANGE_READ", READERS),
    ("38", "CHANGE_ACTOR_READ", "CV CA CU NA SU OP"),
    ("39", "ACCESS_LOG_READ", "CU SU OP"),
    ("41", "SUBJECT_ACCESS_MAKE", "CU OP"),
    ("42", "LEARNER_ERASE", "OP"),
    ("43", "FEED_LOAD", "OP SV"),
    ("43", "FEED_RUN_READ", "SU OP SV"),
    ("44", "CATALOGUE_EDIT", "OP"),
    ("46", "ACCOUNT_DISABLE", "OP"),
    ("46", "ACCOUNT_READ", "SU OP"),
    ("47", "FLAG_RECALCULATE", "OP"),
    ("48", "HEALTH_READ", "SU OP SV"),
]


@pytest.mark.parametrize(("rows", "permission", "holders"), MATRIX)
def test_exactly_the_standings_of_the_matrix_have_the_permission(
    rows: str, permission: str, holders: str
) -> None:
    expected = {COLUMNS[code] for code in holders.split()}

    found = {standing for standing, held in GRANTS.items() if Permission[permission] in held}

    assert found == expected, rows


def test_every_permission_has_its_row() -> None:
    assert sorted(name for _, name, _ in MATRIX) == [permission.value for permission in Permission]


def test_every_standing_has_its_line() -> None:
    assert set(GRANTS) == set(Standing) == set(COLUMNS.values())


def test_permissions_stand_in_alphabetical_order_and_explain_themselves() -> None:
    assert [permission.name for permission in Permission] == sorted(Permission.__members__)
    assert all(permission.value == permission.name for permission in Permission)
    assert all(permission.description.endswith(".") for permission in Permission)


def test_support_changes_nothing() -> None:
    verbs = {permission.rpartition("_")[2] for permission in GRANTS[Standing.SUPPORT]}

    assert verbs == {"READ", "MAKE"}
    assert {p for p in GRANTS[Standing.SUPPORT] if not p.endswith("_READ")} == {
        Permission.EXPORT_MAKE
    }

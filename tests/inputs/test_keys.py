"""Ids that follow from what a thing is never meet."""

from itertools import product

from domain.codes import FlagKind, IssueCode
from domain.derivation import COMPONENTS
from inputs.keys import NOT_STORED, component_id, flag_id, issue_place
from schema.ids import MAX_DIGITS

REGISTRATIONS = (1, 2, 3, 999_999_999)


def test_every_component_flag_and_issue_has_an_id_of_its_own() -> None:
    components = [component_id(*pair) for pair in product(REGISTRATIONS, COMPONENTS)]
    flags = [flag_id(*pair) for pair in product(components, FlagKind)]
    issues = [issue_place(*key) for key in product(REGISTRATIONS, (None, *COMPONENTS), IssueCode)]
    for ids in (components, flags, issues):
        assert len(set(ids)) == len(ids)


def test_ids_of_issues_that_are_not_stored_are_out_of_the_database_s_way_and_still_ids() -> None:
    last = issue_place(999_999_999, None, list(IssueCode)[-1])
    assert NOT_STORED < last < 10**MAX_DIGITS

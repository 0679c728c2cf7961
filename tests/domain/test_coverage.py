from datetime import date
from typing import Any

import msgspec
import pytest

from domain.catalogue import (
    Catalogue,
    Unit,
)
from domain.codes import IssueCode, Reason
from domain.finding import Finding
from domain.inputs import Entry
from domain.vocabulary import (
    EntryKind,
    UlnState,
)
from tests.domain.cases import (
    UNKNOWN_QAN,
    cash_in,
    catalogue,
    entered,
    flags_of,
    principal_learning,
    project,
    qan,
    unit,
)
from tests.domain.flagging import (
    ASL,
    CLAIMED,
    ELIGIBLE,
    INELIGIBLE,
    MISSING,
    PL,
    PROJECT,
    RELEASED,
    UNDETERMINED,
    codes,
    judged,
    with_qualification,
)

# Entry flags by hand: principal learning ---------------------------------------------------------


def test_a_unit_graded_u_leaves_the_requirement_covered() -> None:
    entries = [*principal_learning()[1:], unit("EG201", result="U", **RELEASED)]
    assert judged(flags_of(PL, entries)) == (ELIGIBLE, ["REQUIREMENT_COVERED"], [])


def test_an_award_graded_u_makes_the_component_ineligible() -> None:
    entries = [*principal_learning()[:3], cash_in(result="U", **RELEASED)]
    assert judged(flags_of(PL, entries)) == (
        INELIGIBLE,
        ["RESULT_NOT_COUNTABLE"],
        ["RESULT_NOT_COUNTABLE"],
    )


def test_each_missing_unit_is_named_and_a_missing_unit_outranks_an_ineligible_one() -> None:
    entries = [unit("EG202", series="January 2011"), cash_in()]
    flags = flags_of(PL, entries)
    assert (flags.entry, list(flags.entry_reasons)) == (
        MISSING,
        ["SERIES_AFTER_AWARD_DATE", "UNIT_ENTRY_MISSING"],
    )
    assert flags.findings[:3] == (
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG201"),
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG203"),
        Finding(IssueCode.SERIES_AFTER_AWARD_DATE, "EG202, January 2011, results in March 2011"),
    )


def test_an_ineligible_unit_does_no_harm_beside_an_eligible_entry_for_it() -> None:
    entries = [*principal_learning(), unit("EG201", series="January 2011")]
    assert flags_of(PL, entries).entry is ELIGIBLE


def test_a_needless_ineligible_entry_is_no_reason_for_a_hole() -> None:
    entries = [unit("EG201"), unit("EG201", series="January 2011"), unit("EG202"), cash_in()]
    assert judged(flags_of(PL, entries)) == (
        MISSING,
        ["UNIT_ENTRY_MISSING"],
        ["UNIT_ENTRY_MISSING"],
    )


def test_an_entry_for_a_unit_that_is_not_named_fills_no_slot() -> None:
    nameless = entered("PL_ENG_L2", kind=EntryKind.UNIT, series="June 2010")
    flags = flags_of(PL, [*principal_learning()[:3], nameless])
    assert judged(flags) == (MISSING, ["AWARD_ENTRY_MISSING"], ["AWARD_ENTRY_MISSING"])


def test_an_entry_for_a_unit_outside_the_qualification_is_no_entry() -> None:
    flags = flags_of(PL, [unit("EG999")])
    assert judged(flags) == (MISSING, ["ENTRY_MISSING"], ["ENTRY_MISSING"])


def test_units_of_two_qualifications_do_not_add_up() -> None:
    old = catalogue().qualifications[qan("PL_ENG_L2")]
    twin = msgspec.structs.replace(old, qan="999/0901/8")
    rows = {**catalogue().qualifications, twin.qan: twin}
    course_data = msgspec.structs.replace(catalogue(), qualifications=rows)
    entries = [unit("EG201"), unit("EG202"), *(unit("EG203", key=twin.qan), cash_in(twin.qan))]
    flags = flags_of(PL, entries, course_data=course_data)
    assert flags.entry is MISSING
    assert set(flags.entry_reasons) <= {Reason.UNIT_ENTRY_MISSING, Reason.AWARD_ENTRY_MISSING}


def test_the_qualification_that_lacks_least_says_what_is_missing() -> None:
    old = catalogue().qualifications[qan("PL_ENG_L2")]
    rows = dict(catalogue().qualifications)
    for number in ("999/0100/6", "999/0901/8"):  # one before it in order and one after
        rows[number] = msgspec.structs.replace(old, qan=number)
    course_data = msgspec.structs.replace(catalogue(), qualifications=rows)
    strays = [unit("EG201", key="999/0100/6"), unit("EG202", key="999/0901/8")]
    flags = flags_of(PL, [*strays, *principal_learning()[:3]], course_data=course_data)
    assert judged(flags) == (MISSING, ["AWARD_ENTRY_MISSING"], ["AWARD_ENTRY_MISSING"])


def test_an_optional_unit_and_an_award_entry_are_asked_for_only_by_the_catalogue() -> None:
    plain = msgspec.structs.replace(
        catalogue().qualifications[qan("PL_ENG_L2")],
        units={"EG201": Unit("EG201", internal=True), "EG204": Unit("EG204", required=False)},
        requires_award_entry=False,
    )
    rows = {**catalogue().qualifications, plain.qan: plain}
    course_data = msgspec.structs.replace(catalogue(), qualifications=rows)
    assert flags_of(PL, [unit("EG201")], course_data=course_data).entry is ELIGIBLE
    assert flags_of(PL, [unit("EG204")], course_data=course_data).entry is MISSING


def test_a_principal_learning_without_published_units_asks_for_one_entry() -> None:
    flags = flags_of(PL, [entered("OTHER_PL_ENG_L2", series="June 2010")])
    assert judged(flags) == (ELIGIBLE, ["REQUIREMENT_COVERED"], [])


def test_an_unknown_qan_might_fill_the_hole_left_by_a_unit() -> None:
    flags = flags_of(PL, [*principal_learning()[:3], entered(UNKNOWN_QAN)])
    assert judged(flags) == (UNDETERMINED, ["QUALIFICATION_UNKNOWN"], ["QUALIFICATION_UNKNOWN"])


def test_an_unknown_qan_has_nothing_to_fill_beside_a_merely_ineligible_entry() -> None:
    flags = flags_of(PROJECT, [project("January 2011"), entered(UNKNOWN_QAN)])
    assert judged(flags) == (
        INELIGIBLE,
        ["SERIES_AFTER_AWARD_DATE"],
        ["QUALIFICATION_UNKNOWN", "SERIES_AFTER_AWARD_DATE"],
    )


@pytest.mark.parametrize(
    "entry",
    [entered(UNKNOWN_QAN, withdrawn=True), entered(UNKNOWN_QAN, uln_state=UlnState.MISSING)],
)
def test_an_unknown_qan_that_is_withdrawn_or_unmatched_fills_nothing(entry: Entry) -> None:
    assert flags_of(PROJECT, [entry]).entry is MISSING


# Entry flags by hand: additional and specialist learning -----------------------------------------


def test_two_attempts_at_the_same_qualification_count_once() -> None:
    twice = [entered("BTEC_L2_120", **CLAIMED), entered("BTEC_L2_120", **CLAIMED)]
    flags = flags_of(ASL, twice)
    assert judged(flags) == (MISSING, ["GLH_SHORTFALL"], ["GLH_SHORTFALL"])
    assert flags.findings == (Finding(IssueCode.GLH_SHORTFALL, "60 hours"),)


def test_two_attempts_at_the_same_barred_qualification_are_no_barred_pair() -> None:
    twice = [entered("GCSE_ART", series="June 2010"), entered("GCSE_ART", series="January 2010")]
    assert "BARRED_COMBINATION" not in codes(flags_of(ASL, twice, day=date(2009, 10, 1)))


def test_a_failed_attempt_does_no_harm_beside_a_live_one() -> None:
    entries = [
        entered("GCSE_HISTORY", series="January 2010", result="D", **RELEASED),
        entered("GCSE_HISTORY", series="June 2010"),
        entered("BTEC_L2_60", **CLAIMED),
    ]
    assert judged(flags_of(ASL, entries)) == (ELIGIBLE, ["REQUIREMENT_COVERED"], [])


def test_a_failed_attempt_beside_a_live_one_is_not_what_the_hours_lack() -> None:
    entries = [
        entered("GCSE_HISTORY", series="January 2010", result="D", **RELEASED),
        entered("GCSE_HISTORY", series="June 2010"),
    ]
    assert judged(flags_of(ASL, entries)) == (MISSING, ["GLH_SHORTFALL"], ["GLH_SHORTFALL"])


def test_a_barred_pair_is_a_note_where_the_rest_covers_and_worse_where_it_does_not() -> None:
    pair = [entered("GCSE_ART", series="June 2010"), entered("GCSE_DESIGN", series="June 2010")]
    subject = ", ".join(sorted((qan("GCSE_ART"), qan("GCSE_DESIGN"))))
    short = flags_of(ASL, pair)
    assert (short.entry, list(short.entry_reasons)) == (
        MISSING,
        ["BARRED_COMBINATION", "GLH_SHORTFALL"],
    )
    assert Finding(IssueCode.BARRED_COMBINATION, subject, aggravated=True) in short.findings
    enough = flags_of(ASL, [*pair, entered("BTEC_L2_60", **CLAIMED)])
    assert enough.entry is ELIGIBLE
    assert enough.findings == (Finding(IssueCode.BARRED_COMBINATION, subject),)


def test_a_barred_pair_that_would_not_reach_the_hours_anyway_is_not_the_cause() -> None:
    pair = [entered("GCSE_ART", series="June 2010"), entered("GCSE_DESIGN", series="June 2010")]
    flags = flags_of(ASL, pair, course_data=asking_for(241))
    assert flags.entry_reasons == (Reason.GLH_SHORTFALL,)
    barred = [row for row in flags.findings if row.code is IssueCode.BARRED_COMBINATION]
    assert [row.aggravated for row in barred] == [False]


def test_a_barred_pair_is_the_cause_where_all_that_can_be_put_right_would_reach_the_hours() -> None:
    entries = [
        entered("GCSE_ART", series="June 2010"),
        entered("GCSE_DESIGN", series="June 2010"),
        entered("GCSE_HISTORY", series="January 2011"),
    ]
    flags = flags_of(ASL, entries, course_data=asking_for(300))
    assert flags.entry_reasons == (
        Reason.BARRED_COMBINATION,
        Reason.GLH_SHORTFALL,
        Reason.SERIES_AFTER_AWARD_DATE,
    )
    barred = [row for row in flags.findings if row.code is IssueCode.BARRED_COMBINATION]
    assert [row.aggravated for row in barred] == [True]


@pytest.mark.parametrize(
    ("art", "reason"),
    [
        ({"series": "January 2011"}, Reason.SERIES_AFTER_AWARD_DATE),
        ({"series": "January 2010", "result": "D", **RELEASED}, Reason.RESULT_NOT_COUNTABLE),
    ],
)
@pytest.mark.parametrize("series", ["June 2010", "January 2011"])
def test_a_barred_pair_is_the_cause_though_one_of_it_or_both_are_yet_to_be_put_right(
    art: dict[str, Any], reason: Reason, series: str
) -> None:
    flags = flags_of(ASL, [entered("GCSE_ART", **art), entered("GCSE_DESIGN", series=series)])
    ineligible = {reason} if series == "June 2010" else {reason, Reason.SERIES_AFTER_AWARD_DATE}
    causes = {Reason.BARRED_COMBINATION, Reason.GLH_SHORTFALL, *ineligible}
    assert (flags.entry, list(flags.entry_reasons)) == (MISSING, sorted(causes))
    subject = ", ".join(sorted((qan("GCSE_ART"), qan("GCSE_DESIGN"))))
    assert Finding(IssueCode.BARRED_COMBINATION, subject, aggravated=True) in flags.findings


def test_an_ineligible_one_of_a_barred_pair_is_no_note_where_barring_is_not_the_cause() -> None:
    pair = [entered("GCSE_ART", series="January 2011"), entered("GCSE_DESIGN", series="June 2010")]
    assert judged(flags_of(ASL, pair, course_data=asking_for(241))) == (
        MISSING,
        ["GLH_SHORTFALL", "SERIES_AFTER_AWARD_DATE"],
        ["GLH_SHORTFALL", "SERIES_AFTER_AWARD_DATE"],
    )


def asking_for(hours: int) -> Catalogue:
    """A catalogue by which additional and specialist learning takes so many hours at Higher."""
    known = catalogue()
    higher = known.requirements["HIGHER"]
    asked = {**higher, ASL: msgspec.structs.replace(higher[ASL], min_glh=hours)}
    return msgspec.structs.replace(known, requirements={**known.requirements, "HIGHER": asked})


def test_the_largest_of_a_barred_pair_counts() -> None:
    course_data = with_qualification(barring_code="JC7", glh=170)
    large = entered("999/0900/6", **CLAIMED)
    entries = [entered("GCSE_ART", series="June 2010"), large]
    flags = flags_of(ASL, entries, course_data=course_data)
    assert Finding(IssueCode.GLH_SHORTFALL, "10 hours") in flags.findings


@pytest.mark.parametrize("code", [None, "", "ZZZZ"])
def test_a_qualification_without_a_barring_code_combines_with_anything(code: str | None) -> None:
    course_data = with_qualification(barring_code=code, glh=60)
    entries = [entered("999/0900/6", **CLAIMED), entered("BTEC_L2_120", **CLAIMED)]
    assert judged(flags_of(ASL, entries, course_data=course_data)) == (
        ELIGIBLE,
        ["REQUIREMENT_COVERED"],
        [],
    )


def test_hours_that_can_be_repaired_leave_no_hole() -> None:
    late = entered("GCSE_HISTORY", series="January 2011")
    flags = flags_of(ASL, [late, entered("BTEC_L2_60", **CLAIMED)])
    assert judged(flags) == (INELIGIBLE, ["SERIES_AFTER_AWARD_DATE"], ["SERIES_AFTER_AWARD_DATE"])


def test_hours_beyond_repair_are_a_hole_that_outranks_the_ineligible_entry() -> None:
    flags = flags_of(ASL, [entered("GCSE_HISTORY", series="January 2011")])
    assert judged(flags) == (
        MISSING,
        ["GLH_SHORTFALL", "SERIES_AFTER_AWARD_DATE"],
        ["GLH_SHORTFALL", "SERIES_AFTER_AWARD_DATE"],
    )
    assert Finding(IssueCode.GLH_SHORTFALL, "180 hours") in flags.findings


def test_an_unknown_qan_might_bring_the_missing_hours() -> None:
    flags = flags_of(ASL, [entered("BTEC_L2_120", **CLAIMED), entered(UNKNOWN_QAN)])
    assert judged(flags) == (UNDETERMINED, ["QUALIFICATION_UNKNOWN"], ["QUALIFICATION_UNKNOWN"])


@pytest.mark.parametrize(("under_sixteen", "found"), [(True, ["AGE_RESTRICTED"]), (False, [])])
def test_a_post_sixteen_qualification_entered_early_is_an_issue_and_no_flag(
    under_sixteen: bool, found: list[str]
) -> None:
    course_data = with_qualification(post_sixteen_only=True)
    entry = entered("999/0900/6", under_sixteen=under_sixteen, **CLAIMED)
    assert judged(flags_of(ASL, [entry], course_data=course_data)) == (
        ELIGIBLE,
        ["REQUIREMENT_COVERED"],
        found,
    )


def test_a_post_sixteen_entry_that_does_not_belong_here_is_not_told_twice() -> None:
    course_data = with_qualification(post_sixteen_only=True, level=4)
    entry = entered("999/0900/6", under_sixteen=True)
    assert codes(flags_of(ASL, [entry], course_data=course_data)) == [
        "ENTRY_MISSING",
        "WRONG_LEVEL",
    ]

import re
from collections import Counter

import pytest

from domain.codes import AssessmentDetail, AssessmentFlag, EntryFlag
from domain.legend import COLOURS, LEGEND, LegendRow
from domain.vocabulary import Vocabulary

VOCABULARIES: dict[str, type[Vocabulary]] = {
    "ENTRY": EntryFlag,
    "ASSESSMENT": AssessmentFlag,
    "DETAIL": AssessmentDetail,
}


def test_the_legend_explains_six_entry_flags_six_assessment_flags_and_nine_details() -> None:
    assert Counter(row.kind for row in LEGEND) == {"ENTRY": 6, "ASSESSMENT": 6, "DETAIL": 9}
    for kind, vocabulary in VOCABULARIES.items():
        codes = [row.code for row in LEGEND if row.kind == kind]
        assert sorted(codes) == sorted(member.value for member in vocabulary)


def test_a_detail_stands_under_its_flag_and_shares_its_colour() -> None:
    parent = LEGEND[0]
    for row in LEGEND:
        if row.kind == "DETAIL":
            assert (row.flag, row.colour) == (parent.code, parent.colour)
        else:
            assert row.flag == row.code
            parent = row


def test_the_flags_and_their_details_are_in_this_order() -> None:
    shown = [(row.flag, row.code) for row in LEGEND if row.kind == "DETAIL"]
    assert shown == [
        ("SUBMITTED", "MARKS_SUBMITTED"),
        ("SUBMITTED", "VQ_CLAIMED"),
        ("ACTION_DUE", "MARKS_WINDOW_OPEN"),
        ("ACTION_DUE", "VQ_VERIFIED_NOT_CLAIMED"),
        ("BLOCKED", "MARKS_DEADLINE_PASSED"),
        ("BLOCKED", "VQ_CENTRE_NOT_VERIFIED"),
        ("NOT_YET_OPEN", "MARKS_WINDOW_NOT_OPEN"),
        ("FS_PASSED", "FS_PASSED"),
        ("FS_FAILED", "FS_FAILED"),
    ]
    assert [row.code for row in LEGEND if row.kind == "ENTRY"] == [flag.value for flag in EntryFlag]


def test_the_flags_have_these_colours() -> None:
    assert {row.code: row.colour for row in LEGEND if row.kind != "DETAIL"} == {
        "COMPLETE_ON_DAS": "green",
        "ELIGIBLE_ENTRY": "green",
        "OTHER_AWARDING_BODY": "blue",
        "INELIGIBLE_ENTRY": "amber",
        "MISSING_OR_INVALID_ENTRY": "red",
        "UNDETERMINED": "grey",
        "SUBMITTED": "green",
        "ACTION_DUE": "amber",
        "BLOCKED": "red",
        "NOT_YET_OPEN": "grey",
        "FS_PASSED": "green",
        "FS_FAILED": "red",
    }


@pytest.mark.parametrize("row", LEGEND, ids=lambda row: f"{row.kind}-{row.code}")
def test_every_row_is_in_the_words_of_its_vocabulary(row: LegendRow) -> None:
    member = VOCABULARIES[row.kind](row.code)
    assert (row.label, row.description) == (member.label, member.description)
    assert row.description.endswith((".", "?"))
    assert row.colour in COLOURS
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", row.icon)


def test_no_two_flags_of_a_kind_are_told_apart_by_colour_alone() -> None:
    for kind in VOCABULARIES:
        icons = [row.icon for row in LEGEND if row.kind == kind]
        assert len(set(icons)) == len(icons)


def test_the_rows_are_plain_text_whatever_the_vocabularies_are() -> None:
    for row in LEGEND:
        assert all(type(value) is str for value in row)

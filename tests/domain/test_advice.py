import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations

import pytest

from domain.advice import (
    ACTORS,
    ADVICE_KEYS,
    SYSTEMS,
    Advice,
    Facts,
    Step,
    advice_for,
    advice_key,
)
from domain.codes import AssessmentDetail, EntryFlag, IssueCode, Reason

ALONE = (EntryFlag.COMPLETE_ON_DAS, EntryFlag.ELIGIBLE_ENTRY, EntryFlag.OTHER_AWARDING_BODY)
CODES = sorted({code.value for code in (*ALONE, *AssessmentDetail, *Reason, *IssueCode)})
KEYS = sorted(set(ADVICE_KEYS.values()))

KNOWN = Facts(
    learner="Ann Marlow",
    uln="9276308686",
    component="Principal learning",
    line="Engineering",
    level="Higher Diploma",
    award_month="July 2010",
    due_on=date(2010, 5, 5),
    opens_on=date(2010, 4, 6),
    subject="EG202, June 2010; EG203, June 2010",
    hours_missing=60,
)
SPLICED = re.compile(r"None|[{}<>\[\]]|  | [.,;:)]|\( |\(\)|\.\.|,,|the the | a the ")


def texts(key: str, facts: Facts) -> list[str]:
    """The texts of the steps."""
    return [step.text for step in advice_for(key, facts).steps]


def partly_known() -> Iterator[Facts]:
    """Nothing known, everything, every pair of facts alone, every fact missing alone."""
    everything = KNOWN._asdict()
    yield Facts()
    yield KNOWN
    for one, other in combinations(everything, 2):
        yield Facts(**{one: everything[one], other: everything[other]})
    for name in everything:
        yield Facts(**{key: value for key, value in everything.items() if key != name})


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_checklist_with_steps_counted_from_one(code: str) -> None:
    advice = advice_for(code, KNOWN)
    assert advice.key == advice_key(code)
    assert advice == advice_for(advice.key, KNOWN)
    assert advice.version >= 1
    assert [step.order for step in advice.steps] == list(range(1, len(advice.steps) + 1))
    assert advice.steps


def test_no_checklist_answers_a_code_that_does_not_exist() -> None:
    assert sorted(ADVICE_KEYS) == CODES
    assert all(ADVICE_KEYS[key] == key for key in KEYS)


def test_a_code_without_a_checklist_is_an_error() -> None:
    with pytest.raises(KeyError, match="UNDETERMINED"):
        advice_key("UNDETERMINED")
    with pytest.raises(KeyError, match="UNDETERMINED"):
        advice_for("UNDETERMINED", Facts())


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("COMPLETE_ON_DAS", ["DAS_COMPLETE"]),
        ("ELIGIBLE_ENTRY", ["REQUIREMENT_COVERED"]),
        ("OTHER_AWARDING_BODY", ["DECLARED_OTHER_AB"]),
        ("REGISTRATION_CONFLICT", ["NO_RULE_FOR_COURSE"]),
        ("ULN_UNMATCHED", ["NO_DAS_RECORD", "ULN_DAS_MISMATCH"]),
        ("WRONG_COMPONENT", ["WRONG_LEVEL", "WRONG_LINE"]),
    ],
)
def test_codes_that_call_for_the_same_work_share_a_checklist(key: str, codes: list[str]) -> None:
    assert sorted(code for code in CODES if advice_key(code) == key) == sorted([*codes, key])


@pytest.mark.parametrize("key", KEYS)
def test_every_step_names_who_acts_and_where_and_is_a_sentence(key: str) -> None:
    for step in advice_for(key, Facts()).steps:
        assert step.actor in ACTORS
        assert step.system in SYSTEMS
        assert step.text[0].isupper()
        assert step.text[-1] == "."
        assert step.url is None or step.url.startswith("https://")


@pytest.mark.parametrize("key", KEYS)
def test_a_checklist_reads_well_whatever_is_not_known(key: str) -> None:
    title = advice_for(key, Facts()).title
    assert title[0].isupper()
    for facts in partly_known():
        for text in texts(key, facts):
            assert not SPLICED.search(text), text


@pytest.mark.parametrize("key", KEYS)
def test_empty_facts_count_as_unknown(key: str) -> None:
    empty = Facts("", "", "", "", "", "", subject="", hours_missing=0)
    assert advice_for(key, empty) == advice_for(key, Facts())


@pytest.mark.parametrize("key", KEYS)
def test_braces_in_a_name_are_shown_and_never_filled_in(key: str) -> None:
    odd = KNOWN._replace(learner="{uln} {0}")
    filled = [text.replace("{uln} {0}", "Ann Marlow") for text in texts(key, odd)]
    assert filled == texts(key, KNOWN)


def test_names_dates_hours_and_numbers_appear_where_they_are_known() -> None:
    shown = " ".join(text for key in KEYS for text in texts(key, KNOWN))
    for fact in (
        "Ann Marlow",
        "Ann Marlow's ULN (9276308686)",
        "Ann Marlow (ULN 9276308686)",
        "the principal learning component",
        "the Higher Diploma in Engineering",
        "(July 2010)",
        "by 5 May 2010",
        "closed on 5 May 2010",
        "(due 5 May 2010)",
        "opens on 6 April 2010 and closes on 5 May 2010",
        "(EG202, June 2010; EG203, June 2010)",
        "Find 60 more guided learning hours",
    ):
        assert fact in shown


def test_the_checklist_for_overdue_marks_is_exactly_this() -> None:
    facts = Facts("Ann Marlow", due_on=date(2010, 5, 15), subject="PROJ, June 2010")
    assert advice_for("MARKS_DEADLINE_PASSED", facts) == Advice(
        "MARKS_DEADLINE_PASSED",
        1,
        "Submit the overdue marks",
        (
            Step(
                1,
                "Submit the marks (PROJ, June 2010) now and telephone the awarding body: the "
                "window closed on 15 May 2010, and late marks are taken at its discretion.",
                "Exams officer",
                "Edexcel Online",
                None,
            ),
            Step(
                2,
                "Ask about special consideration if the circumstances justify it.",
                "Exams officer",
                "Centre",
                "https://www.jcq.org.uk/",
            ),
            Step(
                3,
                "If late marks are refused, move the entry to the next series.",
                "Exams officer",
                "Edexcel Online",
                None,
            ),
            Step(
                4,
                "In that case edit the anticipated award date as well, if the results of that "
                "series come later.",
                "Exams officer",
                "Learner Tracking",
                None,
            ),
        ),
    )


def test_the_checklist_for_a_missing_entry_names_learner_and_component() -> None:
    facts = Facts("Ann Marlow", component="Functional skills ICT")
    assert texts("ENTRY_MISSING", facts) == [
        "Say with which awarding body Ann Marlow takes the functional skills ICT component.",
        "If it is Edexcel, make the entry with the verified ULN.",
        (
            "If it is another body, add the QAN of that qualification to this record, or bulk "
            "update the cohort."
        ),
        (
            "If an entry was made but is not shown, open the list of unmatched entries and compare "
            "ULN, name and birth date with the DAS record."
        ),
    ]


@pytest.mark.parametrize(
    ("key", "step", "of_one", "of_several"),
    [
        (
            *("MARKS_WINDOW_NOT_OPEN", 0),
            "Note that the window opens on 6 April 2010 and closes on 5 May 2010",
            "Note that the first window opens on 6 April 2010 and closes on 5 May 2010",
        ),
        (
            *("MARKS_WINDOW_OPEN", 1),
            "absences included, by 5 May 2010.",
            (
                "absences included, by the day on which its own window closes, the first of them on"
                " 5 May 2010."
            ),
        ),
        (
            *("MARKS_DEADLINE_PASSED", 0),
            ": the window closed on 5 May 2010, and",
            ": the first window closed on 5 May 2010, and",
        ),
    ],
)
def test_where_windows_differ_the_day_is_said_to_be_that_of_the_first(
    key: str, step: int, of_one: str, of_several: str
) -> None:
    assert of_one in texts(key, KNOWN)[step]
    assert of_several in texts(key, KNOWN._replace(of_several=True))[step]


@pytest.mark.parametrize(
    ("hours", "opening"),
    [
        (None, "See how many more guided learning hours are needed"),
        (1, "Find 1 more guided learning hour"),
        (120, "Find 120 more guided learning hours"),
    ],
)
def test_missing_hours_are_counted_in_words_that_agree(hours: int | None, opening: str) -> None:
    facts = Facts(component="Additional and specialist learning", hours_missing=hours)
    assert texts("GLH_SHORTFALL", facts)[0] == (
        f"{opening} to reach the minimum of the additional and specialist learning component."
    )


@pytest.mark.parametrize(
    ("line", "level", "course"),
    [
        (None, None, "the Diploma"),
        ("Engineering", None, "the Diploma in Engineering"),
        (None, "Advanced Diploma", "the Advanced Diploma"),
        ("Engineering", "Advanced", "the Advanced Diploma in Engineering"),
    ],
)
def test_the_course_is_named_as_far_as_it_is_known(
    line: str | None, level: str | None, course: str
) -> None:
    assert texts("REGISTRATION_WITHDRAWN", Facts(line=line, level=level))[0] == (
        f"Confirm that the learner has left {course}."
    )


def test_a_checklist_without_blanks_is_made_once() -> None:
    assert advice_for("DAS_DATA_STALE", Facts()) is advice_for("DAS_DATA_STALE", KNOWN)

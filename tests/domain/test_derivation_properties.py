from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.assessment import FLAG_OF_DETAIL
from domain.catalogue import Qualification
from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag, IssueCode
from domain.derivation import derive
from domain.flags import course_blocker
from domain.inputs import Das, Entry, Registration
from domain.issues import COURSE_WIDE
from domain.judging import Need, judge
from domain.record import Record
from domain.results import SCALES
from domain.vocabulary import (
    ClaimStatus,
    ComponentType,
    EntryKind,
    RegistrationStatus,
)
from tests.domain.random_records import (
    DATA,
    RESULTS,
    components,
    days,
    records,
    required,
    rules,
    shown,
    with_entries,
)

BEST_FIRST: Final = [
    EntryFlag.COMPLETE_ON_DAS,
    EntryFlag.ELIGIBLE_ENTRY,
    EntryFlag.OTHER_AWARDING_BODY,
    EntryFlag.INELIGIBLE_ENTRY,
    EntryFlag.MISSING_OR_INVALID_ENTRY,
    EntryFlag.UNDETERMINED,
]
"""An undetermined component may be missing, so nothing is worse."""

# Embargo -----------------------------------------------------------------------------------------


@rules
@given(records(), days, st.sampled_from(RESULTS), st.integers(1, 400))
def test_a_result_that_is_not_released_changes_nothing_that_is_shown(
    record: Record, day: date, result: str, ahead: int
) -> None:
    release = day + timedelta(days=ahead)

    def embargoed(entry: Entry) -> Entry:
        if entry.released(day) is not None:
            return entry
        return msgspec.structs.replace(entry, result=result, result_release_on=release)

    def absent(entry: Entry) -> Entry:
        if entry.released(day) is not None:
            return entry
        return msgspec.structs.replace(entry, result=None, result_release_on=None)

    without = shown(with_entries(record, absent), day)
    assert shown(record, day) == without
    assert shown(with_entries(record, embargoed), day) == without


@rules
@given(records(), days, st.integers(1, 400), components)
def test_completeness_that_may_not_be_shown_yet_is_incompleteness(
    record: Record, day: date, ahead: int, component: ComponentType
) -> None:
    das = Das(found=True, complete=True, visible_from=day + timedelta(days=ahead))
    hidden = msgspec.structs.replace(record, das={**record.das, component: das})
    open_ = {**record.das, component: msgspec.structs.replace(das, complete=False)}
    assert shown(hidden, day) == shown(msgspec.structs.replace(record, das=open_), day)


# Entries -----------------------------------------------------------------------------------------


def belongs(
    qualification: Qualification, component: ComponentType, registration: Registration
) -> bool:
    """Whether an entry for the qualification can be eligible."""
    needs = DATA.requirements[registration.level][component]
    lines = qualification.lines
    return (
        qualification.component is component
        and qualification.level in needs.levels
        and (lines is None or registration.line in lines)
    )


@rules
@given(records(), days, st.data())
def test_one_more_eligible_entry_never_makes_the_entry_flag_worse(
    record: Record, day: date, data: st.DataObject
) -> None:
    course = record.registration
    assume(course_blocker(course, DATA) is None)
    component = data.draw(st.sampled_from(required(record)))
    fitting = [row for row in DATA.qualifications.values() if belongs(row, component, course)]
    assume(fitting)
    qualification = data.draw(st.sampled_from(sorted(fitting, key=lambda row: row.qan)))
    code = data.draw(st.sampled_from([None, *qualification.units]))
    kind = EntryKind.AWARD if code is None else EntryKind.UNIT
    passes = [grade for grade in ("A", "PASS") if grade in SCALES.get(component, ("A", "PASS"))]
    result = data.draw(st.sampled_from([None, *passes]))
    entered_on = date(2009, 1, 1)
    added = Entry("entry-new", qualification.qan, kind, entered_on, unit=code, result=result)
    needs = DATA.requirements[course.level][component]
    assert judge(added, Need(component, course, needs, DATA, day)).eligible
    more = {**record.entries, component: (*record.entries.get(component, ()), added)}
    before = derive(record, DATA, day).flags[component].entry
    after = derive(msgspec.structs.replace(record, entries=more), DATA, day).flags[component].entry
    assert before is not None
    assert after is not None
    assert BEST_FIRST.index(after) <= BEST_FIRST.index(before)


def shuffled(rows: Mapping[ComponentType, Iterable[Any]], data: st.DataObject) -> dict[Any, Any]:
    """The rows of every component, and the components themselves, in another order."""
    order = data.draw(st.permutations(list(rows)))
    return {
        component: tuple(data.draw(st.permutations(list(rows[component])))) for component in order
    }


@rules
@given(records(), days, st.data())
def test_the_order_of_entries_and_declarations_never_matters(
    record: Record, day: date, data: st.DataObject
) -> None:
    other = msgspec.structs.replace(
        record,
        entries=shuffled(record.entries, data),
        declarations=shuffled(record.declarations, data),
    )
    assert derive(other, DATA, day) == derive(record, DATA, day)


@rules
@given(records(), days)
def test_withdrawn_entries_and_removed_declarations_are_as_good_as_absent(
    record: Record, day: date
) -> None:
    entries = {
        component: tuple(entry for entry in rows if not entry.withdrawn)
        for component, rows in record.entries.items()
    }
    declarations = {
        component: tuple(row for row in rows if row.active)
        for component, rows in record.declarations.items()
    }
    stripped = msgspec.structs.replace(record, entries=entries, declarations=declarations)
    assert derive(stripped, DATA, day) == derive(record, DATA, day)


@rules
@given(records(), days)
def test_what_lies_under_a_component_that_is_not_required_is_not_read(
    record: Record, day: date
) -> None:
    course = msgspec.structs.replace(record.registration, level="PROGRESSION")
    before = msgspec.structs.replace(record, registration=course)
    after = msgspec.structs.replace(
        before,
        entries={key: rows for key, rows in record.entries.items() if key != "ASL"},
        declarations={key: rows for key, rows in record.declarations.items() if key != "ASL"},
        das={key: das for key, das in record.das.items() if key != "ASL"},
    )
    assert shown(after, day) == shown(before, day)
    assert derive(before, DATA, day).flags[ComponentType.ASL].entry is None


# Reasons and issues ------------------------------------------------------------------------------


@rules
@given(records(), days)
def test_every_flag_and_every_absent_entry_flag_has_its_reasons(record: Record, day: date) -> None:
    flags = derive(record, DATA, day).flags
    assert list(flags) == list(ComponentType)
    for pair in flags.values():
        assert pair.entry_reasons
        assert list(pair.entry_reasons) == sorted(set(pair.entry_reasons))
        assert bool(pair.assessment_reasons) is (pair.assessment is not None)
        assert pair.assessment is (None if pair.detail is None else FLAG_OF_DETAIL[pair.detail])
        assert pair.complete is (pair.entry is EntryFlag.COMPLETE_ON_DAS)
        assert pair.entry is not None or (pair.assessment, pair.findings) == (None, ())


@rules
@given(records(), days)
def test_a_component_and_a_code_have_one_issue(record: Record, day: date) -> None:
    issues = derive(record, DATA, day).issues
    keys = [(issue.component, issue.code) for issue in issues]
    assert len(set(keys)) == len(keys)
    assert all(component is None or code not in COURSE_WIDE for component, code in keys)


@rules
@given(records(), days)
def test_a_flag_that_calls_for_action_is_told_in_the_issues(record: Record, day: date) -> None:
    derived = derive(record, DATA, day)
    told = {issue.component for issue in derived.issues}
    course = {issue.code for issue in derived.issues if issue.component is None}
    calling = (
        EntryFlag.MISSING_OR_INVALID_ENTRY,
        EntryFlag.INELIGIBLE_ENTRY,
        EntryFlag.UNDETERMINED,
    )
    for component, pair in derived.flags.items():
        acting = pair.assessment in {AssessmentFlag.BLOCKED, AssessmentFlag.ACTION_DUE}
        if acting or pair.assessment is AssessmentFlag.FS_FAILED or pair.entry in calling:
            assert component in told or course & COURSE_WIDE


# Days --------------------------------------------------------------------------------------------


def days_before(turn: date | None, day: date) -> list[date]:
    """Days after one day and before another: all of them when close, else a selection."""
    if turn is None:
        return [day + timedelta(days=ahead) for ahead in (1, 2, 15, 93, 366, 4000)]
    gap = (turn - day).days
    ahead = range(1, gap) if gap <= 20 else (1, 2, 15, 16, gap // 3, gap // 2, gap - 2, gap - 1)
    return [day + timedelta(days=after) for after in ahead if after < gap]


@rules
@given(records(), days)
def test_nothing_changes_between_a_day_and_the_next_change(record: Record, day: date) -> None:
    derived = derive(record, DATA, day)
    turn = derived.next_change_on
    assert turn is None or turn > day
    for later in days_before(turn, day):
        assert derive(record, DATA, later) == derived


@rules
@given(records(), days, st.integers(1, 60))
def test_walking_from_change_to_change_misses_nothing(record: Record, day: date, far: int) -> None:
    end = day + timedelta(days=far)
    last = day
    while (turn := derive(record, DATA, last).next_change_on) is not None and turn <= end:
        last = turn
    assert derive(record, DATA, last) == derive(record, DATA, end)


# Completion --------------------------------------------------------------------------------------


@rules
@given(records(), days)
def test_the_percent_is_a_percent_unless_the_learner_is_withdrawn(
    record: Record, day: date
) -> None:
    derived = derive(record, DATA, day)
    withdrawn = record.registration.status is RegistrationStatus.WITHDRAWN
    assert (derived.status is CompletionStatus.WITHDRAWN) is withdrawn
    assert (derived.percent is None) is withdrawn
    if derived.percent is not None:
        finished = {CompletionStatus.AWARDED, CompletionStatus.READY_FOR_AWARD}
        assert 0 <= derived.percent <= (100 if derived.status in finished else 99)


@rules
@given(records(), days)
def test_a_missing_or_ineligible_component_calls_for_action(record: Record, day: date) -> None:
    derived = derive(record, DATA, day)
    entries = {pair.entry for pair in derived.flags.values()}
    definite = {EntryFlag.MISSING_OR_INVALID_ENTRY, EntryFlag.INELIGIBLE_ENTRY}
    outranked = (
        record.registration.status is not RegistrationStatus.ACCEPTED
        or record.claim is ClaimStatus.AWARDED
    )
    if entries & definite and not outranked:
        assert derived.status is CompletionStatus.ACTION_REQUIRED
    if derived.status is CompletionStatus.READY_FOR_AWARD:
        assert entries <= {EntryFlag.COMPLETE_ON_DAS, None}
        assert {issue.component for issue in derived.issues} <= {None}
        assert IssueCode.PLTS_NOT_CONFIRMED not in {issue.code for issue in derived.issues}

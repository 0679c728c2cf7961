"""Whatever the record: another day tells nothing that is held back, and no turn is missed."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.deadlines import DeadlineKind, deadlines_of
from domain.derivation import derive
from domain.inputs import Entry
from domain.record import Record
from domain.travel import derive_on, known
from tests.domain.random_records import DATA, RESULTS, days, records, rules, shown, with_entries

WALK = 40
"""Days that are looked at one by one."""


@settings(rules, max_examples=120)
@given(records(), days, st.integers(-400, 400), st.sampled_from(RESULTS), st.integers(1, 400))
def test_no_day_that_is_asked_about_tells_of_a_result_that_is_held_back(
    record: Record, today: date, ahead: int, result: str, held_for: int
) -> None:
    on = today + timedelta(days=ahead)
    release = today + timedelta(days=held_for)

    def held(entry: Entry) -> Entry:
        if entry.released(today) is not None:
            return entry
        return replace(entry, result=result, result_release_on=release)

    def absent(entry: Entry) -> Entry:
        if entry.released(today) is not None:
            return entry
        return replace(entry, result=None, result_release_on=None)

    with_result, without = with_entries(record, held), with_entries(record, absent)
    assert derive_on(with_result, DATA, on, today) == derive_on(without, DATA, on, today)
    until = today + timedelta(days=500)
    assert deadlines_of(with_result, DATA, today, until) == deadlines_of(
        without, DATA, today, until
    )


@settings(rules, max_examples=120)
@given(records(), days, st.integers(0, 400))
def test_a_day_gone_by_is_what_the_rules_say_of_it(record: Record, today: date, back: int) -> None:
    on = today - timedelta(days=back)
    found = replace(derive_on(record, DATA, on, today), next_change_on=None)
    assert found == shown(record, on)


@settings(rules, max_examples=80)
@given(records(), days)
def test_what_lies_ahead_are_the_days_that_differ_from_the_day_before(
    record: Record, today: date
) -> None:
    now = known(record, today)
    told = {
        deadline.on
        for deadline in deadlines_of(record, DATA, today, today + timedelta(days=WALK))
        if deadline.kind is not DeadlineKind.RESULTS_EXPECTED
    }
    before = replace(derive(now, DATA, today), next_change_on=None)
    turned = set()
    for ahead in range(1, WALK + 1):
        day = today + timedelta(days=ahead)
        after = shown(now, day)
        if after != before:
            turned.add(day)
        before = after
    assert told == turned

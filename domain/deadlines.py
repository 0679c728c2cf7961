"""What time alone will do to a record: the days ahead on which it turns, and what turns then."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.catalogue import Catalogue
from domain.codes import IssueCode, Severity
from domain.days import years_later
from domain.derivation import Derivation, derive
from domain.errors import Invalid
from domain.inputs import Entry
from domain.record import Record
from domain.travel import known
from domain.vocabulary import ComponentType, RegistrationStatus, UlnState, Vocabulary

DAYS_AHEAD: Final = 92
"""How far one looks ahead who does not say."""

MOST_YEARS_AHEAD: Final = 2


class DeadlineKind(Vocabulary):
    """What happens on a day by itself."""

    WINDOW_OPENS = (
        "WINDOW_OPENS",
        "A marks window opens",
        "From this day on marks can be submitted, and are due.",
    )
    WINDOW_CLOSES = (
        "WINDOW_CLOSES",
        "A marks window is over",
        "Marks that are not in by the day before are overdue and block the component.",
    )
    RESULTS_EXPECTED = (
        "RESULTS_EXPECTED",
        "Results are expected",
        "The month begins in which the catalogue says that the results of the series come out.",
    )
    RESULT_OVERDUE_ON_DAS = (
        "RESULT_OVERDUE_ON_DAS",
        "DAS should hold a result",
        "A result has been out for longer than DAS needs, and the component is not complete there.",
    )
    AWARD_MONTH_NEARS = (
        "AWARD_MONTH_NEARS",
        "The award month comes near",
        "What is still to be put right becomes more urgent.",
    )
    AWARD_MONTH_ENDS = (
        "AWARD_MONTH_ENDS",
        "The award month is over",
        "The anticipated award month has passed without an award.",
    )
    DAS_DATA_STALE = (
        "DAS_DATA_STALE",
        "DAS data are out of date",
        "DAS was last asked more than a day ago.",
    )

    @property
    def can_be_missed(self) -> bool:
        """Whether somebody can still act before the day."""
        return self in _MISSABLE


_MISSABLE: Final = frozenset({
    DeadlineKind.WINDOW_CLOSES,
    DeadlineKind.RESULT_OVERDUE_ON_DAS,
    DeadlineKind.AWARD_MONTH_ENDS,
})  # fmt: skip

_KIND_OF_ISSUE: Final = {
    IssueCode.MARKS_WINDOW_OPEN: DeadlineKind.WINDOW_OPENS,
    IssueCode.MARKS_DEADLINE_PASSED: DeadlineKind.WINDOW_CLOSES,
    IssueCode.RESULT_NOT_ON_DAS: DeadlineKind.RESULT_OVERDUE_ON_DAS,
    IssueCode.AWARD_DATE_PAST: DeadlineKind.AWARD_MONTH_ENDS,
    IssueCode.DAS_DATA_STALE: DeadlineKind.DAS_DATA_STALE,
}
"""What has happened by itself when an issue comes up with the day."""


class Deadline(NamedTuple):
    """One day on which one kind of thing happens by itself."""

    on: date
    kind: DeadlineKind


def looked_to(until: date | None, today: date) -> date:
    """The last day that is looked at; raises Invalid (DAY_OUT_OF_RANGE)."""
    last = today + timedelta(days=DAYS_AHEAD) if until is None else until
    latest = years_later(today, MOST_YEARS_AHEAD)
    if not today <= last <= latest:
        message = f"Choose a day from today to {latest.isoformat()}."
        raise Invalid(message, code="DAY_OUT_OF_RANGE", field="until")
    return last


def deadlines_of(record: Record, catalogue: Catalogue, today: date, until: date) -> set[Deadline]:
    """What time will do to one registration after today, up to a day and on it.

    One thing may lead to the next, so that the rules are asked again from turn to turn.
    """
    now = known(record, today)
    before = derive(now, catalogue, today)
    found = set(_results_expected(now, catalogue, before, today, until))
    while (turn := before.next_change_on) is not None and turn <= until:
        after = derive(now, catalogue, turn)
        found.update(Deadline(turn, kind) for kind in _kinds(before, after))
        before = after
    return found


def _kinds(before: Derivation, after: Derivation) -> Iterator[DeadlineKind]:
    """What made a derivation differ from the one of the day before."""
    for code, _, _ in _findings(after) - _findings(before):
        if code in _KIND_OF_ISSUE:
            yield _KIND_OF_ISSUE[code]
    earlier = {(issue.component, issue.code): issue.severity.rank for issue in before.issues}
    for issue in after.issues:
        if issue.severity.rank > earlier.get((issue.component, issue.code), Severity.CRITICAL.rank):
            yield DeadlineKind.AWARD_MONTH_NEARS
            return


def _findings(
    found: Derivation,
) -> set[tuple[IssueCode, ComponentType | None, str | None]]:
    """What stands, told apart by entry: an issue may be joined of several."""
    whole = {(issue.code, issue.component, None) for issue in found.issues}
    return whole | {
        (finding.code, component, finding.subject)
        for component, flags in found.flags.items()
        for finding in flags.findings
    }


def _results_expected(
    record: Record, catalogue: Catalogue, before: Derivation, today: date, until: date
) -> Iterator[Deadline]:
    """The months in which series of entries that have no result yet are to have theirs."""
    if record.registration.status is RegistrationStatus.WITHDRAWN:
        return
    for component, entries in record.entries.items():
        flags = before.flags[component]
        if flags.complete or not flags.required:
            continue
        for entry in entries:
            month = catalogue.results_month(entry.series) if _awaits_result(entry) else None
            if month is not None and today < month.first_day() <= until:
                yield Deadline(month.first_day(), DeadlineKind.RESULTS_EXPECTED)


def _awaits_result(entry: Entry) -> bool:
    return not entry.withdrawn and entry.uln_state is UlnState.MATCHED and entry.result is None


def last_day_to_act(deadline: Deadline) -> date | None:
    """The day before, where there is something that can be done in time."""
    return deadline.on - timedelta(days=1) if deadline.kind.can_be_missed else None

"""Records that chance puts together, the same ones every time."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from domain.catalogue import Catalogue, Window
from domain.derivation import Derivation, derive
from domain.identifiers import YearMonth
from domain.inputs import Das, Declaration, Entry, Registration
from domain.record import Record
from domain.vocabulary import (
    ClaimStatus,
    ComponentType,
    EntryKind,
    RegistrationStatus,
    UlnState,
)
from tests.domain.cases import (
    LEARNER_ULN,
    UNKNOWN_QAN,
    catalogue,
    entered,
    principal_learning,
    project,
    qan,
)

# The same examples every time: a failure here is a change of the rules, never bad luck.
settings.register_profile(
    "rules",
    max_examples=int(os.environ.get("TEST_RULES_EXAMPLES", "200")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
rules = settings.get_profile("rules")

START: Final = date(2009, 9, 1)
SPAN: Final = 700
"""The days on which records are judged, and around which everything in them happens."""


def course_data() -> Catalogue:
    """The catalogue of the examples with a window of a unit's own and a post-16 qualification."""
    plain = catalogue()
    old = plain.qualifications[qan("BTEC_L3_180")]
    restricted = msgspec.structs.replace(old, post_sixteen_only=True)
    return msgspec.structs.replace(
        plain,
        windows={
            **plain.windows,
            ("June 2010", "EG201"): Window(date(2010, 3, 1), date(2010, 4, 30)),
            ("November 2010", "EG202"): Window(date(2010, 10, 1), date(2010, 10, 1)),
        },
        qualifications={**plain.qualifications, restricted.qan: restricted},
    )


DATA: Final = course_data()
QANS: Final = sorted(DATA.qualifications)
HIGHER: Final = DATA.requirements["HIGHER"]
FITTING: Final = {
    component: [
        row.qan
        for row in DATA.qualifications.values()
        if row.component is component and row.level in HIGHER[component].levels
    ]
    for component in ComponentType
}
"""What counts to most of the records."""
BY_COMPONENT: Final = {
    component: [number for number in QANS if DATA.qualifications[number].component is component]
    for component in ComponentType
}

STARTS: Final[list[dict[ComponentType, tuple[Entry, ...]]]] = [
    {},
    {},
    {ComponentType.PRINCIPAL_LEARNING: principal_learning()},
    {
        ComponentType.PRINCIPAL_LEARNING: principal_learning()[1:],
        ComponentType.PROJECT: (project(),),
    },
    {ComponentType.ASL: (entered("GCSE_ART", series="June 2010"), entered("GCSE_DESIGN"))},
]
"""What chance alone would seldom put together."""

# Records -----------------------------------------------------------------------------------------

days = st.integers(0, SPAN).map(lambda at: START + timedelta(days=at))
maybe_days = st.none() | days
components = st.sampled_from(ComponentType)
awards = st.none() | st.builds(YearMonth, st.integers(2009, 2012), st.integers(1, 12))
registrations = st.builds(
    Registration,
    status=st.sampled_from([RegistrationStatus.ACCEPTED] * 24 + list(RegistrationStatus)),
    line=st.sampled_from(["ENGINEERING"] * 12 + ["INFORMATION_TECHNOLOGY", "ALCHEMY"]),
    level=st.sampled_from(["HIGHER"] * 16 + ["FOUNDATION", "ADVANCED", "PROGRESSION", "EXTENDED"]),
    award=awards,
    conflict=st.sampled_from([False] * 15 + [True]),
)
das_states = st.builds(
    Das,
    found=st.sampled_from([True, True, False]),
    uln_matches=st.sampled_from([True, True, False]),
    complete=st.booleans(),
    visible_from=maybe_days,
)
SERIES: Final = ["January 2010", "March 2010", "June 2010", "November 2010", "January 2011"]
RESULTS: Final = ["A", "C", "D", "U", "PASS", "FAIL", "ABSENT"]


@st.composite
def entries_for(draw: st.DrawFn, component: ComponentType) -> Entry:
    """An entry filed under a component, mostly of a qualification that belongs there."""
    number = draw(st.sampled_from([*FITTING[component] * 9, *QANS[::4], UNKNOWN_QAN]))
    qualification = DATA.qualifications.get(number)
    units = [] if qualification is None else list(qualification.units)
    kind = draw(
        st.sampled_from(EntryKind if units else [EntryKind.QUALIFICATION] * 5 + list(EntryKind))
    )
    return Entry(
        ref="",
        qan=number,
        kind=kind,
        entered_on=draw(days),
        unit=draw(st.sampled_from([*units, None, "EG999"])) if kind is EntryKind.UNIT else None,
        series=draw(st.sampled_from([None, *SERIES])),
        withdrawn=draw(st.sampled_from([False] * 11 + [True])),
        uln_state=draw(st.sampled_from([UlnState.MATCHED] * 20 + list(UlnState))),
        marks_submitted_on=draw(st.none() | st.none() | maybe_days),
        centre_verified=draw(st.sampled_from([None, True, False])),
        claimed=draw(st.booleans()),
        result=draw(st.sampled_from([None] * 5 + RESULTS)),
        result_release_on=draw(maybe_days),
        under_sixteen=draw(st.booleans()),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record with entries, declarations and DAS states under any components."""
    entries = dict(draw(st.sampled_from(STARTS)))
    busy = draw(st.lists(components, min_size=1, max_size=2))
    for at, component in enumerate(draw(st.lists(st.sampled_from(busy), max_size=7))):
        entry = msgspec.structs.replace(draw(entries_for(component)), ref=f"entry-more-{at}")
        entries[component] = (*entries.get(component, ()), entry)
    declarations: dict[ComponentType, tuple[Declaration, ...]] = {}
    for component in draw(st.lists(components, max_size=3)):
        number = draw(st.sampled_from([*BY_COMPONENT[component], *QANS[::5], UNKNOWN_QAN]))
        row = Declaration(number, draw(st.booleans()))
        declarations[component] = (*declarations.get(component, ()), row)
    everywhere = draw(st.none() | das_states)
    das = {} if everywhere is None else dict.fromkeys(ComponentType, everywhere)
    das |= draw(st.dictionaries(components, das_states, max_size=3))
    return Record(
        registration=draw(registrations),
        claim=draw(st.sampled_from([ClaimStatus.NONE] * 4 + list(ClaimStatus))),
        uln=draw(st.sampled_from([LEARNER_ULN, LEARNER_ULN, None, "9999999999"])),
        uln_verified=draw(st.sampled_from([None, True, False])),
        das_found=draw(st.booleans()),
        das_uln_matches=draw(st.booleans()),
        das_details_differ=draw(st.booleans()),
        das_stale_from=draw(maybe_days),
        plts=draw(st.booleans()),
        work_experience=draw(st.booleans()),
        das=das,
        entries=entries,
        declarations=declarations,
    )


def with_entries(record: Record, change: Callable[[Entry], Entry]) -> Record:
    """The record with every entry changed."""
    changed = {
        component: tuple(change(entry) for entry in entries)
        for component, entries in record.entries.items()
    }
    return msgspec.structs.replace(record, entries=changed)


def shown(record: Record, day: date) -> Derivation:
    """All that is derived on a day, but for the day of the next change."""
    return msgspec.structs.replace(derive(record, DATA, day), next_change_on=None)


def required(record: Record) -> list[ComponentType]:
    """The components that the catalogue asks for at the level of the record."""
    return list(DATA.requirements.get(record.registration.level, {}))

"""The inputs of the rules for many learners at once, read in a handful of statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

import msgspec

from database.connection import Connection
from database.query import Clause
from domain.days import CIVIL_ZONE, years_later
from domain.identifiers import YearMonth, academic_year
from domain.inputs import Das, Declaration, Entry, Registration
from domain.names import name_key
from domain.record import Record
from domain.vocabulary import (
    ClaimStatus,
    ComponentType,
    EntryKind,
    EntryStatus,
    RegistrationStatus,
    UlnState,
    VerificationState,
)

SIXTEEN = 16

# Looked up for each entry: an enum's own call takes ten times as long.
_COMPONENTS: Final = {component.value: component for component in ComponentType}
_KINDS: Final = {kind.value: kind for kind in EntryKind}


class CourseRow(msgspec.Struct, frozen=True, gc=False):
    """A registration with its learner and DAS record."""

    id: int
    ref: str
    learner_id: int
    centre_id: int
    line: str
    level: str
    award: str | None
    registered_on: str | None
    status: str
    claim_status: str
    claim_status_raw: str | None
    uln: str | None
    uln_verified: bool | None
    given_name: str
    family_name: str
    name_key: str
    date_of_birth: date | None
    das_id: int | None
    das_uln: str | None
    das_line: str | None
    das_level: str | None
    das_given_name: str | None
    das_family_name: str | None
    das_date_of_birth: date | None
    plts: bool | None
    work_experience: bool | None
    das_claim_status: str | None
    das_claim_status_raw: str | None
    fetched_at: datetime | None


class _EntryRow(msgspec.Struct, frozen=True, gc=False):
    registration_id: int | None
    suspected_id: int | None
    id: int
    centre_id: int
    component: str
    uln: str | None
    qan: str
    kind: str
    unit: str | None
    series: str | None
    status: str
    entered_on: date
    marks_submitted_on: date | None
    claimed: bool
    result: str | None
    result_release_on: date | None


class _DasRow(msgspec.Struct, frozen=True, gc=False):
    registration_id: int
    component: str
    complete: bool
    visible_from: date | None


Verified: TypeAlias = frozenset[tuple[str, str]]
"""The programmes that are verified at a centre, each with the academic year."""


class Read(NamedTuple):
    """Rows about some registrations, as they were found."""

    courses: Sequence[CourseRow]
    entries: Mapping[int, Sequence[_EntryRow]]
    das: Mapping[int, Sequence[_DasRow]]
    declarations: Mapping[int, Mapping[ComponentType, tuple[Declaration, ...]]]
    verified: Mapping[int, Verified]
    """Of each centre that made an entry."""

    def __reduce__(self) -> tuple[Callable[[bytes], "Read"], tuple[bytes]]:
        """Be sent to another process in a tenth of the time that pickling each row takes."""
        return _unpacked, (msgspec.msgpack.encode(self),)


class Course(NamedTuple):
    """A registration with everything that the rules read about it."""

    row: CourseRow
    record: Record
    claim_status: str
    claim_status_raw: str | None


_DECODER: Final = msgspec.msgpack.Decoder(Read)


def _unpacked(packed: bytes) -> Read:
    return _DECODER.decode(packed)


_COURSES = """
    SELECT r.id, r.ref, r.learner_id, r.centre_id, r.line, r.level, r.award, r.registered_on,
        r.status, r.claim_status, r.claim_status_raw, l.uln, l.uln_verified,
        l.given_name, l.family_name, l.name_key, l.date_of_birth, d.id, d.uln, d.line, d.level,
        d.given_name, d.family_name, d.date_of_birth, d.plts, d.work_experience, d.claim_status,
        d.claim_status_raw, d.fetched_at
    FROM registration r JOIN learner l ON l.id = r.learner_id
    LEFT JOIN das_record d ON d.registration_id = r.id
    WHERE {wanted} ORDER BY r.id
"""

_ENTRY_COLUMNS = ", ".join(f"e.{name}" for name in _EntryRow.__struct_fields__)


class RecordReader:
    """Reads records; remembers each centre's verifications while it lives."""

    def __init__(self, connection: Connection) -> None:
        """Read through one connection or transaction."""
        self._connection = connection
        self._verified: dict[int, Verified] = {}

    async def courses(self, learner_ids: Sequence[int]) -> list[Course]:
        """All registrations of some learners, each with its record."""
        return put_together(await self.read(learner_ids))

    async def among(self, wanted: Clause) -> list[Course]:
        """The registrations `r` that a condition holds for, each with its record, by id."""
        return put_together(await self._read(wanted))

    async def read(self, learner_ids: Sequence[int]) -> Read:
        """What there is about some learners, to be put together later, by whoever it is."""
        return await self._read(self._connection.among("r.learner_id", learner_ids))

    async def _read(self, wanted: Clause) -> Read:
        rows = await self._connection.rows(
            CourseRow, _COURSES.format(wanted=wanted.text), *wanted.params
        )
        ids = [row.id for row in rows]
        entries = await self._entries(ids)
        centres = {row.centre_id for group in entries.values() for row in group}
        await self._read_verifications(centres)
        verified = {centre: self._verified[centre] for centre in centres}
        return Read(rows, entries, await self._das(ids), await self._declarations(ids), verified)

    async def _entries(self, ids: Sequence[int]) -> Mapping[int, list[_EntryRow]]:
        """Entries by the course they count to or are suspected to belong to."""
        found: dict[int, list[_EntryRow]] = defaultdict(list)
        for column in ("registration_id", "suspected_id"):
            among = self._connection.among(f"e.{column}", ids)
            for row in await self._connection.rows(
                _EntryRow,
                f"SELECT {_ENTRY_COLUMNS} FROM entry e WHERE {among.text}",  # noqa: S608 - names are ours
                *among.params,
            ):
                owner = row.registration_id or row.suspected_id
                if owner is not None:
                    found[owner].append(row)
        return found

    async def _das(self, ids: Sequence[int]) -> Mapping[int, list[_DasRow]]:
        found: dict[int, list[_DasRow]] = defaultdict(list)
        among = self._connection.among("registration_id", ids)
        for row in await self._connection.rows(
            _DasRow,
            "SELECT registration_id, component, complete, COALESCE(visible_from, held_until)"  # noqa: S608
            f" FROM das_component WHERE {among.text}",
            *among.params,
        ):
            found[row.registration_id].append(row)
        return found

    async def _declarations(
        self, ids: Sequence[int]
    ) -> Mapping[int, dict[ComponentType, tuple[Declaration, ...]]]:
        found: dict[int, dict[ComponentType, tuple[Declaration, ...]]] = defaultdict(dict)
        among = self._connection.among("registration_id", ids)
        for registration_id, component, qan in await self._connection.tuples(
            "SELECT registration_id, component, qan FROM declaration"  # noqa: S608
            f" WHERE removed_at IS NULL AND {among.text} ORDER BY id",
            *among.params,
        ):
            own = found[registration_id]
            kind = ComponentType(component)
            own[kind] = (*own.get(kind, ()), Declaration(qan))
        return found

    async def _read_verifications(self, centres: Iterable[int]) -> None:
        """Which programmes of which academic years are verified at centres not met before."""
        unknown = [centre for centre in centres if centre not in self._verified]
        if not unknown:
            return
        found: dict[int, set[tuple[str, str]]] = {centre: set() for centre in unknown}
        among = self._connection.among("centre_id", unknown)
        for centre_id, qan, year in await self._connection.tuples(
            "SELECT centre_id, qan, academic_year FROM verification"  # noqa: S608
            f" WHERE state = '{VerificationState.VERIFIED}' AND {among.text}",
            *among.params,
        ):
            found[centre_id].add((qan, year))
        self._verified |= {centre: frozenset(rows) for centre, rows in found.items()}


def put_together(read: Read) -> list[Course]:
    """Registrations, each with its record, in the order in which they were read."""
    return [_course(row, read) for row in read.courses]


def _course(row: CourseRow, read: Read) -> Course:
    claim, claim_raw = row.claim_status, row.claim_status_raw
    if row.das_claim_status is not None:
        claim, claim_raw = row.das_claim_status, row.das_claim_status_raw
    uln_matches = row.das_uln is None or row.das_uln == row.uln
    record = Record(
        registration=Registration(
            status=RegistrationStatus(row.status),
            line=row.line,
            level=row.level,
            award=YearMonth.parse(row.award) if row.award else None,
            conflict=_differs(row.das_line, row.line) or _differs(row.das_level, row.level),
        ),
        claim=ClaimStatus(claim),
        uln=row.uln,
        uln_verified=row.uln_verified,
        das_found=row.das_id is not None,
        das_uln_matches=uln_matches,
        das_details_differ=_details_differ(row),
        das_stale_from=_stale_from(row.fetched_at),
        plts=bool(row.plts),
        work_experience=bool(row.work_experience),
        das={
            _COMPONENTS[part.component]: Das(
                found=row.das_id is not None,
                uln_matches=uln_matches,
                complete=part.complete,
                visible_from=part.visible_from,
            )
            for part in read.das.get(row.id, ())
        },
        entries=_filed(row, read.entries.get(row.id, ()), read.verified),
        declarations=read.declarations.get(row.id, {}),
    )
    return Course(row, record, claim, claim_raw)


def _filed(
    course: CourseRow, rows: Sequence[_EntryRow], verified: Mapping[int, Verified]
) -> dict[ComponentType, tuple[Entry, ...]]:
    """Entries as the rules read them, under their components."""
    filed: dict[ComponentType, list[Entry]] = defaultdict(list)
    born = course.date_of_birth
    sixteenth = None if born is None else years_later(born, SIXTEEN)
    for row in rows:
        state = UlnState.MATCHED
        if row.registration_id is None:
            state = UlnState.MISMATCHED if row.uln else UlnState.MISSING
        programme = row.qan, academic_year(row.entered_on)
        filed[_COMPONENTS[row.component]].append(
            Entry(
                ref=f"{row.id:020}",
                qan=row.qan,
                kind=_KINDS[row.kind],
                entered_on=row.entered_on,
                unit=row.unit,
                series=row.series,
                withdrawn=row.status == EntryStatus.WITHDRAWN,
                uln_state=state,
                marks_submitted_on=row.marks_submitted_on,
                centre_verified=programme in verified[row.centre_id],
                claimed=row.claimed,
                result=row.result,
                result_release_on=row.result_release_on,
                under_sixteen=sixteenth is not None and row.entered_on < sixteenth,
            )
        )
    return {component: tuple(group) for component, group in filed.items()}


def _differs(theirs: str | None, ours: str) -> bool:
    """Whether DAS says something else; what it does not know does not differ."""
    return theirs is not None and theirs != ours


def _details_differ(row: CourseRow) -> bool:
    """Whether DAS holds another name or birth date."""
    born, das_born = row.date_of_birth, row.das_date_of_birth
    if born is not None and das_born is not None and born != das_born:
        return True
    das_name = name_key(row.das_given_name, row.das_family_name)
    return das_name is not None and das_name != row.name_key


def _stale_from(fetched_at: datetime | None) -> date | None:
    """The first civil day on which data fetched at a moment are more than one day old."""
    if fetched_at is None:
        return None
    return civil_day(fetched_at) + timedelta(days=2)


def civil_day(moment: datetime) -> date:
    """The day that a moment belongs to in England."""
    return moment.astimezone(CIVIL_ZONE).date()

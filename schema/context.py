"""The context of an operation: viewer, civil day, and loaders."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import strawberry

from auth.explain import demand
from auth.permissions import Permission
from auth.presumed import Presumption
from auth.sessions import viewer_of
from auth.throttle import Throttle
from auth.viewer import ANONYMOUS, Footing, Viewer
from database.connection import Database
from domain.errors import Invalid, Refused
from loaders.batching import Batch, Batching
from loaders.gathering import Gathering
from loaders.learners import registrations_by_learner_id
from loaders.named import Named
from loaders.one_query import OneQuery
from loaders.reading import Reading
from loaders.record import Lookup, record_for
from schema.trail import AuditTrail


class Cost(NamedTuple):
    """The cost of an operation as it was estimated, and the most that is allowed, in objects."""

    requested: int
    allowed: int


class Waiting(NamedTuple):
    """How long a field was awaited, and for how many objects."""

    objects: int
    seconds: float


class Context:
    """One request: the viewer, the civil day, the real time, and its loaders."""

    def __init__(
        self,
        database: Database,
        viewer: Viewer,
        today: date,
        *,
        now: Callable[[], datetime],
        token: str | None = None,
        keep: Callable[[str | None], None],
        ask_to_wait: Callable[[int], None],
        settle: Callable[[], Awaitable[object]],
        throttle: Throttle,
        service: "Service",
        presumption: Presumption | None = None,
    ) -> None:
        """Begin with empty loaders.

        Where the viewer is presumed, what is answered counts only if `is_confirmed`.
        `keep` tells a browser which token to keep, None for none; `ask_to_wait` tells it for how
        many seconds not to try again; `settle` has the log written of what is behind.
        """
        self.database = database
        self.viewer = viewer
        self.today = today
        self.now = now
        self.token = token
        self.service = service
        self.throttle = throttle
        self.settle = settle
        self._keep = keep
        self._ask_to_wait = ask_to_wait
        self._gathering = Gathering(database.reader.keyed)
        self._presumption = presumption
        if presumption is not None:
            self._who_asks = presumption.shown.question(database.dialect)
            self._said = self._gathering.along(self._who_asks)
        self._read_with(Reading(database.reader, viewer, today))
        self.cost: Cost | None = None
        """What the operation costs; None before that is known."""
        self.operation_name: str | None = None
        self.mutates = False
        self.took: Callable[[], dict[str, float]] = dict
        """What the operation has taken so far; nothing where nobody measures."""
        self.refused: set[tuple[str, str]] = set()
        """Guarded fields, as they stand in the answer, that were already told to be refused."""
        self.names: dict[tuple[tuple[str, ...], str], Named] = {}
        """What filters name, by field of the answer and condition."""
        self.trail = AuditTrail(now)
        """What the operation leaves to be written into the log."""
        self.waiting: dict[str, Waiting] = {}
        """For which fields the answer had to wait, and how long."""
        self.batches: list[int] = []
        """For how many keys loaders were asked, each time."""
        self._asked: set[str] = set()
        self._loaders: dict[Hashable, Batching] = {}

    async def is_confirmed(self) -> bool:
        """Whether the viewer, where presumed, is who they were taken for.

        It was asked with the first statement that took it along, else it is asked now.
        """
        if self._presumption is None:
            return True
        if self._said.done() and not self._said.cancelled() and self._said.exception() is None:
            rows = self._said.result()
        else:
            try:
                (rows,) = await self.database.reader.keyed.together([self._who_asks])
            except BaseException:
                self._presumption.doubt()
                raise
        return self._presumption.is_confirmed_by(rows)

    def ask_briefly(self, rows: frozenset[type]) -> None:
        """Nothing will be asked of these rows but what their brief form has."""
        self._read_with(self.reading._replace(brief=rows))

    def _read_with(self, reading: Reading) -> None:
        self.reading = reading
        self._few = Reading(
            reading.connection, reading.viewer, reading.today, self._gathering, reading.brief
        )

    async def load(self, batch: Batch, key: Hashable, *arguments: Hashable) -> Any:  # noqa: ANN401 - rows of any kind
        """One key's answer to a batch question; keys asked together are answered together."""
        return await self._batching(batch, arguments).one(key)

    async def load_many(
        self, batch: Batch, keys: Iterable[Hashable], *arguments: Hashable, few: bool = False
    ) -> Mapping[Hashable, Any]:
        """The answers to a batch question by key, at least for these keys.

        `few`: the field stands in no list, so its SQL may be merged with others.
        """
        return await self._batching(batch, arguments).many(keys, few=few)

    def at_hand(self, batch: Batch, keys: Iterable[Hashable]) -> Mapping[Hashable, Any] | None:
        """The answers to a batch question by key, if those for all these keys are known."""
        return self._batching(batch, ()).at_hand(keys)

    @property
    def sees_the_schema(self) -> bool:
        """Whether the schema may be asked for, and names are suggested where one is wrong."""
        developing = self.service.environment == "development"
        return developing or self.viewer.footing is Footing.STAFF

    def foresee(self, batches: Iterable[Batch], keys: Collection[Hashable], *, few: bool) -> None:
        """Ask now what will be loaded later, together with all who foresee it at this moment."""
        for batch in batches:
            self._batching(batch, ()).foresee(keys, few=few)

    async def load_with(self, lookup: Lookup, key: Hashable, below: Iterable[Batch]) -> Any:  # noqa: ANN401 - a row, as of `load`
        """A learner, and in the same statement what will be asked of the registration shown."""
        if not below:
            return await self.load(lookup.batch, key)
        batches = [batch for batch in below if isinstance(batch, OneQuery)]
        record = record_for(self.reading, batches)
        self.batches.append(1)
        questions = [loading.question for loading in record.loadings]
        sought = record.of(self.reading, lookup, key)
        (learners, *found) = await self._gathering.about(sought, questions)
        if not learners:
            return None
        keys = (learners[0].registration_id,)
        for batch, loading, rows in zip(batches, record.loadings[1:], found, strict=True):
            self._batching(batch, ()).know(keys, loading.answers(keys, rows))
        return learners[0]

    def _batching(self, batch: Batch, arguments: tuple[Hashable, ...]) -> Batching:
        name = (batch, arguments)
        batching = self._loaders.get(name)
        if batching is None:
            batching = Batching(partial(self._ask, batch, (self.reading, self._few), arguments))
            self._loaders[name] = batching
        return batching

    async def _ask(
        self,
        batch: Batch,
        readings: tuple[Reading, Reading],
        arguments: Sequence[Any],
        keys: Sequence[Any],
        few: bool,
    ) -> Sequence[Any]:
        try:
            return await batch(readings[few], keys, *arguments)
        finally:
            self.batches.append(len(keys))  # by now it is known how many there are

    def abandon(self) -> None:
        """Wait for no rows any more."""
        self._gathering.cancel()
        for batching in self._loaders.values():
            batching.cancel()

    def demand(self, permission: Permission, centre_id: int | None) -> None:
        """Raise Refused unless the viewer may do this at a centre in reach; None for everywhere."""
        demand(self.viewer, permission, centre_id, everywhere=centre_id is None)

    def note_registrations(self) -> None:
        """Of records that are looked at, note the other registrations that were shown with them."""
        for learner_id in self.trail.learners:
            known = self.at_hand(registrations_by_learner_id, [learner_id])
            for registration in known[learner_id] if known else ():
                self.trail.read(self.viewer, registration)
        self.trail.learners.clear()

    def note_waiting(self, field: str, objects: int, seconds: float) -> None:
        """A field was waited for; several at the same time each take their whole time."""
        known = self.waiting.get(field, Waiting(0, 0.0))
        self.waiting[field] = Waiting(known.objects + objects, known.seconds + seconds)

    def note_refusal(self, refusal: Refused, field: str) -> None:
        """Somebody tried what they may not do."""
        self.trail.refused(self.viewer, refusal, field)

    def throttled(self, seconds: int, field: str) -> None:
        """Somebody tries too often, and is asked to wait."""
        self._ask_to_wait(seconds)
        self.trail.throttled(self.viewer, field)

    def once(self, field: str) -> None:
        """Refuse a field that an operation asks for twice; raises Invalid."""
        if field in self._asked:
            message = f"An operation may ask for {field} once."
            raise Invalid(message, code="ASKED_TWICE")
        self._asked.add(field)

    def become(self, viewer: Viewer, token: str) -> None:
        """Go on as somebody who has just logged in."""
        self.token = token
        self._keep(token)
        self.go_on_as(viewer)

    def leave(self) -> None:
        """Go on as nobody."""
        self.token = None
        self._keep(None)
        self.go_on_as(self._nobody)

    async def look_again(self) -> None:
        """Go on as whoever the token stands for by now, which does not count as its use."""
        idle = timedelta(minutes=self.service.session_idle_minutes)
        found = await viewer_of(
            self.database, self.token or "", self._nobody, now=self.now(), idle=idle, used=False
        )
        self.go_on_as(found or self._nobody)

    @property
    def _nobody(self) -> Viewer:
        return replace(
            ANONYMOUS,
            address=self.viewer.address,
            agent=self.viewer.agent,
            request_id=self.viewer.request_id,
        )

    def go_on_as(self, viewer: Viewer) -> None:
        """Answer the rest of the operation as this viewer, from rows read anew."""
        self.viewer = viewer
        self._read_with(self.reading._replace(viewer=viewer))
        self.forget()

    def forget(self) -> None:
        """Drop what was read: rows may have changed since."""
        self._loaders.clear()


class Service:
    """Facts of this installation that the graph needs: version, sessions, cost limits."""

    def __init__(
        self,
        version: str,
        environment: str,
        *,
        session_idle_minutes: int,
        session_hours: int,
        secure_cookies: bool,
        most_cost: Mapping[Footing, int],
    ) -> None:
        """Keep what the settings say; `most_cost` is what an operation may cost on each footing."""
        self.version = version
        self.most_cost = most_cost
        self.environment = environment
        self.session_idle_minutes = session_idle_minutes
        self.session_hours = session_hours
        self.secure_cookies = secure_cookies


Info = strawberry.Info[Context, None]

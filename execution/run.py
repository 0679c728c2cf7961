"""One operation, level by level: downwards fields are answered, upwards rows are made."""

from asyncio import CancelledError, Task, create_task, gather, wait
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, TypeAlias

from graphql.execution.executor import Executor

from execution.answers import Answers
from execution.failures import Told
from execution.levels import Level
from execution.places import Root
from execution.plan import FieldPlan, Question, Selection
from execution.waiting import Later

Observe: TypeAlias = Callable[[str, int, float], None]
"""Takes a field, as `Type.field`, for how many objects it was asked, and the seconds it took."""

Data: TypeAlias = dict[str, Any] | None


class Run:
    """The execution of one operation."""

    def __init__(
        self, executor: Executor[Any], question: Question, observe: Observe | None = None
    ) -> None:
        """Nothing is answered yet."""
        self.executor = executor
        self.question = question
        self.told = Told()
        self.waited = 0
        self._answers = Answers(self)
        self._observe = observe
        self._waiting: list[Level] = []  # levels whose fields are still to be answered
        self._made: list[Level] = []  # levels without rows, in the order in which they were met
        self._later: list[Later] = []  # answers to be awaited
        self._tasks: dict[Task[None], Later] = {}  # answers that are being awaited
        self._lost = False  # whether anything is null for what failed below it

    def data(
        self, selection: Selection, source: object, *, serially: bool
    ) -> Data | Awaitable[Data]:
        """The answer; to be awaited only if something in it has to be."""
        root = Level(selection, [source], Root())
        steps = [[field] for field in selection.fields] if serially else [selection.fields]
        for number, step in enumerate(steps):
            self._begin(root, step)
            if self._left():
                return self._go_on(root, steps[number + 1 :])
            self._assemble()
        return root.rows()[0]  # type: ignore[no-any-return]  # an object, or null

    async def _go_on(self, root: Level, steps: Sequence[Sequence[FieldPlan]]) -> Data:
        """Wait for what has begun, then do what is left."""
        await self._wait()
        self._assemble()
        for step in steps:
            self._begin(root, step)
            await self._wait()
            self._assemble()
        return root.rows()[0]  # type: ignore[no-any-return]

    # Downwards ---------------------------------------------------------------------------------

    def open(self, level: Level) -> None:
        """Have the fields of a level answered, and its rows made."""
        self._waiting.append(level)
        self._made.append(level)

    def postpone(self, later: Later) -> None:
        """Have something awaited."""
        self._later.append(later)

    def _begin(self, root: Level, fields: Sequence[FieldPlan]) -> None:
        self._ask(root, fields)
        self._drain()

    def _drain(self) -> None:
        """Answer level after level, until all that is left has to be awaited."""
        while self._waiting:
            levels, self._waiting = self._waiting, []
            for level in levels:
                if not (self._lost and level.is_lost):
                    self._ask(level, self._answers.begin(level))

    def _ask(self, level: Level, fields: Sequence[FieldPlan]) -> None:
        for field in fields:
            if self._lost and level.is_lost:
                return
            self._answers.ask(level, field)

    # Waiting -----------------------------------------------------------------------------------

    def _left(self) -> list[Later]:
        """What is to be awaited, without what nobody wants any more."""
        if self._lost:
            for later in [later for later in self._later if later.into.is_lost]:
                self._later.remove(later)
                later.into.abandon()
                self.executor.settle_in_background(list(later.awaitables))
        return self._later

    async def _wait(self) -> None:
        """Await what is left, and whatever comes to light below it, as soon as it does."""
        left, self._later = self._left(), []
        if len(left) == 1:
            await self._resume(left[0])
        elif left:
            await self._wait_for(left)

    async def _resume(self, later: Later) -> None:
        found, began = None, perf_counter()
        try:
            found = await later.found()
        finally:
            if found is None:
                later.into.abandon()
        self.waited += 1
        if self._observe is not None:
            field = later.into.column.field
            name = f"{field.parent.name}.{field.name}"
            self._observe(name, later.into.size, perf_counter() - began)
        if found is not None:
            later.take(found)
        self._drain()
        await self._wait()

    async def _wait_for(self, left: Sequence[Later]) -> None:
        """Await many at once, each in a task of its own."""
        tasks = {create_task(self._resume(later)): later for later in left}
        self._tasks.update(tasks)
        try:
            await wait(tasks)
        except CancelledError:
            for task in tasks:
                task.cancel()
            await gather(*tasks, return_exceptions=True)
            raise
        finally:
            for task in tasks:
                del self._tasks[task]
        for task in tasks:
            if not task.cancelled():
                task.result()

    def drop(self) -> None:
        """Something is not wanted any more: ask no further below it, and wait for nothing."""
        self._lost = True
        for task, later in self._tasks.items():
            if later.into.is_lost:
                # Not before the next turn: what was begun together has begun together.
                task.get_loop().call_soon(task.cancel)

    # Upwards -----------------------------------------------------------------------------------

    def _assemble(self) -> None:
        """Make the rows of all levels met since the last time, from the lowest up."""
        made, self._made = self._made, []
        for level in reversed(made):
            level.deliver(whole=not self._lost)

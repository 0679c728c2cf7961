"""Applies migrations fast: model classes of the intermediate states are made only on demand."""

from collections.abc import Callable

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


class _State(State):
    """Tables as they are at some step, and classes for them once somebody asks.

    A step is handed the state before it as well. Making classes of all its tables takes some forty
    milliseconds, and seven steps out of eight never look.
    """

    def __init__(
        self, models: dict[tuple[str, str], ModelState], apps: Callable[[], StateApps]
    ) -> None:
        self.models = models
        self._make = apps
        self._made: StateApps | None = None

    @property
    def apps(self) -> StateApps:  # type: ignore[override]  # is read, and written by nobody
        """The classes."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def clone(self) -> "_State":
        """The state as it is now, whatever becomes of this one."""
        models = {key: model.clone() for key, model in self.models.items()}
        apps = self.apps
        return _State(models, lambda: apps.clone(model_states=models))


class Migrator(MigrationExecutor):
    """Applies migrations the way tortoise does."""

    async def _project_state(
        self, applied: set[MigrationKey], *, upto: MigrationKey | None = None
    ) -> State:
        """The state after the migrations that were applied."""
        state = await super()._project_state(applied, upto=upto)
        return _State(state.models, lambda: state.apps)

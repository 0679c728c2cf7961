"""Applies migrations fast: a step makes model classes of the tables that it is about, no others."""

from typing import Final

from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

Key = tuple[str, str]
"""The app and the name of a model."""

_RELATIONS: Final = (ForeignKeyFieldInstance, ManyToManyFieldInstance)


class _Classes(StateApps):
    """Classes of the tables of some step, each made with those it refers to once it is asked for.

    To make those of all tables takes some forty milliseconds, and a step asks for one or for none.
    """

    def __init__(self, models: dict[Key, ModelState], connections: dict[str, str]) -> None:
        super().__init__(default_connections=connections)
        self._models = models

    def of(self, models: dict[Key, ModelState]) -> "_Classes":
        """The classes of other tables."""
        return _Classes(models, self._default_connections)

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        """A class; raises KeyError where there is no such table."""
        if model_name is None:
            app_label, model_name = self.split_reference(app_label)
        if model_name not in self.apps.get(app_label, {}):
            self._make((app_label, model_name))
        return super().get_model(app_label, model_name)

    def forget(self) -> None:
        """Nothing that was made is right any more."""
        self.apps.clear()

    def _make(self, wanted: Key) -> None:
        for app_label, model_name in self._missing(wanted):
            model = self._models[app_label, model_name].render(self)
            self.register_model(app_label, model)
        self._init_relations()
        self._build_initial_querysets()

    def _missing(self, wanted: Key) -> set[Key]:
        """What is to be made for a class: itself, and whatever it refers to."""
        found: set[Key] = set()
        ahead = [wanted]
        while ahead:
            key = ahead.pop()
            if key in found or key not in self._models or key[1] in self.apps.get(key[0], {}):
                continue
            found.add(key)
            fields = self._models[key].fields.values()
            relations = (field for field in fields if isinstance(field, _RELATIONS))
            ahead += [self.split_reference(field.model_name) for field in relations]
        return found


class _State(State):
    """Tables as they are at some step."""

    apps: _Classes

    def _reload(self, models_to_reload: set[Key]) -> None:  # noqa: ARG002 - all are made anew
        self.apps.forget()

    def _find_related_models(self, app_label: str, model_name: str) -> set[Key]:
        """The model alone: of the others nothing is kept, so nothing has to follow."""
        return {(app_label, model_name)}

    def clone(self) -> "_State":
        """The state as it is now, whatever becomes of this one."""
        models = {key: model.clone() for key, model in self.models.items()}
        return _State(models, self.apps.of(models))


class Migrator(MigrationExecutor):
    """Applies migrations the way tortoise does."""

    async def _project_state(
        self, applied: set[MigrationKey], *, upto: MigrationKey | None = None
    ) -> State:
        """The state after the migrations that were applied, up to one of them.

        Tortoise makes all classes anew with each step on the way.
        """
        connections = {
            label: config.get("default_connection", "default")
            for label, config in self.loader.apps_config.items()
        }
        models: dict[Key, ModelState] = {}
        state = _State(models, _Classes(models, connections))
        for key in self._full_plan():
            if key == upto:
                break
            if key in applied and (migration := self.loader.graph.nodes[key]):
                await migration.apply(state, dry_run=True)
        return state

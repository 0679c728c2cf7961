"""Whatever is asked of whatever schema, both executors answer the same."""

import asyncio
import inspect
import os
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError, execute, parse, validate
from graphql.execution.executor import Executor
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.executor import BreadthFirstExecutor
from tests.execution.worlds import World

EXAMPLES = int(os.environ.get("TEST_EXECUTOR_EXAMPLES", "120"))
seeds = st.integers(0, 2**32)

# Where an error makes a place null graphql-core forgets some of its own coroutines.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def answered(world: World, document: str, executor: type[Executor[Any]]) -> ExecutionResult:
    async def run() -> ExecutionResult:
        found = execute(world.schema, parse(document), world.root(), executor_class=executor)
        result = await found if inspect.isawaitable(found) else found
        await asyncio.sleep(0)  # what was given up is seen to its end
        return result

    return asyncio.run(run())


def null_above(data: Any, error: GraphQLError) -> tuple[Any, ...] | None:
    """The place that is null for an error below it; None where it is null at its own place."""
    for length, key in enumerate(error.path or ()):
        if data is None:
            return tuple((error.path or ())[:length])
        data = data[key]
    return None


def told(result: ExecutionResult) -> Iterator[tuple[Any, ...]]:
    """The errors at their places, and the places that are null for errors below.

    Which of several errors that make one place null are told is a matter of time.
    """
    for error in result.errors or ():
        above = null_above(result.data, error)
        if above is None:
            yield ("at", tuple(error.path or ()), error.message, tuple(error.locations or ()))
        else:
            yield ("below", above)


def assert_same(world: World, document: str) -> None:
    assert validate(world.schema, parse(document)) == []
    ordinary = answered(world, document, Executor)
    ours = answered(world, document, BreadthFirstExecutor)
    assert ours.data == ordinary.data
    assert set(told(ours)) == set(told(ordinary))


@settings(max_examples=EXAMPLES)
@given(seeds, seeds, st.sampled_from((0.0, 0.05, 0.3)))
def test_what_awaits_nothing_is_answered_the_same(
    world_seed: int, seed: int, faults: float
) -> None:
    world = World(world_seed, asynchronous=False, faults=faults)
    assert_same(world, world.document(seed))


@settings(max_examples=EXAMPLES)
@given(seeds, seeds, st.sampled_from((0.0, 0.05, 0.3)))
def test_what_awaits_here_and_there_is_answered_the_same(
    world_seed: int, seed: int, faults: float
) -> None:
    world = World(world_seed, asynchronous=True, faults=faults)
    assert_same(world, world.document(seed))


@settings(max_examples=EXAMPLES // 4)
@given(seeds, seeds)
def test_a_kept_plan_answers_as_a_new_one(world_seed: int, seed: int) -> None:
    world = World(world_seed, asynchronous=False, faults=0.1)
    document = parse(world.document(seed))
    variables = [{}, {"yes": False}, {"no": True}, {}]
    for given_variables in variables:
        kept = execute(
            world.schema,
            document,
            world.root(),
            variable_values=given_variables,
            executor_class=BreadthFirstExecutor,
        )
        new = execute(
            world.schema,
            parse(world.document(seed)),
            world.root(),
            variable_values=given_variables,
            executor_class=Executor,
        )
        assert isinstance(kept, ExecutionResult)
        assert isinstance(new, ExecutionResult)
        assert kept.data == new.data
        assert set(told(kept)) == set(told(new))

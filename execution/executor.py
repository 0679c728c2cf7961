"""The executor that graphql-core is given in place of its own."""

from collections.abc import Awaitable
from typing import Any, ClassVar, cast

from graphql import GraphQLError, OperationType
from graphql.execution import ExecutionResult
from graphql.execution.executor import SELECTIONS_NESTED_TOO_DEEPLY
from graphql.execution.incremental import IncrementalExecutor

from execution.plan import Plans, Question, Selection
from execution.run import Data, Observe, Run

Result = Any  # graphql-core's: a result, one in parts, or an awaitable of either


class BreadthFirstExecutor(IncrementalExecutor):
    """Executes queries and mutations level by level, and leaves the rest to graphql-core."""

    plans: ClassVar[Plans] = Plans()
    """Of all operations of the process."""

    observe: Observe | None = None
    """Told of each field that was waited for, and how long."""

    def execute_operation(self, serially: bool | None = None) -> Result:  # noqa: FBT001 - graphql-core's own signature
        """The result of the operation, or an awaitable of it; see the base class."""
        question = Question(
            self.schema, self.operation, self.fragments, self.variable_values, self.hide_suggestions
        )
        if self.abort_signal is not None or self.plans.delivers_in_parts(question):
            return super().execute_operation(serially)
        run = Run(self, question, self.observe)
        if serially is None:
            serially = self.operation.operation == OperationType.MUTATION
        try:
            data = run.data(self._selection(question), self.root_value, serially=serially)
        except GraphQLError as error:
            self.collected_errors.errors.append(error)
            return self.build_response(None)
        if isinstance(data, dict) or data is None:
            return self._result(run, data)
        return self._awaited(run, data)

    def _selection(self, question: Question) -> Selection:
        """What is selected at the root; raises GraphQLError."""
        kind = question.operation.operation
        root_type = question.schema.get_root_type(kind)
        if root_type is None:
            message = f"Schema is not configured to execute {kind.value} operation."
            raise GraphQLError(message, question.operation)
        try:
            return self.plans.root(root_type, question)
        except RecursionError:
            pass  # left behind before the error is made, which would hold on to all its frames
        raise GraphQLError(SELECTIONS_NESTED_TOO_DEEPLY, question.operation)

    async def _awaited(self, run: Run, data: Awaitable[Data]) -> ExecutionResult:
        return self._result(run, await data)

    def _result(self, run: Run, data: Data) -> ExecutionResult:
        self.collected_errors.errors.extend(run.told.errors())
        return cast("ExecutionResult", self.build_response(data))

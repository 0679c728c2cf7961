"""Query and Mutation: a list, no logic."""

import strawberry
from graphql import GraphQLError
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from resolvers import catalogue as _catalogue
from resolvers import centres as _centres
from resolvers import learners as _learners
from resolvers import nodes as _nodes
from resolvers import service as _service
from resolvers import sessions as _sessions
from schema.problems import HANDLERS
from schema.scalars import SCALARS


@strawberry.type(description="What can be read.")
class Query:
    """What can be read."""

    centre = _centres.centre
    centres = _centres.centres
    consortia = _centres.consortia
    consortium = _centres.consortium
    flag_legend = _service.flag_legend
    learner = _learners.learner
    learners = _learners.learners
    me = _sessions.me
    node = _nodes.node
    nodes = _nodes.nodes
    qualification = _catalogue.qualification
    service_info = _service.service_info
    unmatched_entries = _centres.unmatched_entries


@strawberry.type(description="What can be changed.")
class Mutation:
    """What can be changed."""

    session_log_in = _sessions.session_log_in
    session_log_out = _sessions.session_log_out


class Schema(strawberry.Schema):
    """The graph; errors are logged where they are masked, not here."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Leave logging to the masking: an error's text may hold what somebody typed."""


def make_schema() -> Schema:
    """The graph as it is served."""
    return Schema(
        query=Query,
        mutation=Mutation,
        exception_handlers=list(HANDLERS),
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def printed(schema: Schema) -> str:
    """The contract as text."""
    return f"{print_schema(schema)}\n"

"""Query, Mutation and Subscription: a list, no logic."""

import strawberry
from graphql import GraphQLError, GraphQLInputType, assert_input_type
from strawberry.extensions import SchemaExtension
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from resolvers import access as _access
from resolvers import accounts as _accounts
from resolvers import awards as _awards
from resolvers import catalogue as _catalogue
from resolvers import centres as _centres
from resolvers import changes as _changes
from resolvers import counts as _counts
from resolvers import deadlines as _deadlines
from resolvers import declarations as _declarations
from resolvers import events as _events
from resolvers import feed_runs as _feed_runs
from resolvers import issues as _issues
from resolvers import learners as _learners
from resolvers import news as _news
from resolvers import nodes as _nodes
from resolvers import own_account as _own_account
from resolvers import service as _service
from resolvers import sessions as _sessions
from resolvers import support_texts as _support_texts
from resolvers import terms as _terms
from resolvers import tokens as _tokens
from schema.gate import Gate
from schema.levels import LevelByLevel, Ordinary, declare_levels
from schema.problems import HANDLERS
from schema.scalars import SCALARS
from schema.types.conflict import ConflictHandler


@strawberry.type(description="What can be read.")
class Query:
    """What can be read."""

    access_log = _events.access_log
    accounts = _accounts.accounts
    centre = _centres.centre
    centres = _centres.centres
    changes = _changes.changes
    completion = _counts.completion
    consortia = _centres.consortia
    consortium = _centres.consortium
    contact_details = _support_texts.contact_details
    current_terms = _terms.current_terms
    deadlines = _deadlines.deadlines
    declaration_candidates = _declarations.declaration_candidates
    declaration_preview = _declarations.declaration_preview
    declarations = _declarations.declarations
    feed_run = _feed_runs.feed_run
    feed_runs = _feed_runs.feed_runs
    flag_counts = _counts.flag_counts
    flag_legend = _service.flag_legend
    help_topics = _support_texts.help_topics
    issue_counts = _counts.issue_counts
    issues = _issues.issues
    learner = _learners.learner
    learners = _learners.learners
    me = _sessions.me
    node = _nodes.node
    nodes = _nodes.nodes
    qualification = _catalogue.qualification
    search_learners = _learners.search_learners
    service_info = _service.service_info
    unmatched_entries = _centres.unmatched_entries
    useful_links = _support_texts.useful_links


@strawberry.type(description="What can be changed.")
class Mutation:
    """What can be changed."""

    access_bind = _access.access_bind
    access_give_up = _access.access_give_up
    access_grant = _access.access_grant
    access_revoke = _access.access_revoke
    access_set_administrator = _access.access_set_administrator
    access_unbind = _access.access_unbind
    account_confirm_email = _own_account.account_confirm_email
    account_disable = _accounts.account_disable
    account_enable = _accounts.account_enable
    account_register = _own_account.account_register
    account_update = _own_account.account_update
    api_token_create = _tokens.api_token_create
    api_token_revoke = _tokens.api_token_revoke
    change_undo = _changes.change_undo
    declaration_add = _declarations.declaration_add
    declaration_remove = _declarations.declaration_remove
    declarations_add = _declarations.declarations_add
    issue_acknowledge = _issues.issue_acknowledge
    issue_unacknowledge = _issues.issue_unacknowledge
    learner_set_anticipated_award = _awards.learner_set_anticipated_award
    learners_set_anticipated_award = _awards.learners_set_anticipated_award
    password_change = _own_account.password_change
    password_request_reset = _own_account.password_request_reset
    password_reset = _own_account.password_reset
    session_end = _sessions.session_end
    session_end_others = _sessions.session_end_others
    session_log_in = _sessions.session_log_in
    session_log_out = _sessions.session_log_out
    support_text_remove = _support_texts.support_text_remove
    support_text_set = _support_texts.support_text_set
    terms_accept = _terms.terms_accept
    terms_publish = _terms.terms_publish


@strawberry.type(description="What can be watched, as a stream of server-sent events.")
class Subscription:
    """What can be watched."""

    centre_changed = _news.centre_changed
    feed_run = _news.feed_run


class Schema(strawberry.Schema):
    """The graph; errors are logged where they are masked, not here."""

    def input_type(self, name: str) -> GraphQLInputType:
        """A scalar, an enum or an input of the graph, to read values that are in no document."""
        found = self._schema.type_map[name]
        return assert_input_type(found)

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> Gate:
        """What stands before every operation."""
        return Gate(execution_context, extensions)

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Leave logging to the masking: an error's text may hold what somebody typed."""


def make_schema(*, breadth_first: bool = True) -> Schema:
    """The graph as it is served, by our executor or by graphql-core's own."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        exception_handlers=[*HANDLERS, ConflictHandler()],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=LevelByLevel if breadth_first else Ordinary,
    )
    declare_levels(schema._schema)  # noqa: SLF001 - strawberry has no public door to it
    return schema


def printed(schema: Schema) -> str:
    """The contract as text."""
    return f"{print_schema(schema)}\n"

"""The loader that finds objects by id, for each type that has ids."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from loaders import (
    access,
    accounts,
    catalogue,
    centres,
    changes,
    components,
    feed_runs,
    learners,
    support_texts,
    terms,
)

BY_ID: Final[Mapping[str, Callable[..., Awaitable[Sequence[Any]]]]] = MappingProxyType({
    "Access": access.access_by_id,
    "ApiToken": accounts.api_token_by_id,
    "Centre": centres.centre_by_id,
    "Change": changes.change_by_id,
    "Component": components.component_by_id,
    "Consortium": centres.consortium_by_id,
    "Declaration": components.declaration_by_id,
    "Entry": components.entry_by_id,
    "FeedRun": feed_runs.feed_run_by_id,
    "Flag": components.flag_by_id,
    "Issue": components.issue_by_id,
    "Learner": learners.learner_by_id,
    "Qualification": catalogue.qualification_by_id,
    "Registration": learners.registration_by_id,
    "Session": accounts.session_by_id,
    "SupportText": support_texts.support_text_by_id,
    "Terms": terms.terms_by_id,
})  # fmt: skip

"""A short run of the fuzzer, and that it would see what must not be."""

import asyncio
from typing import Any

import httpx2
import pytest

from auth.matrix import CallerKind
from tests.fuzzing import MARKER, Seen, fuzz

SECRETS = frozenset({MARKER.casefold(), "1000000019"})


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("kind", [CallerKind.CENTRE_VIEWER, CallerKind.CENTRE_USER])
async def test_nothing_breaks_or_leaks_whatever_is_asked(
    database_url: str, kind: CallerKind
) -> None:
    seen = await asyncio.to_thread(fuzz, database_url, kind, seconds=60, most=60)

    assert seen.statuses[200] > 20
    assert seen.statuses.total() >= 60


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {}),
        (503, {"errors": []}),
        (200, {"data": {"name": f"Anna {MARKER.upper()}"}}),
        (200, {"data": {"uln": "1000000019"}}),
        (200, {"errors": [{"message": "Wrong", "extensions": {"code": "INTERNAL"}}]}),
        (200, {"errors": [{"message": f"Not {MARKER}", "extensions": {"code": "FORBIDDEN"}}]}),
    ],
)
def test_the_fuzzer_sees_faults_and_secrets(status: int, body: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        Seen().check(b"{}", httpx2.Response(status, json=body), SECRETS)


def test_what_was_asked_may_be_told_in_an_answer() -> None:
    seen = Seen()
    answer = httpx2.Response(200, json={"data": {"ulnCheck": {"uln": "1000000019"}}})
    seen.check(b'{"variables": {"uln": "1000000019"}}', answer, SECRETS)

    assert seen.statuses == {200: 1}

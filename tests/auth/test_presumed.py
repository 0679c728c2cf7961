"""Whose tokens were is kept of a few, and presumed only where nothing else is to be done."""

from datetime import UTC, datetime, timedelta

import msgspec

from auth.presumed import LastHeld
from auth.sessions import Credential, Held
from auth.tokens import TokenKind, new_token
from auth.viewer import ANONYMOUS

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_whose_tokens_are_is_kept_of_so_many_and_of_no_staff() -> None:
    held = Held(
        key=1,
        last_used_at=AT,
        expires_at=AT + timedelta(hours=1),
        terms_accepted=1,
        user_id=1,
        email="a@example.org",
        first_name="A",
        last_name="B",
        staff=None,
        grants="[]",
    )
    tokens = [new_token(TokenKind.SESSION) for _ in range(4)]
    shown = [Credential.shown(token, ANONYMOUS, now=AT, idle=timedelta(1)) for token in tokens]
    first, second, third, fourth = [one for one in shown if one is not None]
    last = LastHeld(most=2)
    for one in (first, second):
        last.keep(one, held)
    last.keep(first, held)
    last.keep(third, held)
    assert len(last) == 2
    assert last.presumed(second) is None
    presumption = last.presumed(first)
    assert presumption is not None
    assert presumption.viewer.email == "a@example.org"
    assert presumption.is_confirmed_by([held])
    assert not presumption.is_confirmed_by([])
    assert last.presumed(first) is None
    last.keep(fourth, msgspec.structs.replace(held, staff="SUPPORT"))
    assert last.presumed(fourth) is None
    last.keep(fourth, msgspec.structs.replace(held, last_used_at=AT - timedelta(hours=2)))
    assert last.presumed(fourth) is None

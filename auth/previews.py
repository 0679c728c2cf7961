"""Signed previews: an edit is confirmed only as it was shown."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from domain.errors import Invalid

LIFE: Final = timedelta(minutes=15)
"""How long what was shown may be confirmed."""
_NONCE_BYTES: Final = 9


def sign(token: str, facts: Sequence[str]) -> str:
    """What was shown, signed for whoever holds a session's token; worthless to anybody else.

    No two are alike, so that a preview also stands for the one edit that follows from it.
    """
    return str(_serializer(token).dumps([token_urlsafe(_NONCE_BYTES), *facts]))


def check(token: str, preview: str, facts: Sequence[str]) -> None:
    """Whether this is what was shown to whoever holds the token, not long ago; raises Invalid."""
    try:
        shown = _serializer(token).loads(preview, max_age=int(LIFE.total_seconds()))
    except SignatureExpired:
        message = "It is too long ago that this was shown. Look at the preview again."
        raise Invalid(message, code="PREVIEW_EXPIRED", field="previewToken") from None
    except BadSignature:
        message = "This is no token of a preview that you were shown in this session."
        raise Invalid(message, code="PREVIEW_INVALID", field="previewToken") from None
    if shown[1:] != list(facts):
        message = "Something else was shown, or it has changed since. Look at the preview again."
        raise Invalid(message, code="PREVIEW_STALE", field="previewToken")


def ends_at(now: datetime) -> datetime:
    """When a preview shown now can no longer be confirmed."""
    return now.astimezone(UTC) + LIFE


def _serializer(token: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(token, salt="preview")

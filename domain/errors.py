"""What a caller can put right: every expected refusal is one of these."""


class ProblemError(Exception):
    """An expected refusal: a sentence for people, a code for programs, the field it is about."""

    code = "PROBLEM"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        """Keep the message; a more precise code may replace the kind's own."""
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field


class Refused(ProblemError):  # noqa: N818 - the four names are the vocabulary of the house
    """The caller may see the object but not do this to it."""

    code = "FORBIDDEN"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        needs: str | None = None,
        centre_id: int | None = None,
    ) -> None:
        """Keep for the log which permission was missing, and at which centre, where known."""
        super().__init__(message, code=code, field=field)
        self.needs = needs
        self.centre_id = centre_id


class Missing(ProblemError):  # noqa: N818
    """There is no such object for this caller; out of reach answers exactly the same."""

    code = "NOT_FOUND"


class Conflict(ProblemError):  # noqa: N818
    """Somebody else changed the object in the meantime."""

    code = "CONFLICT"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        current: tuple[str, int] | None = None,
    ) -> None:
        """Keep which object it is, by its type and key, so that its state can be shown."""
        super().__init__(message, code=code, field=field)
        self.current = current


class Invalid(ProblemError):  # noqa: N818
    """A value is not of the form it must have."""

    code = "VALIDATION"


class RateLimited(ProblemError):  # noqa: N818
    """Too often, too fast; the same may work after a while."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        """Keep after how many seconds it is worth trying again."""
        super().__init__(message)
        self.retry_after = retry_after

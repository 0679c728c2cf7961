"""Files that commands write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Invalid
from exchange.export.making import NoRoomError


@contextmanager
def made(path: Path) -> Iterator[None]:
    """A new file that nobody else may read; it is gone where it does not come to its end."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError:
        message = f"{path} cannot be made, or is there already."
        raise Invalid(message) from None
    try:
        yield
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, NoRoomError):
            message = "There is no room for the file."
            raise Invalid(message) from None
        raise

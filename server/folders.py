"""Whether the folders for feeds and mails can be written, asked before anything comes in."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.errors import Refused
from server.settings import PREFIX, Settings


def refuse_unwritable(settings: Settings) -> None:
    """Raise Refused where feeds or mails could not be kept; no folder stays behind."""
    faults = [
        f"{PREFIX}{name.upper()}: {folder} cannot be written ({reason})."
        for name, folder in _needed(settings)
        if (reason := _hindrance(folder)) is not None
    ]
    if faults:
        raise Refused(" ".join(faults), code="FOLDER_UNUSABLE")


def _needed(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The folders that are written, by their settings."""
    yield "feed_folder", settings.feed_folder
    if settings.smtp_host is None:
        yield "mail_folder", settings.mail_folder


def _hindrance(folder: Path) -> str | None:
    """What keeps a folder from being written, or from being made where it is not there yet."""
    whole = folder.absolute()
    try:
        there = next(place for place in (whole, *whole.parents) if place.exists())
        with TemporaryDirectory(dir=there):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__

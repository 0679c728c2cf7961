"""Files and folders that commands read and write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.running import stop
from domain.errors import Invalid
from exchange.export.making import NoRoomError


def folder_there(folder: Path) -> None:
    """Make a folder that is not there yet; raises Invalid where a file is in its place."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        message = f"{folder} cannot be a folder: a file is in its place."
        raise Invalid(message) from None


def empty_folder_there(folder: Path) -> None:
    """The same, of a folder into which many files go: raises Invalid where something is in it."""
    folder_there(folder)
    if any(folder.iterdir()):
        message = f"{folder} is not empty: name a folder that is, or that is not there yet."
        raise Invalid(message)


def text_of(file: Path) -> str:
    """What a text file holds; one that cannot be read ends the program with a sentence."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        stop(f"There is no file {file}.")
    except IsADirectoryError:
        stop(f"{file} is a folder, no file.")
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        stop(f"{file} cannot be read as UTF-8.")


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

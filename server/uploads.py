"""Receives an uploaded feed into a folder, and refuses it once it is too large."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path, PureWindowsPath
from typing import BinaryIO, Final

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from exchange.feed.contract import FILE_BY_NAME, FILES
from exchange.feed.source import Source
from server.refusals import RefusalError

ZIP: Final = "application/zip"
MULTIPART: Final = "multipart/form-data"
ARCHIVE: Final = "feed.zip"
"""What a feed is called that came without a name."""

PATIENCE: Final = 30.0
"""Longest pause in seconds between two pieces of a body."""
MOST_GROWTH: Final = 20
"""The limit of the unpacked size, as a multiple of the limit of the upload."""


async def receive(request: Request, folder: Path, most_bytes: int) -> Source:
    """The feed in a request's body; raises RefusalError, or OSError where there is no room."""
    if kind_of(request) == ZIP:
        path = folder / ARCHIVE
        await _receive_archive(request, path, most_bytes)
        return Source(path, most_bytes=most_bytes * MOST_GROWTH)
    form = await _receive_form(request, most_bytes)
    try:
        path, name = await asyncio.to_thread(_unpack, form, folder)
    finally:
        await form.close()
    return Source(path, name=name, most_bytes=most_bytes * MOST_GROWTH)


def too_large(most_bytes: int) -> RefusalError:
    """More than so many bytes are not read."""
    message = f"What is sent may have at most {most_bytes >> 20} MB."
    return RefusalError(413, "TOO_LARGE", message)


def kind_of(request: Request) -> str:
    """The media type of a body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def pieces(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    """The body as it comes, up to a limit."""
    read = 0
    async with aclosing(request.stream()) as stream:
        while True:
            try:
                async with asyncio.timeout(PATIENCE):
                    piece = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                message = f"Nothing came in for {PATIENCE:.0f} seconds."
                raise RefusalError(408, "TOO_SLOW", message) from None
            read += len(piece)
            if read > most_bytes:
                raise too_large(most_bytes)
            yield piece


async def _receive_archive(request: Request, path: Path, most_bytes: int) -> None:
    size = 0
    with path.open("wb") as file:
        async with aclosing(pieces(request, most_bytes)) as coming:
            async for piece in coming:
                size += len(piece)
                await asyncio.to_thread(file.write, piece)
    if not size:
        raise RefusalError(400, "EMPTY", "The body is empty; a feed is expected.")


async def _receive_form(request: Request, most_bytes: int) -> FormData:
    async with aclosing(pieces(request, most_bytes)) as coming:
        parser = MultiPartParser(request.headers, coming, max_files=len(FILES), max_fields=0)
        try:
            return await parser.parse()
        except MultiPartException as error:
            raise RefusalError(400, "FORM", f"The form cannot be read: {error.message}") from None


def _unpack(form: FormData, folder: Path) -> tuple[Path, str]:
    """Put the parts of a form into a folder: where the feed is now, and what it is called."""
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    called = [PureWindowsPath(file.filename or "").name for file in files]
    names = [name.lower() for name in called]  # as in folders and archives
    if len(files) == 1 and names[0].endswith(".zip"):
        path = folder / ARCHIVE
        _copy(files[0].file, path)
        return path, "".join(filter(str.isprintable, called[0]))
    _check(names)
    for name, file in zip(names, files, strict=True):
        _copy(file.file, folder / name)
    return folder, "feed"


def _check(names: Sequence[str]) -> None:
    if not names:
        raise RefusalError(
            400, "NO_FILES", "The form has no files; one .zip or some .csv are expected."
        )
    if any(name not in FILE_BY_NAME for name in names):
        known = ", ".join(FILE_BY_NAME)
        raise RefusalError(400, "UNKNOWN_FILE", f"Send one .zip, or files of these names: {known}.")
    if len(set(names)) < len(names):
        message = "The form has a file twice; upper and lower case are the same."
        raise RefusalError(400, "DUPLICATE_FILE", message)


def _copy(file: BinaryIO, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(file, out)

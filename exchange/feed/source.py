"""The files of a feed: a folder or one archive, checked before a row is read (stage 1)."""

import codecs
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO, NamedTuple, TextIO

from exchange.feed.contract import FILE_BY_NAME, FILES
from exchange.feed.problems import FeedProblem, Problems

BLOCK = 1 << 20
MAX_FILE_BYTES = 8 << 30
"""A single file larger than this is refused."""

MAX_RATIO = 200
"""An archive member that grows more than this many times is refused."""

MAX_DIRECTORY = 4 << 20
"""An archive whose list of members is longer than this is not opened."""

NOT_UTF8 = "The file is not UTF-8 from here on."
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""How UTF-16 and UTF-32 begin; the mark of UTF-32 begins with that of UTF-16, low byte first."""
_WIDE_PLACES = ((1, 3), (0, 2), (1, 2, 3), (0, 1, 2))
"""Where the NUL bytes of the first four are in UTF-16 and UTF-32 without a mark."""

UNREADABLE = (
    *(OSError, EOFError, RuntimeError, ValueError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
"""What opening a broken, encrypted or unknown archive raises."""


class FeedFile(NamedTuple):
    """One file that is present, readable and UTF-8."""

    name: str
    lines: int
    """Line ends in it, to tell how far a run has come."""
    sha256: str


class Source:
    """A folder or a .zip of one."""

    def __init__(
        self, path: Path, *, name: str | None = None, most_bytes: int | None = None
    ) -> None:
        """Point to a folder or an archive, which may be known by another name; nothing is opened.

        All its files together may have `most_bytes` when they are unpacked.
        """
        self.path = path
        self.name = name or path.name
        self._archive = path.is_file()
        self._most_bytes = most_bytes

    @property
    def refused(self) -> Path:
        """Where its refused rows are put: the folder itself, or one that the archive names."""
        if self._archive:
            return self.path.with_name(f"{self.path.name}.refused")
        return self.path

    def check(self, problems: Problems) -> list[FeedFile]:
        """Stage 1: which files of the contract there are, in order; faults go to the problems."""
        try:
            found = dict(self._members(problems))
        except UNREADABLE as error:
            problems.add(_fault(self.name, "UNREADABLE", f"The feed cannot be opened: {error}."))
            return []
        if self._most_bytes is not None and sum(found.values()) > self._most_bytes:
            message = f"Unpacked, a feed may have at most {self._most_bytes:,} bytes."
            problems.add(_fault(self.name, "TOO_LARGE", message))
            return []
        if not found and not problems:
            problems.add(
                _fault(self.name, "NO_FILES", "None of the files of the contract is here.")
            )
        files = []
        for file in FILES:
            if file.name in found:
                checked = self._checked(file.name, found[file.name], problems)
                if checked is not None:
                    files.append(checked)
        return files

    def _members(self, problems: Problems) -> Iterator[tuple[str, int]]:
        """The names and sizes of the CSV files; an unknown one is a fault."""
        if not self.path.exists():
            problems.add(_fault(self.name, "MISSING", "There is no such folder or archive."))
            return
        seen = set()
        for place, size in self._listing():
            name = _name_of(place)
            if name in seen:
                message = "The file is there twice; upper and lower case are the same."
                problems.add(_fault(name, "DUPLICATE_FILE", message))
            elif name in FILE_BY_NAME:
                seen.add(name)
                yield name, size
            elif name.endswith(".csv") and not name.endswith(".refused.csv"):
                expected = ", ".join(FILE_BY_NAME)
                message = f"The files of a feed are named {expected}."
                problems.add(_fault(PurePath(place).name, "UNKNOWN_FILE", message))

    def _listing(self) -> Iterator[tuple[str, int]]:
        if not self._archive:
            for path in sorted(self.path.iterdir()):
                if path.is_file() and not _is_macs(path.name):
                    yield path.name, path.stat().st_size
            return
        with self._opened() as archive:
            for member in archive.infolist():
                if not member.is_dir() and not _is_macs(member.filename):
                    yield member.filename, member.file_size

    def _checked(self, name: str, size: int, problems: Problems) -> FeedFile | None:
        """Read a file once: its hash, and whether it is UTF-8 without NUL characters."""
        if size > MAX_FILE_BYTES:
            problems.add(_fault(name, "TOO_LARGE", f"At most {MAX_FILE_BYTES} bytes are allowed."))
            return None
        digest = hashlib.sha256()
        decoder = codecs.getincrementaldecoder("utf-8")()
        row = 1
        start = True
        try:
            with self.open_bytes(name) as stream:
                while block := stream.read(BLOCK):
                    digest.update(block)
                    fault = _block_fault(decoder, block, start=start)
                    start = False
                    if fault is not None:
                        offset, code, message = fault
                        row += block.count(b"\n", 0, max(offset, 0))
                        problems.add(FeedProblem(name, row, None, code, None, message))
                        return None
                    row += block.count(b"\n")
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            problems.add(
                FeedProblem(name, row, None, "ENCODING", None, "The file ends inside a character.")
            )
            return None
        except UNREADABLE as error:
            problems.add(_fault(name, "UNREADABLE", f"The file cannot be read: {error}."))
            return None
        if size == 0:
            problems.add(_fault(name, "EMPTY", "The file is empty; a header row is expected."))
            return None
        return FeedFile(name, row, digest.hexdigest())

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        with _Wary(io.FileIO(self.path)) as file, zipfile.ZipFile(file) as archive:
            yield archive

    @contextmanager
    def open_bytes(self, name: str) -> Iterator[BinaryIO]:
        """A file's bytes, from the start."""
        place = next(place for place, _ in self._listing() if _name_of(place) == name)
        if not self._archive:
            with (self.path / place).open("rb") as stream:
                yield stream
            return
        with self._opened() as archive:
            member = archive.getinfo(place)
            if member.file_size > BLOCK and member.file_size > MAX_RATIO * member.compress_size:
                message = "it unpacks to far more than it should"
                raise zipfile.BadZipFile(message)
            with archive.open(member) as stream:
                yield stream  # type: ignore[misc]  # an archive's stream reads like a file

    @contextmanager
    def open_text(self, name: str) -> Iterator[TextIO]:
        """A file's text, a byte order mark skipped, line ends as they are."""
        with (
            self.open_bytes(name) as stream,
            io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
        ):
            yield text


class _Wary(io.BufferedReader):
    """The file of an archive; a single large read, as a huge list of members needs, is refused."""

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes, unless they are too many."""
        if size is not None and size > MAX_DIRECTORY:
            message = "it lists far too many files"
            raise zipfile.BadZipFile(message)
        return super().read(size)


def _name_of(place: str) -> str:
    """What a file is called, in lower case: not every system tells upper case from it."""
    return PurePath(place).name.lower()


def _is_macs(place: str) -> bool:
    """Whether it is one of the files that a Mac puts beside those of its user."""
    path = PurePath(place)
    return path.name.startswith("._") or "__MACOSX" in path.parts


def _block_fault(
    decoder: codecs.IncrementalDecoder, block: bytes, *, start: bool
) -> tuple[int, str, str] | None:
    """Where a block, which may be the file's first, is not text, if it is not."""
    if start and _is_wide(block):
        return 0, "ENCODING", NOT_UTF8
    nul = block.find(b"\0")
    if nul >= 0:
        return nul, "NUL", "The file holds a NUL character."
    try:
        decoder.decode(block)
    except UnicodeDecodeError as error:
        return error.start, "ENCODING", NOT_UTF8
    return None


def _is_wide(block: bytes) -> bool:
    """Whether a file that begins so has two or four bytes a character; headers are ASCII."""
    nul = tuple(place for place, byte in enumerate(block[:4]) if not byte)
    return block.startswith(_WIDE_MARKS) or nul in _WIDE_PLACES


def _fault(name: str, code: str, message: str) -> FeedProblem:
    return FeedProblem(name, None, None, code, None, message)

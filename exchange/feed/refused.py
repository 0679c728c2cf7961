"""The refused rows of a feed, put beside it: ready to be corrected and sent again."""

import csv
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from exchange.feed.contract import EXPLANATION
from exchange.feed.problems import FeedProblem, Problems
from exchange.feed.reading import Layout
from exchange.feed.source import Source


def put_aside(source: Source, layout: Layout, numbers: Collection[int], problems: Problems) -> None:
    """Write a file's refused rows beside the feed, in place of those of an earlier run.

    The feed stands even where that fails.
    """
    target = source.refused / f"{layout.file.stem}.refused.csv"
    try:
        if numbers:
            _write(source, layout, numbers, problems, target)
        else:
            _remove(source, target)
    except OSError as error:
        message = f"The refused rows could not be written beside the feed: {error.strerror}."
        problems.warn(FeedProblem(layout.file.name, None, None, "REFUSED_FILE", None, message))


def _write(
    source: Source, layout: Layout, numbers: Collection[int], problems: Problems, target: Path
) -> None:
    faults: dict[int, FeedProblem] = {}
    for problem in problems:
        if problem.file == layout.file.name and problem.row is not None:
            faults.setdefault(problem.row, problem)
    target.parent.mkdir(exist_ok=True)
    with (
        source.open_text(layout.file.name) as text,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        writer.writerow([*layout.header, *EXPLANATION])
        for number, cells in enumerate(csv.reader(text, strict=True), start=1):
            if number in numbers:
                own = cells[: len(cells) - layout.explained]
                writer.writerow([*own, number, *_explained(faults.get(number))])


def _explained(problem: FeedProblem | None) -> Sequence[str]:
    if problem is None:
        return ("", "NOT_LISTED", "More problems were found than are listed.")
    return (problem.column or "", problem.code, problem.message)


def _remove(source: Source, target: Path) -> None:
    """What was refused before has been put right, or nobody sends it any more."""
    target.unlink(missing_ok=True)
    if source.refused != source.path:
        with suppress(OSError):  # others may be in it, and there may be none
            source.refused.rmdir()

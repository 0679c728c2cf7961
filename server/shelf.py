"""The directory of feeds that came over HTTP: one folder for each run."""

import shutil
import zipfile
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

REFUSED: Final = "refused.zip"
LONGEST_RUN: Final = timedelta(days=1)
"""Age after which the files of an unfinished run are deleted."""

_ENDING: Final = ".refused.csv"


class Shelf:
    """The directory with one folder for each run, readable by the service only."""

    def __init__(self, folder: Path, kept: timedelta) -> None:
        """Point to a folder, which is made when the first feed comes in.

        `kept` is for how long refused rows can be asked for, corrected and sent again.
        """
        self._folder = folder
        self._kept = kept

    def make(self, run_id: int) -> Path:
        """An empty folder for the files of a run."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._place(run_id)
        place.mkdir(mode=0o700)
        return place

    def refused(self, run_id: int) -> Path | None:
        """The archive of a run's refused rows, if there are any."""
        path = self._place(run_id) / REFUSED
        return path if path.is_file() else None

    def put_away(self, run_id: int) -> None:
        """Keep the refused rows of a run, as one archive, and nothing else."""
        place = self._place(run_id)
        refused = sorted(place.rglob(f"*{_ENDING}"))
        if not refused and not (place / REFUSED).is_file():
            shutil.rmtree(place, ignore_errors=True)
            return
        unfinished = place / f"{REFUSED}.part"
        # Where the clock is wrong, files are older than an archive can tell.
        with zipfile.ZipFile(
            unfinished, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False
        ) as archive:
            for path in refused:
                archive.write(path, path.name)
        unfinished.rename(place / REFUSED)
        for path in place.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != REFUSED:
                path.unlink()

    def clear(self, now: datetime, on_their_way: Collection[int]) -> None:
        """Delete what is old, and what processes that were killed have left."""
        if not self._folder.is_dir():
            return
        for place in self._folder.iterdir():
            if not place.name.isdecimal() or int(place.name) in on_their_way:
                continue
            kept = self._kept if (place / REFUSED).is_file() else LONGEST_RUN
            # As numbers: digits that no run is called by may lie beyond all dates.
            if int(place.name) < (now - kept - _EPOCH) // _TICK:
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, run_id: int) -> Path:
        return self._folder / str(run_id)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
"""Runs are numbered by the moment at which they began, in these since the epoch."""

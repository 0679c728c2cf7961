"""When a component that DAS holds complete may be shown so, where DAS itself does not say."""

from collections.abc import Iterable
from datetime import date

import msgspec

from domain.catalogue import Catalogue
from domain.identifiers import Series, YearMonth


class Sitting(msgspec.Struct, frozen=True, gc=False):
    """What an entry tells about when its result comes out."""

    series: str | None
    """The exam series ("June 2010"); None for on-demand entries."""
    result: str | None
    result_release_on: date | None


def held_until(sittings: Iterable[Sitting], catalogue: Catalogue, told_on: date) -> date | None:
    """The day from which completeness tells no result early; None if it never does.

    `told_on` is the day on which DAS first told that the component is complete; the sittings are
    those that count to it. A result that is there is awaited until its release. One that is not is
    awaited until its series has told its results, unless DAS spoke before the series was sat: what
    DAS knew then was something else. So the day before a release is the same with the results and
    without them.
    """
    days = (_told_from(sitting, catalogue, YearMonth.of(told_on)) for sitting in sittings)
    return max((day for day in days if day is not None), default=None)


def _told_from(sitting: Sitting, catalogue: Catalogue, told_in: YearMonth) -> date | None:
    if sitting.result is not None:
        return sitting.result_release_on
    if sitting.series is None or Series.parse(sitting.series).sat_in() > told_in:
        return None
    results = catalogue.results_month(sitting.series)
    return results and results.last_day()

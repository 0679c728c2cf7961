"""A believable feed of any size: the same arguments always write the same bytes."""

from exchange.sample.centres import MOST_CENTRES
from exchange.sample.files import COLUMNS, MOST_LEARNERS, SampleSummary, write_sample_feed

__all__ = ["COLUMNS", "MOST_CENTRES", "MOST_LEARNERS", "SampleSummary", "write_sample_feed"]

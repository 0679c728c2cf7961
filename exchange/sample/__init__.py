"""A believable feed of any size: the same arguments always write the same bytes."""

from exchange.sample.files import COLUMNS, SampleSummary, write_sample_feed

__all__ = ["COLUMNS", "SampleSummary", "write_sample_feed"]

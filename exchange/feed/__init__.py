"""Feeds: from files to rows, to the flags that follow, and to the report of a run."""

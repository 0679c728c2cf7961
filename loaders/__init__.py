"""Batch loaders: each function answers many keys with one statement, named value_by_key."""

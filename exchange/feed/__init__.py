"""Importing feeds: reading and checking files, merging rows, deriving flags, reporting."""

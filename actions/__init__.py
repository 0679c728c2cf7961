"""Verbs that change rows: one transaction, one change entry each."""

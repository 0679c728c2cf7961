"""Actions that change rows: each is one transaction with an entry in the history."""

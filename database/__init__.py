"""Connections, transactions, time limits and notifications; nothing here knows a table."""

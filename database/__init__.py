"""How SQL reaches the database and comes back, in time; it knows no table."""

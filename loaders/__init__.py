"""Many small reads made one: a batch function a question, named value_by_key."""

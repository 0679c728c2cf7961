"""The contract of the graph."""

from schema.root import make_schema, printed


def schema() -> None:
    """Print the schema definition language of the graph."""
    print(printed(make_schema()), end="")  # noqa: T201 - the command's output

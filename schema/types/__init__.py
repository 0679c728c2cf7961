"""The nouns of the graph: one a file."""

from schema.types import vocabulary as vocabulary  # enums must be known before types name them

"""The shape of the graph."""

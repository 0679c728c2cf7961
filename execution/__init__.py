"""Breadth-first execution of GraphQL operations: each field once for all objects of its level."""

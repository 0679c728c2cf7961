"""How Python's collector is run in a process that serves."""

import gc

NEW_OBJECTS = 50_000
"""Containers that come to life before the young ones are looked through; an answer of a page of
learners is made of some ten thousand, none of which is garbage before it is sent."""


def settle_collector() -> None:
    """Leave alone what was made while starting, and look less often for cycles among the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)

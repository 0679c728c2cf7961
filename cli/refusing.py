"""How a command that was typed wrongly is refused."""

from cyclopts import CycloptsError, CycloptsPanel, MissingArgumentError
from rich.panel import Panel


def refusal(error: CycloptsError) -> Panel:
    """What is wrong with the words that were typed."""
    if isinstance(error, MissingArgumentError) and _is_left_out(error):
        command = " ".join(("learner-tracking", *(error.command_chain or ())))
        error.msg = f"{_name(error)} is missing: see {command} --help."
    return CycloptsPanel(error)


def _is_left_out(error: MissingArgumentError) -> bool:
    """Whether an option is not there at all, which is not to be without its value."""
    return error.argument is not None and error.keyword is None and not error.argument.tokens


def _name(error: MissingArgumentError) -> str:
    return "" if error.argument is None else error.argument.name

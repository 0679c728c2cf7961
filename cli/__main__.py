"""Where the program begins."""

import gc
import sys
from typing import Final

_ASKS_FOR_ALL: Final[tuple[list[str], ...]] = ([], ["--help"], ["-h"])
"""What is answered by the list of all commands."""


def main() -> None:
    """Run the command that is asked for."""
    gc.disable()  # nothing is garbage while they are read; `cli.running` looks for it again
    from cli.main import app, read_all  # noqa: PLC0415 - not before

    if sys.argv[1:] in _ASKS_FOR_ALL:
        read_all()
    app()


if __name__ == "__main__":
    main()

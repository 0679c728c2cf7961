"""Where the program begins."""

import gc


def main() -> None:
    """Read the commands, and run the one that is asked for."""
    gc.disable()  # nothing is garbage while they are read; `cli.running` looks for it again
    from cli.main import app  # noqa: PLC0415 - not before

    app()


if __name__ == "__main__":
    main()

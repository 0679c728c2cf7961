"""schema, and the commands by name."""

from pathlib import Path

from tests.cli.commands import Terminal

CONTRACT = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_the_printed_contract_is_the_published_one(alone: Terminal) -> None:
    printed = alone.done("schema").out

    assert printed == CONTRACT.read_text("utf-8"), (
        "Run `learner-tracking schema > schema/schema.graphql`."
    )
    assert list(alone.folder.iterdir()) == [], "printing needs no database"


def test_help_names_every_command(alone: Terminal) -> None:
    told = alone.done("--help").words

    for name in (
        *("check", "demo", "import", "migrate", "refresh", "sample-feed", "schema", "serve"),
        "user",
    ):
        assert f" {name} " in told


def test_a_command_that_does_not_exist_is_refused(alone: Terminal) -> None:
    told = alone.run("imprt", "feed")

    assert told.code == 2
    assert "imprt" in told.out + told.err
    assert "Traceback" not in told.err

"""migrate and check."""

import pytest

from tests.cli.commands import Terminal
from tests.ports import free_port

MIGRATIONS = (
    "0001_initial",
    "0002_catalogue",
    "0003_accounts",
    "0004_terms",
    "0005_feed_runs",
    "0006_editing",
    "0007_finding",
    "0008_support_texts",
    "0009_past_records",
    "0010_held_until",
    "0011_centre_versions",
    "0012_flags_on_components",
    "0013_flags_with_dates",
    "0014_staff_without_grants",
    "0015_issues_in_the_history",
    "0016_assumed_releases",
    "0017_barred_pairs",
    "0018_results_of_leavers",
)
NOT_MIGRATED = "The database is not up to date; run `learner-tracking migrate` first."

WRONG = (
    "The stored document day.graphql cannot be used. Cannot query field 'xyzzy' on type 'Query'."
)


def test_migrating_is_planned_then_done_and_then_there_is_nothing_to_do(fresh: Terminal) -> None:
    plan = fresh.done("migrate", "--plan")
    assert plan.out.splitlines() == [
        *(f"To do: {name}" for name in MIGRATIONS),
        f"{len(MIGRATIONS)} to do.",
    ]

    refused = fresh.refused("refresh")
    assert refused == NOT_MIGRATED, "a plan changes nothing"

    first = fresh.done("migrate")
    assert first.out.splitlines() == [
        *(f"Applying: {name}" for name in MIGRATIONS),
        "Up to date.",
    ]

    assert fresh.done("migrate").out == "Up to date.\n"
    assert fresh.done("migrate", "--plan").out == "Up to date.\n"


def test_a_database_that_is_ready_is_told_to_be_well(ready: Terminal, dialect: str) -> None:
    assert ready.done("check").out.splitlines() == [
        f"Database: {dialect}",
        "Tables: up to date, 0 learners",
        "Civil day: 2010-02-19",
        "All is well.",
    ]


def test_without_a_pinned_day_the_real_one_is_told(ready: Terminal) -> None:
    told = ready.done("check", LEARNER_TRACKING_TODAY="").out

    assert "Civil day: the real one, Europe/London\n" in told


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_stored_documents_are_looked_at_before_they_are_served(ready: Terminal) -> None:
    folder = ready.folder / "documents"
    folder.mkdir()
    (folder / "day.graphql").write_text("query Day { serviceInfo { date } }", "utf-8")
    setting = {"LEARNER_TRACKING_DOCUMENTS_FOLDER": "documents"}

    assert "Stored documents: 1\n" in ready.done("check", **setting).out

    (folder / "day.graphql").write_text("query Day { xyzzy }", "utf-8")
    for command in (["check"], ["serve", "--port", str(free_port())]):
        told = ready.run(*command, **setting)
        assert (told.code, told.err) == (1, f"{WRONG}\n")


def test_nobody_is_held_to_stored_documents_where_there_are_none(alone: Terminal) -> None:
    told = alone.refused("check", LEARNER_TRACKING_STORED_DOCUMENTS_ONLY="user")

    assert told == (
        "LEARNER_TRACKING_STORED_DOCUMENTS_ONLY: There is no folder of stored documents."
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "setting", ["LEARNER_TRACKING_FEED_FOLDER", "LEARNER_TRACKING_MAIL_FOLDER"]
)
@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("/proc/none", "No such file or directory"),
        ("text", "Not a directory"),
        ("text/below", "Not a directory"),
    ],
)
def test_a_folder_that_cannot_be_written_is_told_before_anything_comes_in(
    ready: Terminal, setting: str, folder: str, reason: str
) -> None:
    (ready.folder / "text").write_text("No folder.\n", "utf-8")

    for command in (["check"], ["serve", "--port", str(free_port())]):
        told = ready.run(*command, **{setting: folder})
        sentence = f"{setting}: {folder} cannot be written ({reason}).\n"
        assert (told.code, told.err) == (1, sentence)
        assert "All is well." not in told.out


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_looking_at_folders_makes_none(ready: Terminal) -> None:
    before = [*ready.folder.iterdir()]
    mail = {"LEARNER_TRACKING_MAIL_FOLDER": "/proc/none", "LEARNER_TRACKING_SMTP_HOST": "localhost"}

    assert ready.done("check", **mail).out.endswith("All is well.\n")
    assert [*ready.folder.iterdir()] == before


def test_nothing_is_imported_into_tables_that_are_out_of_date(fresh: Terminal) -> None:
    (fresh.folder / "feed").mkdir()

    assert fresh.refused("import", "feed") == NOT_MIGRATED


@pytest.mark.parametrize("command", ["check", "refresh"])
def test_a_variable_that_means_nothing_is_told(alone: Terminal, command: str) -> None:
    told = alone.run(command, LEARNER_TRACKING_TODYA="2010-02-19")

    assert (told.code, told.err) == (1, "LEARNER_TRACKING_TODYA: there is no such setting.\n")


COMMANDS = (
    *("check", "migrate", "refresh", "retain", "send-mail", "serve", "graphiql"),
    *("import feed", "export learners", "subject-access 9276308686 --out held.zip"),
    *("user list", "user grant a@example.org 10132", "user revoke a@example.org 10132"),
    *("user add a@example.org --first-name A --last-name B", "user token a@example.org"),
    *("user disable a@example.org", "user enable a@example.org"),
    *("explain a@example.org LEARNER_READ 10132", "demo --prepare-only"),
    *("terms show", "terms publish text.txt --version 2"),
    *("text list", "text show help why", "text remove help why"),
    "text set help why text.txt --title Why",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_prefix_that_does_not_belong_there_is_told_by_whatever_needs_a_setting(
    alone: Terminal, command: str
) -> None:
    (alone.folder / "text.txt").write_text("Because.\n", "utf-8")
    wrong = {"LEARNER_TRACKING_DATABASE_URL": "postgres://learner:hunter2@db/learners"}

    told = alone.refused(*command.split(), given="a password of mine\n", **wrong)

    assert told == (
        "LEARNER_TRACKING_DATABASE_URL: there is no such setting; its name is DATABASE_URL,"
        " without the prefix."
    )
    assert [path.name for path in alone.folder.iterdir()] == ["text.txt"]


def test_a_prefix_that_does_not_belong_there_is_told_of_a_file_too(alone: Terminal) -> None:
    (alone.folder / ".env").write_text("LEARNER_TRACKING_REDIS_URL=redis://cache:6379\n", "utf-8")

    assert alone.refused("check") == (
        "LEARNER_TRACKING_REDIS_URL: there is no such setting; its name is REDIS_URL,"
        " without the prefix."
    )


def test_every_command_is_told_by_which_variable_the_database_is_named(alone: Terminal) -> None:
    assert "DATABASE_URL" in alone.done("--help").out


def test_every_fault_of_the_settings_is_told_at_once_and_no_value(alone: Terminal) -> None:
    told = alone.refused(
        "check",
        DATABASE_URL="mysql://root:hunter2@db/learners",
        LEARNER_TRACKING_TODAY="Friday",
        LEARNER_TRACKING_SECRET="hunter2",
    )

    for sentence in (
        "DATABASE_URL: The database address must begin with sqlite:// or postgres://.",
        "LEARNER_TRACKING_TODAY: A day of the form YYYY-MM-DD is expected.",
        "LEARNER_TRACKING_SECRET: there is no such setting.",
    ):
        assert sentence in told
    assert "hunter2" not in told
    assert "Friday" not in told


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            ":hunter2@127.0.0.1:6379",
            "The address of a Redis begins with redis://, rediss:// or unix://.",
        ),
        (
            "redis://:hunter2@cache",
            "The address of a Redis names host and port, as in redis://127.0.0.1:6379.",
        ),
        (
            "redis://:hunter2@cache:port",
            "The address of a Redis names host and port, as in redis://127.0.0.1:6379.",
        ),
    ],
)
@pytest.mark.parametrize("command", ["check", "serve", "migrate"])
def test_an_address_that_is_none_of_a_redis_is_told_by_every_command(
    alone: Terminal, command: str, url: str, sentence: str
) -> None:
    assert alone.refused(command, REDIS_URL=url) == f"REDIS_URL: {sentence}"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///no/such/folder/learners.sqlite3",
        "sqlite://folder",
        "sqlite://text",
        "postgres://nobody:hunter2@127.0.0.1:1/learners",
        "postgres://127.0.0.1:not-a-port/learners",
        "postgres://127.0.0.1:1/learners?sslmode=perhaps",
        "postgres://127.0.0.1:1/learners?colour=hunter2",
    ],
)
@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_database_that_does_not_answer_is_told_in_a_sentence(
    alone: Terminal, url: str, command: str
) -> None:
    (alone.folder / "folder").mkdir()
    (alone.folder / "text").write_text("Not a database, but some other file.\n" * 100, "utf-8")

    where = ("--port", str(free_port())) if command == "serve" else ()
    told = alone.run(command, *where, DATABASE_URL=url)

    assert told.code == 1
    assert len(told.err.splitlines()) == 1, told.err
    assert "database" in told.err
    assert "hunter2" not in told.err


def test_a_folder_without_a_setting_gets_a_database_of_its_own(alone: Terminal) -> None:
    alone.done("migrate")

    assert [path.name for path in alone.folder.glob("*.sqlite3")] == ["learner-tracking.sqlite3"]


def test_the_settings_of_a_file_in_the_folder_hold(alone: Terminal) -> None:
    (alone.folder / ".env").write_text(
        "DATABASE_URL=sqlite://own.sqlite3\nLEARNER_TRACKING_TODAY=2010-05-16\nOTHER=1\n", "utf-8"
    )

    alone.done("migrate")

    assert "Civil day: 2010-05-16\n" in alone.done("check").out
    assert (alone.folder / "own.sqlite3").is_file()

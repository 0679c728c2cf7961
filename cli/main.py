"""`learner-tracking`: every command in one place; the code of one is read when it is run."""

from importlib.metadata import version

from cyclopts import App, Parameter

from cli.refusing import refusal

app = App(
    name="learner-tracking",
    version=version("learner-tracking"),
    default_parameter=Parameter(negative_iterable=()),  # no --empty-centre
    error_formatter=refusal,
    help="""Tracks learners through a composite qualification: feeds in, flags derived, a graph out.

    The database is the one that DATABASE_URL names, else learner-tracking.sqlite3 in this folder.
    """,
)
app.command("cli.serving:serve")
app.command("cli.database:migrate")
app.command("cli.checking:check")
app.command("cli.feeds:import_feed", name="import")
app.command("cli.exports:export")
app.command("cli.feeds:sample_feed")
app.command("cli.feeds:refresh")
app.command("cli.retention:keep_periods", name="retain")
app.command("cli.subject_access:subject_access")
app.command("cli.graph:schema")
app.command("cli.post:send_mail")
app.command("cli.graph:permissions")
app.command("cli.graph:explain")
app.command("cli.graphiql:graphiql")
app.command("cli.demo:demo")
app.command("cli.terms:app", name="terms")
app.command("cli.texts:app", name="text")
app.command("cli.user:app", name="user")


def read_all() -> None:
    """Read the code of all commands, whose help says what they are for."""
    for name in app:
        app[name]

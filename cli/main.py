"""`learner-tracking`: every command in one place."""

from importlib.metadata import version

from cyclopts import App, Parameter

from cli import (
    database,
    demo,
    exports,
    feeds,
    graph,
    graphiql,
    post,
    retention,
    serving,
    subject_access,
    terms,
    texts,
    user,
)
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
app.command(serving.serve)
app.command(database.migrate)
app.command(database.check)
app.command(feeds.import_feed, name="import")
app.command(exports.export)
app.command(feeds.sample_feed)
app.command(feeds.refresh)
app.command(retention.keep_periods, name="retain")
app.command(subject_access.subject_access)
app.command(graph.schema)
app.command(post.send_mail)
app.command(graph.permissions)
app.command(graph.explain)
app.command(graphiql.graphiql)
app.command(demo.demo)
app.command(terms.app, name="terms")
app.command(texts.app, name="text")
app.command(user.app, name="user")

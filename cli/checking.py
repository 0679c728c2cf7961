"""Looking whether the service could begin."""

from rich.console import Console

from cli.running import opened, run
from database.opening import dialect_of
from schema.root import make_schema
from server.documents import stored_documents
from server.folders import refuse_unwritable
from server.settings import Settings


def check() -> None:
    """Check the configuration, the database, and the folders for feeds and mails."""
    console = Console()

    async def work() -> None:
        settings = Settings()
        console.print(f"Database: {dialect_of(settings.database_url).value}")
        async with opened() as database:
            learners = await database.reader.number("SELECT COUNT(*) FROM learner")
            console.print(f"Tables: up to date, {learners:,} learners")
        if settings.documents_folder is not None:
            stored = stored_documents(settings.documents_folder, make_schema())
            console.print(f"Stored documents: {len(stored.texts)}")
        refuse_unwritable(settings)
        today = settings.today
        console.print(f"Civil day: {today.isoformat() if today else 'the real one, Europe/London'}")
        console.print("All is well.")

    run(work)

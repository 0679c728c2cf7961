"""Tables and configuration."""

from rich.console import Console

from cli.running import opened, run
from database.opening import dialect_of
from schema.root import make_schema
from server.documents import stored_documents
from server.folders import refuse_unwritable
from server.settings import Settings


def migrate(*, plan: bool = False) -> None:
    """Bring the database's tables up to date.

    Parameters
    ----------
    plan
        Only tell which steps are missing.

    """
    console = Console()

    async def work() -> None:
        async with opened(migrated=False) as database:
            pending = await database.pending_migrations()
            for name in pending:
                console.print(f"{'To do' if plan else 'Applying'}: {name}")
            if pending and not plan:
                await database.migrate()
            console.print("Up to date." if not (pending and plan) else f"{len(pending)} to do.")

    run(work)


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

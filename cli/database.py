"""Bringing the tables up to date."""

from rich.console import Console

from cli.running import opened, run


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

"""Serving the graph."""

import socket
from typing import Annotated

import uvicorn
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from cli.running import run
from database.opening import open_database
from domain.errors import Refused
from server.app import graph
from server.clock import Clock
from server.documents import stored_documents
from server.folders import refuse_unwritable
from server.life import bring_up_to_date
from server.settings import Settings

Port = Annotated[int, Parameter(validator=Number(gte=0, lte=65535))]


def serve(
    *,
    host: str | None = None,
    port: Port | None = None,
    workers: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
) -> None:
    """Serve the graph over HTTP.

    Parameters
    ----------
    host
        Address to listen on; by default as the settings say.
    port
        Port to listen on; by default as the settings say.
    workers
        Processes that serve.

    """

    async def prepare() -> Settings:
        settings = Settings()
        schema, _text = graph(settings.executor)
        stored_documents(settings.documents_folder, schema)  # a wrong one is told now
        refuse_unwritable(settings)
        refuse_taken(host or settings.host, settings.port if port is None else port)
        database = await open_database(settings.database_url, pool_size=1)
        try:
            await bring_up_to_date(database)
        finally:
            await database.close()
        return settings

    settings = run(prepare)
    address = f"http://{host or settings.host}:{settings.port if port is None else port}"
    day = Clock(settings.today).today()
    sentence = f"Serving {address}/graphql on {day:%A %d %B %Y}. Stop with Ctrl+C."
    Console(stderr=True).print(sentence, highlight=False, soft_wrap=True)
    uvicorn.run(
        "server.app:served_app",
        factory=True,
        host=host or settings.host,
        port=settings.port if port is None else port,
        workers=workers,
        loop="auto",
        http="server.wire:PromptProtocol",
        ws="none",
        server_header=False,
        access_log=False,
        log_level="warning",
    )


def refuse_taken(host: str, port: int) -> None:
    """Raise Refused where nobody can listen, before anything is done or said."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason, _, _ = (error.strerror or type(error).__name__).partition(" (")
        message = f"Nobody can listen on {host}, port {port}: {reason}."
        raise Refused(message, code="ADDRESS_UNUSABLE") from None

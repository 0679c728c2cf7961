"""GraphiQL, on which staff ask the graph in a browser, and the page on which they log in."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from auth.permissions import Staff
from auth.viewer import Footing, Viewer
from server.bundle import FILES, INSTALL, PINNED, is_installed, place_in
from server.callers import OWN_HEADER, Callers
from server.documents import PAGES
from server.saved import examples

NAME: Final = "graphiql"
"""The value of our own header by which requests of GraphiQL are recognised."""
WRITES_HEADER: Final = "x-learner-tracking-writes"
"""Sent as `on` by GraphiQL where an operator has switched changes on."""

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=select_autoescape(enabled_extensions=("html",)),
    undefined=StrictUndefined,
)
_OPEN: Final = frozenset({"staff.css", "staff.js"})
"""Files of ours that whoever wants to log in needs."""
_OURS: Final = frozenset({"page.css", "page.js"})
_KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'{}; connect-src 'self';"
    " img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_FOR_EVER: Final = "max-age=31536000, immutable"
"""Cache-Control of files whose address contains a hash of their content."""


def only_reads(request: Request, viewer: Viewer) -> bool:
    """Whether GraphiQL asks and may not change anything: only operators may, having said so."""
    if request.headers.get(OWN_HEADER) != NAME:
        return False
    return viewer.staff is not Staff.OPERATOR or request.headers.get(WRITES_HEADER) != "on"


@dataclass(frozen=True)
class GraphiQLDesk:
    """Handler of GraphiQL, the log-in page and their files; GraphiQL is for staff only."""

    callers: Callers
    folder: Path
    """Where GraphiQL was fetched to."""

    async def page(self, request: Request) -> Response | None:
        """GraphiQL for staff who look by a browser, None for everybody else."""
        if "text/html" not in request.headers.get("accept", ""):
            return None
        viewer = await self.callers.in_browser(request)
        if viewer.footing is not Footing.STAFF:
            return None
        told = {
            "who": viewer.named,
            "writes": viewer.staff is Staff.OPERATOR,
            "installed": is_installed(self.folder),
            "command": INSTALL,
        }
        # Its dialogs keep the page behind them from moving by a style that they write.
        return self._shown("graphiql.html", " 'unsafe-inline'", told)

    async def log_in(self, request: Request) -> Response:
        """The page on which staff log in; who has logged in goes on to GraphiQL."""
        viewer = await self.callers.in_browser(request)
        if viewer.footing is Footing.STAFF and not viewer.terms_due:
            return RedirectResponse("/graphql", 303)
        return self._shown("staff.html", "", {})

    async def open_file(self, request: Request) -> Response:
        """A file of the page to log in, for everybody."""
        name = self._named(request)
        if name not in _OPEN:
            raise HTTPException(404)
        return _file(name, (PAGES / name).read_bytes(), "public")

    async def file(self, request: Request) -> Response:
        """A file of GraphiQL, for staff; for everybody else there is nothing at its address."""
        name = self._named(request)
        viewer = await self.callers.in_browser(request)
        if viewer.footing is not Footing.STAFF:
            raise HTTPException(404)
        if name == "examples.json":
            shown = [one._asdict() for one in examples()]
            return _file(name, orjson.dumps(shown), "private")
        folder = PAGES if name in _OURS else place_in(self.folder)
        if name not in _OURS | FILES or not (folder / name).is_file():
            raise HTTPException(404)
        return _file(name, (folder / name).read_bytes(), "private")

    @cached_property
    def release(self) -> str:
        """One word for all files as they are: another content has other addresses."""
        own = [(PAGES / name).read_bytes() for name in sorted(_OPEN | _OURS)]
        shown = [orjson.dumps(one._asdict()) for one in examples()]
        return sha256(b"".join([PINNED.encode(), *own, *shown])).hexdigest()[:16]

    @cached_property
    def document(self) -> str:
        """The hash of the stored document whose operations both pages send."""
        return sha256((PAGES / "staff.graphql").read_bytes()).hexdigest()

    def _named(self, request: Request) -> str:
        name: str = request.path_params["file"]
        if request.path_params["release"] != self.release:
            raise HTTPException(404)
        return name

    def _shown(self, template: str, styles: str, told: dict[str, object]) -> Response:
        ours = {"release": self.release, "document": self.document}
        text = _TEMPLATES.get_template(template).render(ours | told)
        return HTMLResponse(text, headers={"content-security-policy": _POLICY.format(styles)})


def _file(name: str, content: bytes, whose: str) -> Response:
    kind = _KINDS.get(Path(name).suffix, "text/plain")
    return Response(content, media_type=kind, headers={"cache-control": f"{whose}, {_FOR_EVER}"})

"""Errors as HTTP answers, for requests that are refused."""

from collections.abc import Mapping
from typing import Final

import orjson
from starlette.responses import JSONResponse, Response

TRY_AGAIN_AFTER: Final = "5"
"""Seconds after which what keeps the service from answering may have passed."""


class RefusalError(Exception):
    """A request is refused: HTTP status, error code, and a message for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        **told: str | int,
    ) -> None:
        """Keep what is to be answered; `told` stands beside the code, for programs."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.told = told

    def graph_response(self, media_type: str) -> Response:
        """The answer in the form that answers of the graph have."""
        extensions = {"code": self.code, **self.told}
        told = {"errors": [{"message": self.message, "extensions": extensions}]}
        return Response(orjson.dumps(told), self.status, self.headers, media_type)

    def response(self) -> Response:
        """The answer; a body that was not read to its end ends with the connection."""
        told = {"error": {"code": self.code, "message": self.message}}
        return JSONResponse(told, self.status, {"connection": "close", **self.headers})

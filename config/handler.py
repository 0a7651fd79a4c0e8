"""Django's WSGI handler, without what a reading machine call has no use for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections

from common.headers import pairs
from common.machine import LONGEST_BODY, is_machine_call

IN_MEMORY = 1024 * 1024
READING_METHODS = frozenset({"GET", "HEAD"})


class Handler(WSGIHandler):
    """Answers machine calls that only read without the request signals and the per-request URLconf.

    Who listens to the signals are Django's own caretakers of database connections and caches; asking all of them
    twice costs as much as the rest of the handler. Connections are looked after once, when the answer is ready. A
    stream, which still reads when this returns, ends in the usual way.
    """

    _middleware_chain: Any  # what load_middleware made; Django's stubs leave it out

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """One request."""
        if environ["REQUEST_METHOD"] not in READING_METHODS or environ.get("SCRIPT_NAME"):
            if "HTTP_TRANSFER_ENCODING" not in environ or environ.get("CONTENT_LENGTH"):
                return super().__call__(environ, start_response)
            with measured_body(environ):
                return super().__call__(environ, start_response)
        if not is_machine_call(environ, environ["PATH_INFO"]):
            return super().__call__(environ, start_response)
        response = self._middleware_chain(self.request_class(environ))
        start_response(f"{response.status_code} {response.reason_phrase}", pairs(response))
        if response.streaming:
            response._handler_class = type(self)  # noqa: SLF001 (as Django's handler does: its close() sends the signal)
            return response
        close_old_connections()
        return [response.content]


@contextmanager
def measured_body(environ: dict[str, Any]) -> Iterator[None]:
    """Read a chunked body, and say how long it is: Django takes one without a length for empty."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
        length = 0
        while length < LONGEST_BODY and (chunk := environ["wsgi.input"].read(min(65536, LONGEST_BODY - length))):
            length += body.write(chunk)
        body.seek(0)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = body, str(length)
        yield

"""What surrounds every request: probes, proxies, the request log and the counters."""

from __future__ import annotations

import logging
import time

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from common.client_ip import parse
from common.middleware import GetResponse
from config.metrics import observe_request
from config.probes import PROBES

logger = structlog.get_logger("treaty.request")
debugging = logging.getLogger("treaty.request")
SLOW_SECONDS = 1.0
FORWARDED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_FOR")


class ProbeMiddleware:
    """Answers /healthz, /readyz and /metrics before host checks, sessions and redirects: probes call by IP address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or the rest of the chain."""
        probe = PROBES.get(request.path_info)
        return self.get_response(request) if probe is None else probe(request)


class TrustedProxyMiddleware:
    """Drops X-Forwarded headers that no trusted proxy sent, so that a client cannot claim HTTPS or another address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Believe TRUSTED_PROXIES alone."""
        peer = parse(request.META.get("REMOTE_ADDR", "")) if settings.TRUSTED_PROXIES else None
        if peer is None or not any(peer in network for network in settings.TRUSTED_PROXIES):
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)


class ObservationMiddleware:
    """Counts every request and logs those worth reading: refused, failed or slow. Metering keeps the full record."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the rest of the chain."""
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=getattr(request, "request_id", None))
        started = time.perf_counter()
        response = self.get_response(request)
        elapsed = time.perf_counter() - started
        route = request.resolver_match.route if request.resolver_match else "unmatched"
        observe_request(method=request.method or "", route=route, status=response.status_code, seconds=elapsed)
        if response.status_code >= 400 or elapsed >= SLOW_SECONDS or debugging.isEnabledFor(logging.DEBUG):
            self.log(request, response.status_code, elapsed)
        return response

    def log(self, request: HttpRequest, status: int, elapsed: float) -> None:
        """Failed and slow ones stand out; the ordinary ones appear at DEBUG."""
        if status >= 500:
            write = logger.error
        elif elapsed >= SLOW_SECONDS:
            write = logger.warning
        elif status >= 400:
            write = logger.info
        else:
            write = logger.debug
        write("request", method=request.method, path=request.path_info, status=status, ms=round(elapsed * 1000, 1))

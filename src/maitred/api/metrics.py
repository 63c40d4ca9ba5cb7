"""What the API tells Prometheus: requests by route, method and status, and their time."""

from functools import cache
from time import perf_counter
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REQUESTS: Final = Counter("maitred_http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS: Final = Histogram(
    "maitred_http_request_seconds", "Time to answer, waiting included.", ["method", "route"], buckets=_BUCKETS
)
IN_FLIGHT: Final = Gauge("maitred_http_requests_in_flight", "Requests being answered now.")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Meter:
    """Counts and times requests. The route's template is the label: ids would make a series each."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = perf_counter()
        IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, watch)
        finally:
            IN_FLIGHT.dec()
            route = getattr(scope.get("route"), "path", "(none)")
            method = scope["method"] if scope["method"] in _METHODS else "(other)"
            _counter(method, route, status).inc()
            _timer(method, route).observe(perf_counter() - began)


@cache
def _counter(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, str(status))


@cache
def _timer(method: str, route: str) -> Histogram:
    return SECONDS.labels(method, route)

"""Problem details (RFC 9457): the one place that turns an error into a status and a body.

`STATUS` maps error classes to statuses; an error that is not listed gets its nearest listed ancestor's. What a
problem's `code` means is in `codes.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4

import orjson
import structlog
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maitred.api.codes import title_of
from maitred.api.reasons import data_for_anybody
from maitred.domain import errors
from maitred.domain.errors import MaitredError
from maitred.domain.floor import TooManySets
from maitred.store.database import InvariantBroken
from maitred.usecases.flags import StaleFlag
from maitred.usecases.links import LinkExpired
from maitred.usecases.members import LastOwner
from maitred.usecases.message_settings import AddressBarred, NotFailed, StaleSettings
from maitred.usecases.people import TryLater
from maitred.usecases.revise import StaleVenue
from maitred.usecases.tokens import IssuerUnavailable, TokenRefused
from maitred.usecases.venues import AlreadyThere, VenueInUse
from maitred.usecases.webhooks import EventsGone, TooManyStreams, TooManyWebhooks

MEDIA_TYPE: Final = "application/problem+json"
# What is said of everything that does not exist and of everything that belongs to somebody else: no more, no less.
NOTHING_HERE: Final = "There is nothing here, or this key may not see it."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field of a request that breaks one rule."""

    field: str
    code: str
    message: str


class InvalidRequest(errors.InvalidInput):
    """One or more fields of a request break a rule; `faults` lists every one of them."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        first = faults[0]
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(first.message + more, field=first.field, code=first.code)
        self.faults = list(faults)


class Malformed(errors.Rejected):
    """The body is not JSON at all, or a header cannot be read."""

    code = "malformed_json"


class PreconditionFailed(errors.Rejected):
    """What If-None-Match names, and does not want, is there."""

    code = "precondition_failed"


class BodyTooLarge(errors.Rejected):
    """The body is longer than this route takes."""

    code = "body_too_large"


class UnsupportedMediaType(errors.Rejected):
    """The body says that it is not JSON."""

    code = "unsupported_media_type"


STATUS: Final[Mapping[type[MaitredError], int]] = {
    MaitredError: 500,
    InvariantBroken: 500,
    errors.Rejected: 422,
    errors.InvalidInput: 422,
    InvalidRequest: 422,
    errors.VenueInvalid: 422,
    TooManySets: 422,
    errors.KeyReused: 422,
    LinkExpired: 410,
    Malformed: 400,
    errors.Unauthenticated: 401,
    TryLater: 429,
    TokenRefused: 401,
    LastOwner: 409,
    IssuerUnavailable: 503,
    errors.SheetChanged: 409,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.TransitionNotAllowed: 409,
    VenueInUse: 409,
    StaleVenue: 409,
    StaleFlag: 409,
    errors.HoldGone: 409,
    errors.WaitlistClosed: 409,
    errors.OfferGone: 409,
    errors.RunSettled: 409,
    errors.StillExpected: 409,
    EventsGone: 410,
    TooManyWebhooks: 409,
    NotFailed: 409,
    AddressBarred: 409,
    StaleSettings: 409,
    TooManyStreams: 429,
    errors.RunStale: 409,
    errors.NoSeating: 409,
    errors.NeedsOverride: 409,
    errors.Pinned: 409,
    errors.MovesGone: 409,
    PreconditionFailed: 412,
    AlreadyThere: 412,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
    errors.Contended: 409,
    errors.StaleBooking: 412,
    errors.StaleFence: 409,
    errors.TableTaken: 409,
    errors.StaleProposal: 409,
    errors.LockBusy: 409,
    errors.LockLost: 409,
    errors.Deadlocked: 409,
    errors.ReviewClaimed: 409,
    errors.RunUnderWay: 409,
    errors.Unavailable: 503,
    errors.DatabaseUnavailable: 503,
    errors.RedisUnavailable: 503,
    errors.BreakerOpen: 503,
}

# The sentences of a problem are English, whatever is asked for.
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Language": "en"}
RETRY_AFTER_S: Final[Mapping[int, str]] = {409: "1", 503: "5"}
_RESERVED: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "field", "errors"})
# The driver's own words help nobody outside.
_INTERNAL: Final = frozenset({"sqlstate", "cause", "fault", "faults"})


def status_of(error: MaitredError) -> int:
    """Return the status of the nearest listed class."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def faults_of(invalid: ValidationError) -> list[FieldFault]:
    """Translate what pydantic found into fields, codes and sentences."""
    found = invalid.errors(include_url=False, include_input=False, include_context=False)
    return [FieldFault(_path(one["loc"]), _code(one["type"]), _sentence(one["type"], one["msg"])) for one in found]


def refused(invalid: ValidationError) -> MaitredError:
    """Return the error for a body or query that does not fit its model."""
    faults = faults_of(invalid)
    if faults[0].code == "malformed_json":
        return Malformed("The body is not valid JSON.")
    return InvalidRequest(faults)


def problem(
    status: int, code: str, detail: str, instance: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """Build a problem response; members that are None are left out."""
    body = {
        "type": f"/problems/{code}",
        "title": title_of(code),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
    }
    body |= {name: value for name, value in members.items() if value is not None}
    return Response(
        orjson.dumps(body, default=_plain),
        status,
        {**_HEADERS, **(headers or {})},
        MEDIA_TYPE,
    )


def address(request: Request) -> str:
    """Return the path that was asked for, as it stands in an address."""
    return quote(request.scope["path"])


async def of_error(request: Request, error: Exception) -> Response:
    """Answer with the problem of one of our errors."""
    assert isinstance(error, MaitredError)
    status, instance = status_of(error), address(request)
    if isinstance(error, errors.StaleBooking) and "if-match" not in request.headers:
        status = 409  # nobody stated a precondition: somebody was faster, that is all
    if status == 500:
        return _unexpected(error, instance)
    if status == 404:
        return problem(404, "not_found", NOTHING_HERE, instance)
    return problem(
        status, error.reason_code, error.message, instance, headers=_headers(error, status), **_members(error, status)
    )


async def of_http(request: Request, error: Exception) -> Response:
    """Answer with a problem what the router itself refuses: unknown paths and methods."""
    assert isinstance(error, HTTPException)
    instance = address(request)
    if error.status_code == 405:
        allowed = ", ".join(sorted(_methods(request)))
        detail = f"{request.method} is not possible here; {allowed} is."
        return problem(405, "method_not_allowed", detail, instance, headers={"Allow": allowed})
    if error.status_code == 404:
        return problem(404, "not_found", NOTHING_HERE, instance)
    return problem(error.status_code, "http_error", str(error.detail), instance)


class Shield:
    """The outermost layer: whatever nobody foresaw becomes a problem with an id, and the id and trace go to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            log.debug("client_gone", path=scope["path"])
        except Exception as fault:
            response = _unexpected(fault, quote(scope["path"]))
            if started:
                raise  # too late to answer: the server closes the connection
            await response(scope, receive, send)


def _unexpected(fault: Exception, instance: str) -> Response:
    incident = str(uuid4())
    log.error("unexpected_error", incident=incident, path=instance, exc_info=fault)
    detail = "Something went wrong on our side; the incident's id is in our log."
    return problem(500, "internal_error", detail, instance, incident=incident)


def _headers(error: MaitredError, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="maitred"'}
    if isinstance(error, errors.Contended | errors.Unavailable) and status in RETRY_AFTER_S:
        return {"Retry-After": RETRY_AFTER_S[status]}
    return {}


def _members(error: MaitredError, status: int) -> dict[str, Any]:
    """Return the members beyond the standard ones: the field, the list of faults, and what a program may read."""
    members: dict[str, Any] = {"field": error.field}
    if status != 503:
        hidden = _RESERVED | _INTERNAL
        # Who reads a problem is not asked here, so it says what anybody may know.
        members |= {name: value for name, value in data_for_anybody(error.data).items() if name not in hidden}
    if isinstance(error, InvalidRequest):
        members["errors"] = [asdict(fault) for fault in error.faults]
    if isinstance(error, errors.VenueInvalid):
        members["errors"] = [{"field": f.path, "code": f.code, "message": f.message} for f in error.faults]
    return members


def _methods(request: Request) -> set[str]:
    """Return every method that some route offers at this path."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found | {"HEAD"} if "GET" in found else found


_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "This is required.",
    "extra_forbidden": "There is no such field.",
    "int_type": "This is a whole number.",
    "int_parsing": "This is a whole number.",
    "int_from_float": "This is a whole number.",
    "string_type": "This is text.",
    "bool_type": "This is true or false.",
    "bool_parsing": "This is true or false.",
    "list_type": "This is a list.",
    "dict_type": "This is an object.",
    "model_type": "This is an object.",
    "uuid_parsing": "This is no UUID.",
    "uuid_type": "This is a UUID, as text.",
}
_BEGINNINGS: Final = ("Input should be ", "This is to be "), ("Input should have ", "This is to have ")


def _sentence(kind: str, message: str) -> str:
    """Say what is wrong in the words of this API; what pydantic says of limits and choices it says well enough."""
    known = _SENTENCES.get(kind)
    if known is not None:
        return known
    for theirs, ours in _BEGINNINGS:
        if message.startswith(theirs):
            message = ours + message.removeprefix(theirs)
    return message if message.endswith(".") else message + "."


def _path(loc: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in loc) or "body"


_CODES: Final[Mapping[str, str]] = {
    "extra_forbidden": "unknown_field",
    "missing": "required",
    "json_invalid": "malformed_json",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "string_pattern_mismatch": "invalid_format",
    "string_unicode": "control_character",
    "finite_number": "out_of_range",
    "int_parsing_size": "out_of_range",
}
_CODES_BY_START: Final[Mapping[str, str]] = {
    "greater_than": "out_of_range",
    "less_than": "out_of_range",
    "uuid_": "invalid_id",
    "date_": "invalid_date",
    "datetime_": "invalid_datetime",
    "timezone_": "invalid_datetime",
}


def _code(kind: str) -> str:
    if kind in _CODES:
        return _CODES[kind]
    starts = (code for start, code in _CODES_BY_START.items() if kind.startswith(start))
    return next(starts, "wrong_type" if kind.endswith(("_type", "_parsing")) else kind)


def _plain(value: Any) -> Any:
    """Encode what orjson does not know: sets of names, and ids."""
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)

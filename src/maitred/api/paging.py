"""Cursor pages: an opaque cursor names the last item that was seen, so pages stay whole while bookings arrive."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request

from maitred.domain.errors import InvalidInput

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
_MARK: Final = b"after:"
_MAX_LENGTH: Final = 40


def cursor(after: int) -> str:
    """Return the cursor that continues after this number."""
    return urlsafe_b64encode(_MARK + str(after).encode()).rstrip(b"=").decode()


def after(text: str | None) -> int | None:
    """Return the number a cursor stands for; raises InvalidInput for one that was not made here."""
    if text is None:
        return None
    try:
        raw = urlsafe_b64decode(text[:_MAX_LENGTH] + "=" * (-len(text) % 4))
        mark, number = raw[: len(_MARK)], int(raw[len(_MARK) :])
    except ValueError:
        mark, number = b"", -1
    if mark != _MARK or not 0 <= number < 2**63 or cursor(number) != text:
        raise InvalidInput("A cursor is taken from `next` unchanged.", field="cursor", code="invalid_cursor")
    return number


def next_link(request: Request, last: int | None) -> str | None:
    """Return the address of the page after `last`, with the same filters; None when this is the last page."""
    if last is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{quote(request.scope['path'])}?{urlencode([*kept, ('cursor', cursor(last))])}"

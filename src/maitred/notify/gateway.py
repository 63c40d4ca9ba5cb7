"""A restaurant's own messenger or SMS gateway: one signed POST a message (Standard Webhooks), under the same id."""

from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
import orjson

from maitred import __version__
from maitred.domain.errors import InvalidInput
from maitred.domain.webhooks import checked_url, headers
from maitred.notify.outside import EXCERPT, beginning, outside_session
from maitred.notify.port import Later, Never, Outgoing, Sent, Taken

TIMEOUT_S: Final = 15.0
AT_ONCE: Final = 8
# Beside these a 4xx says that this very message is wrong, and will be wrong tomorrow.
_PASSING: Final = frozenset({401, 403, 404, 408, 409, 423, 425, 429})


class GatewayTransport:
    """Posts messages to the address that a restaurant has set."""

    def __init__(self, *, private: bool, timeout_s: float = TIMEOUT_S) -> None:
        self._private = private
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def send(self, one: Outgoing) -> Sent:
        """Post one message."""
        if one.gateway_url is None or one.gateway_secret is None:
            return Never("the restaurant has no gateway any more")
        body = orjson.dumps(posted(one))
        try:
            checked_url(one.gateway_url, private=self._private)
            status, said = await self._post(one.gateway_url, one.gateway_secret, str(one.id), body)
        except (aiohttp.ClientError, OSError, TimeoutError, InvalidInput, UnicodeError) as fault:
            return Later((str(fault) or type(fault).__name__)[:EXCERPT])
        if 200 <= status < 300:
            return Taken("gateway", f"{status} {said}".strip())
        if 400 <= status < 500 and status not in _PASSING:
            return Never(f"{status} {said}".strip())
        return Later(f"{status} {said}".strip())

    async def aclose(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, url: str, secret: str, message_id: str, body: bytes) -> tuple[int, str]:
        sent = {
            "Content-Type": "application/json",
            "User-Agent": f"maitred/{__version__}",
            **headers([secret], message_id, datetime.now(UTC), body),
        }
        if self._session is None:
            self._session = outside_session(private=self._private, timeout_s=self._timeout_s, at_once=AT_ONCE)
        async with self._session.post(url, data=body, headers=sent, allow_redirects=False) as answer:
            return answer.status, await beginning(answer)


def posted(one: Outgoing) -> dict[str, Any]:
    """Return what a gateway is sent; `short` stands alone, for gateways of short messages."""
    return {
        "v": 1,
        "message_id": str(one.id),
        "kind": one.kind,
        "restaurant": one.slug,
        "locale": one.locale,
        "to": {"name": one.recipient_name, "phone": one.recipient},
        "subject": one.content["subject"],
        "short": one.content["short"],
        "text": one.content["text"],
        "calendar": one.content.get("calendar"),
    }

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.booking_answer import BookingAnswer
from ...models.booking_body import BookingBody
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    slug: str,
    *,
    body: BookingBody,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(prefer, Unset):
        headers["Prefer"] = prefer



    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/restaurants/{slug}/bookings".format(slug=quote(str(slug), safe=""),),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> BookingAnswer | None:
    if response.status_code == 201:
        response_201 = BookingAnswer.from_dict(response.json())



        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[BookingAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: BookingBody,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> Response[BookingAnswer]:
    """ Book a table

     Accept a request for a table and answer at once.

        The answer is the booking as it is now, usually `assignment_pending`: which table it gets is
    decided a moment
        later. `Prefer: wait=N` (at most 30 s) answers when that is settled. A request that cannot be
    met by any rule of the
        house (off the grid, outside services, in the past, too large) is refused here with the field,
    and creates nothing.

    Args:
        slug (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (BookingBody): A request for a table.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BookingAnswer]
     """


    kwargs = _get_kwargs(
        slug=slug,
body=body,
idempotency_key=idempotency_key,
prefer=prefer,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: BookingBody,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> BookingAnswer | None:
    """ Book a table

     Accept a request for a table and answer at once.

        The answer is the booking as it is now, usually `assignment_pending`: which table it gets is
    decided a moment
        later. `Prefer: wait=N` (at most 30 s) answers when that is settled. A request that cannot be
    met by any rule of the
        house (off the grid, outside services, in the past, too large) is refused here with the field,
    and creates nothing.

    Args:
        slug (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (BookingBody): A request for a table.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BookingAnswer
     """


    return sync_detailed(
        slug=slug,
client=client,
body=body,
idempotency_key=idempotency_key,
prefer=prefer,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: BookingBody,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> Response[BookingAnswer]:
    """ Book a table

     Accept a request for a table and answer at once.

        The answer is the booking as it is now, usually `assignment_pending`: which table it gets is
    decided a moment
        later. `Prefer: wait=N` (at most 30 s) answers when that is settled. A request that cannot be
    met by any rule of the
        house (off the grid, outside services, in the past, too large) is refused here with the field,
    and creates nothing.

    Args:
        slug (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (BookingBody): A request for a table.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BookingAnswer]
     """


    kwargs = _get_kwargs(
        slug=slug,
body=body,
idempotency_key=idempotency_key,
prefer=prefer,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    body: BookingBody,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> BookingAnswer | None:
    """ Book a table

     Accept a request for a table and answer at once.

        The answer is the booking as it is now, usually `assignment_pending`: which table it gets is
    decided a moment
        later. `Prefer: wait=N` (at most 30 s) answers when that is settled. A request that cannot be
    met by any rule of the
        house (off the grid, outside services, in the past, too large) is refused here with the field,
    and creates nothing.

    Args:
        slug (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (BookingBody): A request for a table.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BookingAnswer
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
body=body,
idempotency_key=idempotency_key,
prefer=prefer,

    )).parsed

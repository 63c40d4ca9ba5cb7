from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.booking_answer import BookingAnswer
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID



def _get_kwargs(
    booking_id: UUID,
    *,
    if_none_match: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match

    if not isinstance(prefer, Unset):
        headers["Prefer"] = prefer



    

    

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/bookings/{booking_id}".format(booking_id=quote(str(booking_id), safe=""),),
    }


    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | BookingAnswer | None:
    if response.status_code == 200:
        response_200 = BookingAnswer.from_dict(response.json())



        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | BookingAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> Response[Any | BookingAnswer]:
    """ Read a booking

     Return a booking with the actions this key may take now.

        With `If-None-Match` the answer is 304 while the version is known. With `Prefer: wait=N` beside
    it the answer waits
        for another version; with `Prefer: wait=N` alone it waits until the pipeline has settled the
    booking.

    Args:
        booking_id (UUID):
        if_none_match (str | Unset):
        prefer (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | BookingAnswer]
     """


    kwargs = _get_kwargs(
        booking_id=booking_id,
if_none_match=if_none_match,
prefer=prefer,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> Any | BookingAnswer | None:
    """ Read a booking

     Return a booking with the actions this key may take now.

        With `If-None-Match` the answer is 304 while the version is known. With `Prefer: wait=N` beside
    it the answer waits
        for another version; with `Prefer: wait=N` alone it waits until the pipeline has settled the
    booking.

    Args:
        booking_id (UUID):
        if_none_match (str | Unset):
        prefer (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | BookingAnswer
     """


    return sync_detailed(
        booking_id=booking_id,
client=client,
if_none_match=if_none_match,
prefer=prefer,

    ).parsed

async def asyncio_detailed(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> Response[Any | BookingAnswer]:
    """ Read a booking

     Return a booking with the actions this key may take now.

        With `If-None-Match` the answer is 304 while the version is known. With `Prefer: wait=N` beside
    it the answer waits
        for another version; with `Prefer: wait=N` alone it waits until the pipeline has settled the
    booking.

    Args:
        booking_id (UUID):
        if_none_match (str | Unset):
        prefer (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | BookingAnswer]
     """


    kwargs = _get_kwargs(
        booking_id=booking_id,
if_none_match=if_none_match,
prefer=prefer,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
    prefer: str | Unset = UNSET,

) -> Any | BookingAnswer | None:
    """ Read a booking

     Return a booking with the actions this key may take now.

        With `If-None-Match` the answer is 304 while the version is known. With `Prefer: wait=N` beside
    it the answer waits
        for another version; with `Prefer: wait=N` alone it waits until the pipeline has settled the
    booking.

    Args:
        booking_id (UUID):
        if_none_match (str | Unset):
        prefer (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | BookingAnswer
     """


    return (await asyncio_detailed(
        booking_id=booking_id,
client=client,
if_none_match=if_none_match,
prefer=prefer,

    )).parsed

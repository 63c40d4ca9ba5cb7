from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.action_body import ActionBody
from ...models.booking_answer import BookingAnswer
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID



def _get_kwargs(
    booking_id: UUID,
    *,
    body: ActionBody | Unset = UNSET,
    if_match: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match



    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/bookings/{booking_id}/cancel".format(booking_id=quote(str(booking_id), safe=""),),
    }

    
    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> BookingAnswer | None:
    if response.status_code == 200:
        response_200 = BookingAnswer.from_dict(response.json())



        return response_200

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
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    body: ActionBody | Unset = UNSET,
    if_match: str | Unset = UNSET,

) -> Response[BookingAnswer]:
    """ Cancel

     Give the tables back. Can be undone for 15 minutes.

    Args:
        booking_id (UUID):
        if_match (str | Unset):
        body (ActionBody | Unset): Beside an action: a note for the history. The whole body may be
            left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BookingAnswer]
     """


    kwargs = _get_kwargs(
        booking_id=booking_id,
body=body,
if_match=if_match,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    body: ActionBody | Unset = UNSET,
    if_match: str | Unset = UNSET,

) -> BookingAnswer | None:
    """ Cancel

     Give the tables back. Can be undone for 15 minutes.

    Args:
        booking_id (UUID):
        if_match (str | Unset):
        body (ActionBody | Unset): Beside an action: a note for the history. The whole body may be
            left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BookingAnswer
     """


    return sync_detailed(
        booking_id=booking_id,
client=client,
body=body,
if_match=if_match,

    ).parsed

async def asyncio_detailed(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    body: ActionBody | Unset = UNSET,
    if_match: str | Unset = UNSET,

) -> Response[BookingAnswer]:
    """ Cancel

     Give the tables back. Can be undone for 15 minutes.

    Args:
        booking_id (UUID):
        if_match (str | Unset):
        body (ActionBody | Unset): Beside an action: a note for the history. The whole body may be
            left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BookingAnswer]
     """


    kwargs = _get_kwargs(
        booking_id=booking_id,
body=body,
if_match=if_match,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    booking_id: UUID,
    *,
    client: AuthenticatedClient,
    body: ActionBody | Unset = UNSET,
    if_match: str | Unset = UNSET,

) -> BookingAnswer | None:
    """ Cancel

     Give the tables back. Can be undone for 15 minutes.

    Args:
        booking_id (UUID):
        if_match (str | Unset):
        body (ActionBody | Unset): Beside an action: a note for the history. The whole body may be
            left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BookingAnswer
     """


    return (await asyncio_detailed(
        booking_id=booking_id,
client=client,
body=body,
if_match=if_match,

    )).parsed

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.availability_answer import AvailabilityAnswer
from ...models.source import Source
from ...types import UNSET, Unset
from typing import cast
import datetime



def _get_kwargs(
    slug: str,
    *,
    date: datetime.date,
    party_size: int,
    accessible: bool | Unset = False,
    zone: None | str | Unset = UNSET,
    source: Source | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    json_date = date.isoformat()
    params["date"] = json_date

    params["party_size"] = party_size

    params["accessible"] = accessible

    json_zone: None | str | Unset
    if isinstance(zone, Unset):
        json_zone = UNSET
    else:
        json_zone = zone
    params["zone"] = json_zone

    json_source: str | Unset = UNSET
    if not isinstance(source, Unset):
        json_source = source.value

    params["source"] = json_source


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/restaurants/{slug}/availability".format(slug=quote(str(slug), safe=""),),
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> AvailabilityAnswer | None:
    if response.status_code == 200:
        response_200 = AvailabilityAnswer.from_dict(response.json())



        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[AvailabilityAnswer]:
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
    date: datetime.date,
    party_size: int,
    accessible: bool | Unset = False,
    zone: None | str | Unset = UNSET,
    source: Source | Unset = UNSET,

) -> Response[AvailabilityAnswer]:
    """ Look for a time

     Return a day's start times for a party, each with a reason and the nearest that work when it would
    not.

        A look, not a promise: it may be a second old, and somebody may be faster. A hold keeps a seat.

    Args:
        slug (str):
        date (datetime.date):
        party_size (int):
        accessible (bool | Unset):  Default: False.
        zone (None | str | Unset):
        source (Source | Unset): Where a request came from.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AvailabilityAnswer]
     """


    kwargs = _get_kwargs(
        slug=slug,
date=date,
party_size=party_size,
accessible=accessible,
zone=zone,
source=source,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    date: datetime.date,
    party_size: int,
    accessible: bool | Unset = False,
    zone: None | str | Unset = UNSET,
    source: Source | Unset = UNSET,

) -> AvailabilityAnswer | None:
    """ Look for a time

     Return a day's start times for a party, each with a reason and the nearest that work when it would
    not.

        A look, not a promise: it may be a second old, and somebody may be faster. A hold keeps a seat.

    Args:
        slug (str):
        date (datetime.date):
        party_size (int):
        accessible (bool | Unset):  Default: False.
        zone (None | str | Unset):
        source (Source | Unset): Where a request came from.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AvailabilityAnswer
     """


    return sync_detailed(
        slug=slug,
client=client,
date=date,
party_size=party_size,
accessible=accessible,
zone=zone,
source=source,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    date: datetime.date,
    party_size: int,
    accessible: bool | Unset = False,
    zone: None | str | Unset = UNSET,
    source: Source | Unset = UNSET,

) -> Response[AvailabilityAnswer]:
    """ Look for a time

     Return a day's start times for a party, each with a reason and the nearest that work when it would
    not.

        A look, not a promise: it may be a second old, and somebody may be faster. A hold keeps a seat.

    Args:
        slug (str):
        date (datetime.date):
        party_size (int):
        accessible (bool | Unset):  Default: False.
        zone (None | str | Unset):
        source (Source | Unset): Where a request came from.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AvailabilityAnswer]
     """


    kwargs = _get_kwargs(
        slug=slug,
date=date,
party_size=party_size,
accessible=accessible,
zone=zone,
source=source,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    date: datetime.date,
    party_size: int,
    accessible: bool | Unset = False,
    zone: None | str | Unset = UNSET,
    source: Source | Unset = UNSET,

) -> AvailabilityAnswer | None:
    """ Look for a time

     Return a day's start times for a party, each with a reason and the nearest that work when it would
    not.

        A look, not a promise: it may be a second old, and somebody may be faster. A hold keeps a seat.

    Args:
        slug (str):
        date (datetime.date):
        party_size (int):
        accessible (bool | Unset):  Default: False.
        zone (None | str | Unset):
        source (Source | Unset): Where a request came from.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AvailabilityAnswer
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
date=date,
party_size=party_size,
accessible=accessible,
zone=zone,
source=source,

    )).parsed

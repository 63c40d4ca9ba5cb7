"""Bookings over HTTP: made, read, listed, waited for."""

import asyncio
from typing import Any

from api_house import ApiHouse, Client, at, book, confirmed, wish


async def test_a_booking_is_answered_at_once_and_confirmed_with_a_table(admin: Client, bistro: str) -> None:
    """POST answers 201 with address, version and reference; a moment later the booking is confirmed on a table."""
    made = await admin.post(f"/v1/restaurants/{bistro}/bookings", wish())
    assert made.status == 201
    assert made.headers["Location"] == f"/v1/bookings/{made.body['id']}"
    assert made.headers["ETag"] == f'"{made.body["version"]}"'
    settled = await admin.get(made.headers["Location"], prefer="wait=20")
    assert settled.body["state"] == "confirmed"
    assert settled.body["tables"] in (["T1"], ["T2"])
    assert settled.body["reference"] == made.body["reference"]
    assert settled.body["seated"]["from"] == settled.body["starts_at"]

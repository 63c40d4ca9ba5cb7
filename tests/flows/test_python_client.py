"""The client that is generated from our OpenAPI: it books and cancels, and it is what the API is now."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from api_house import ADMIN_KEY, DAY, ApiHouse, Client

EXAMPLE = Path(__file__).parents[2] / "examples" / "python-client"


async def test_the_example_books_and_cancels(api: ApiHouse, admin: Client, bistro: str) -> None:
    """The script as it is shown, against a running API: what it prints is what the API then says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "book_and_cancel.py", bistro, DAY.isoformat(), cwd=EXAMPLE,
        env={**os.environ, "MAITRED_URL": api.url, "MAITRED_API_KEY": ADMIN_KEY},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    lines = out.decode().split("\n")
    assert [line.split()[1:] for line in lines[:2]] == [["confirmed"], ["cancelled"]]
    (booking,) = (await admin.get(f"/v1/restaurants/{bistro}/bookings")).body["items"]
    assert (booking["reference"], booking["state"]) == (lines[0].split()[0], "cancelled")


async def test_every_field_of_an_answer_has_its_place_in_the_client(api: ApiHouse, admin: Client) -> None:
    """A field that the API has and the client does not means that `make client` was forgotten."""
    schemas: dict[str, Any] = (await admin.get("/openapi.json")).body["components"]["schemas"]
    for model, file in (
        ("BookingAnswer", "booking_answer"),
        ("BookingBody", "booking_body"),
        ("SlotItem", "slot_item"),
    ):
        text = (EXAMPLE / "maitred_client" / "models" / f"{file}.py").read_text()
        missing = [name for name in schemas[model]["properties"] if f'"{name}"' not in text]
        assert missing == [], f"{model}: make client"

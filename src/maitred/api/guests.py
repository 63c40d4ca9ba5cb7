"""Guests' personal data, and bookings as CSV: what a restaurant owes its guests and its accountant."""

from datetime import UTC
from typing import Final

from starlette.responses import Response, StreamingResponse

from maitred.api.answers import ErasureAnswer, GuestDataAnswer
from maitred.api.call import Call, Endpoint, answer
from maitred.api.schemas import EraseBody, GuestOfBody, PeriodQuery
from maitred.usecases.bookings_csv import bookings_csv, check_period
from maitred.usecases.personal import erase_guest, export_guest

TAG: Final = "Personal data"
_PRIVATE: Final = {"Cache-Control": "no-store"}


async def post_export(call: Call) -> Response:
    """Tell everything known about one guest of this restaurant, found by equal e-mail address or phone number."""
    body, place = await call.body(GuestOfBody), await call.place()
    found = await export_guest(
        call.desk.database, place.restaurant_id, body.email, body.phone, now=call.desk.clock().astimezone(UTC)
    )
    return answer(found, headers=_PRIVATE)


async def post_erasure(call: Call) -> Response:
    """Take away everything personal about one guest of this restaurant, for good.

    Bookings, history and seats stay without name, contact and words. A guest who is still expected is refused unless
    `force` is true. On record is that it was done, by whom and how much there was; not who it had been.
    """
    body, place = await call.body(EraseBody), await call.place()
    done = await erase_guest(
        call.desk.database,
        place.restaurant_id,
        body.email,
        body.phone,
        by=call.caller.name,
        now=call.desk.clock(),
        force=body.force,
    )
    return answer(done, headers=_PRIVATE)


async def read_csv(call: Call) -> Response:
    """Stream the bookings of some service days as CSV. What a spreadsheet would run gets an apostrophe."""
    place = await call.place()
    query = call.query(PeriodQuery)
    check_period(query.from_, query.to)
    rows = bookings_csv(
        call.desk.database,
        place.restaurant_id,
        place.venue.tz,
        query.from_,
        query.to,
        tables=call.caller.sees_tables,
        excel=query.excel,
    )
    name = f"{place.slug}-{query.from_}-{query.to}.csv"
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(rows, headers=headers, media_type="text/csv; charset=utf-8")


ROUTES: Final = (
    Endpoint(
        "GET", "/v1/restaurants/{slug}/bookings.csv", read_csv, TAG, "Export bookings as CSV", "staff",
        query=PeriodQuery, problems=("period_reversed", "period_too_long"),
    ),
    Endpoint(
        "POST", "/v1/restaurants/{slug}/guests/export", post_export, TAG, "Export a guest's data", "venues:write",
        GuestDataAnswer, body=GuestOfBody,
    ),
    Endpoint(
        "POST", "/v1/restaurants/{slug}/guests/erase", post_erasure, TAG, "Erase a guest's data", "venues:write",
        ErasureAnswer, body=EraseBody, problems=("still_expected",),
    ),
)  # fmt: skip

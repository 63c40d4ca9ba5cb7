"""Personal data and CSV over HTTP: who may, and what comes."""

from collections.abc import Callable

from api_house import ApiHouse, Client, at, caller, confirmed, open_restaurant

PHONE = "+442079460958"


async def test_managers_export_and_erase_guests_of_their_own_restaurant(
    api: ApiHouse, admin: Client, bistro: str, connect: Callable[[str | None], Client]
) -> None:
    """Everything comes out, an expected guest is refused, a cancelled one goes; hosts and other houses may not."""
    guest = {"name": "Zeb", "email": "zeb@example.com", "phone": PHONE}
    made = await confirmed(admin, bistro, guest=guest)
    where, body = f"/v1/restaurants/{bistro}/guests", {"phone": "+44 20 7946 0958"}
    told = await admin.post(f"{where}/export", body)
    assert [one["name"] for one in told.body["data"]["guests"]] == ["Zeb"]
    host = await caller(api, connect, "bookings:read", "bookings:write", "staff", "review", at=bistro)
    elsewhere = await caller(api, connect, "venues:write", at=await open_restaurant(admin))
    assert (await host.post(f"{where}/export", body)).status == 403
    assert (await elsewhere.post(f"{where}/erase", body)).status == 404
    assert (await admin.post(f"{where}/erase", {})).code == "nobody_named"
    assert (await admin.post(f"{where}/erase", body)).code == "still_expected"
    await admin.post(f"/v1/bookings/{made['id']}/cancel")
    assert (await admin.post(f"{where}/erase", body)).body["bookings"] == 1
    left = await admin.get(f"/v1/bookings/{made['id']}")
    assert (left.body["guest"]["name"], left.body["guest"]["phone"]) == ("-", None)
    assert (await admin.post(f"{where}/export", body)).body["data"]["guests"] == []


async def test_bookings_come_as_csv(api: ApiHouse, admin: Client, bistro: str) -> None:
    """The day's bookings as an attachment that no cache keeps; a reversed period is refused by field."""
    made = await confirmed(admin, bistro)
    day = at("19:00")[:10]
    reply = await admin.get(f"/v1/restaurants/{bistro}/bookings.csv?from={day}&to={day}")
    assert (reply.headers["Content-Type"], reply.headers["Cache-Control"]) == ("text/csv; charset=utf-8", "no-store")
    assert made["reference"] in reply.raw.decode()
    for_excel = await admin.get(f"/v1/restaurants/{bistro}/bookings.csv?from={day}&to={day}&excel=true")
    assert for_excel.raw == b"\xef\xbb\xbf" + reply.raw
    refused = await admin.get(f"/v1/restaurants/{bistro}/bookings.csv?from={day}&to=2020-01-01")
    assert refused.code == "period_reversed"

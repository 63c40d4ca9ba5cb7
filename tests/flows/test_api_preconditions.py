"""Preconditions of HTTP (RFC 9110, 13): lists, weak tags and * in If-Match and If-None-Match."""

import pytest
from api_house import Client, confirmed
from multidict import CIMultiDict


def tags(form: str, version: int) -> str:
    return form.format(version=version, before=version - 1, after=version + 1)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ('"{before}", "{version}"', 200), ('"{version}","{after}"', 200), ('W/"{version}", "{version}"', 200),
        ("*", 200), (',, "{version}" ,', 200), ('"x,y", "{version}"', 200), ('W/"{version}"', 412),
        ('"{before}", "{after}"', 412),
        ('"four"', 412), ('"0{version}"', 412), ('"{before}", W/"{version}"', 412),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", ["cancel", "change", "read"])
async def test_if_match_holds_when_any_tag_is_the_present_one(
    admin: Client, bistro: str, form: str, status: int, action: str
) -> None:
    """Strongly compared: a weak tag never matches; a change that fails its precondition changes nothing."""
    booking = await confirmed(admin, bistro)
    path, headers = f"/v1/bookings/{booking['id']}", {"If-Match": tags(form, booking["version"])}
    match action:
        case "cancel":
            reply = await admin.send("POST", f"{path}/cancel", headers=headers)
        case "change":
            reply = await admin.send("PATCH", path, {"notes": "x"}, headers=headers)
        case _:
            reply = await admin.send("GET", path, headers=headers)
    assert reply.status == status, reply.body
    if status == 412:
        assert (reply.code, reply.body["version"]) == ("stale_version", booking["version"])
        assert (await admin.get(path)).body == booking


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("*", 304), ('"{version}"', 304), ('W/"{version}"', 304), ('"{before}", W/"{version}"', 304),
        (',"{version}",', 304),
        ('"x", "{version}"', 304), ('"{before}", "{after}"', 200), ('"four"', 200), ("nonsense", 200),
        ('"{version}', 200),
    ],
)  # fmt: skip
async def test_if_none_match_tells_only_of_news(admin: Client, bistro: str, form: str, status: int) -> None:
    """Weakly compared; not modified has the tag and how long it may be kept, and no body."""
    booking = await confirmed(admin, bistro)
    headers = {"If-None-Match": tags(form, booking["version"])}
    for method in ("GET", "HEAD"):
        reply = await admin.send(method, f"/v1/bookings/{booking['id']}", headers=headers)
        assert reply.status == status
        assert reply.headers["ETag"] == f'"{booking["version"]}"'
        assert reply.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("form", "status"), [("*", 412), ('"{version}"', 412), ('W/"{version}"', 412), ('"{before}"', 200)]
)
async def test_a_change_of_what_must_not_be_there_is_refused(
    admin: Client, bistro: str, form: str, status: int
) -> None:
    """If-None-Match on a change: what it names is left alone."""
    booking = await confirmed(admin, bistro)
    path, headers = f"/v1/bookings/{booking['id']}", {"If-None-Match": tags(form, booking["version"])}
    reply = await admin.send("PATCH", path, {"notes": "x"}, headers=headers)
    assert reply.status == status, reply.body
    if status == 412:
        assert (reply.code, reply.body["version"]) == ("precondition_failed", booking["version"])
        assert (await admin.get(path)).body == booking


async def test_a_restaurant_is_imported_only_if_it_is_new(admin: Client, bistro: str) -> None:
    """If-None-Match: * on PUT makes, and never replaces."""
    known = (await admin.get(f"/v1/restaurants/{bistro}")).body
    document = known["document"] | {"name": "Another"}
    refused = await admin.send("PUT", f"/v1/restaurants/{bistro}", document, headers={"If-None-Match": "*"})
    assert (refused.status, refused.code) == (412, "precondition_failed")
    assert (await admin.get(f"/v1/restaurants/{bistro}")).body == known
    fresh = document | {"slug": f"{bistro}-new"}
    made = await admin.send("PUT", f"/v1/restaurants/{bistro}-new", fresh, headers={"If-None-Match": "*"})
    assert made.status == 201


async def test_several_lines_of_a_header_are_one_list(admin: Client, bistro: str) -> None:
    """A tag on the second line counts as much as one on the first."""
    booking = await confirmed(admin, bistro)
    headers = CIMultiDict(
        [
            ("If-None-Match", '"1"'),
            ("If-None-Match", f'"{booking["version"]}"'),
            ("Authorization", f"Bearer {admin.key}"),
        ]
    )
    async with admin.session.get(f"{admin.url}/v1/bookings/{booking['id']}", headers=headers) as reply:
        assert reply.status == 304

"""Signed links on the real database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from maitred.domain.errors import NotFound
from maitred.store.database import Database
from maitred.usecases import links

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def database(migrated_database):
    """A connection to a fresh database."""
    opened = await Database.connect(migrated_database)
    yield opened
    await opened.close()


async def test_a_link_opens_for_its_purpose_until_its_time(database):
    """A token gives its payload back for its purpose before its time, and nothing else opens anything."""
    booking = uuid4()
    token = await links.manage(database, booking, LATER)
    offered = await links.offer(database, {"party": 2}, LATER)
    assert await links.opened(database, links.MANAGE, token, NOW) == {"booking": str(booking)}
    assert await links.opened(database, links.OFFER, offered, NOW) == {"party": 2}
    with pytest.raises(NotFound):
        await links.opened(database, links.OFFER, token, NOW)
    with pytest.raises(links.LinkExpired):
        await links.opened(database, links.MANAGE, token, LATER)


async def test_no_changed_token_opens(database):
    """Whatever character of a token is changed, dropped or added: it is not ours."""
    token = await links.manage(database, uuid4(), LATER)
    changed = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))]
    odd = ["", ".", "é.é", "e30.e30", token + "A", token[1:], token + ".", "=" + token, "A" * 5_000 + ".A", "bnVsbA.AA"]
    for bad in changed + odd:
        with pytest.raises(NotFound):
            await links.opened(database, links.MANAGE, bad, NOW)


async def test_a_rotation_keeps_old_links_unless_they_are_forgotten(database):
    """After a rotation older links still open; after one that forgets, only new ones do."""
    first = await links.manage(database, uuid4(), LATER)
    await links.rotate(database)
    second = await links.manage(database, uuid4(), LATER)
    assert await links.opened(database, links.MANAGE, first, NOW)
    await links.rotate(database, forget=True)
    third = await links.manage(database, uuid4(), LATER)
    for gone in (first, second):
        with pytest.raises(NotFound):
            await links.opened(database, links.MANAGE, gone, NOW)
    assert await links.opened(database, links.MANAGE, third, NOW)

"""The country of a restaurant: how clocks are written there, and whose national phone numbers are meant."""

from babel.core import get_global


def country_of(timezone: str) -> str | None:
    """Return the country of a time zone as ISO 3166 has it, None for zones of no country such as UTC."""
    named = get_global("zone_aliases").get(timezone, timezone)
    found: str | None = get_global("zone_territories").get(named)
    return found if found and len(found) == 2 and found != "ZZ" else None

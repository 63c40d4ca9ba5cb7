"""The venue document as documentation. `domain.venue.parse_venue` is what reads it, and names every fault."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from maitred.domain.assignment import STRATEGIES, TERMS

Rows = list[dict[str, Any]]


class VenueBody(BaseModel):
    """A restaurant: `venue` of a scenario file, open to more fields. Keys that begin with x_ are yours."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "slug": "bistro",
                "name": "Bistro",
                "timezone": "Europe/London",
                "slot_minutes": 15,
                "buffer_minutes": 5,
                "max_tables_per_booking": 2,
                "zones": [{"id": "main", "name": "Main room"}],
                "tables": [
                    {"id": "T1", "zone": "main", "capacity": 2, "min_party": 1, "movable": True, "accessible": True},
                    {"id": "T2", "zone": "main", "capacity": 4, "min_party": 2, "movable": True, "accessible": False},
                ],
                "joins": [["T1", "T2"]],
                "turn_minutes": [{"max_party": 6, "minutes": 90}],
                "services": [
                    {
                        "name": "dinner",
                        "days": ["wed", "thu", "fri", "sat"],
                        "open": "18:00",
                        "last_seating": "21:30",
                        "close": "23:30",
                    }
                ],
            }
        }
    )

    slug: str = Field(description="The slug of the path.")
    name: str
    timezone: str = Field(description="IANA name; every local time below is in it.")
    slot_minutes: int = Field(description="Bookings start on this grid.")
    buffer_minutes: int = Field(description="A table stays blocked this long after a party's turn.")
    max_tables_per_booking: int = Field(ge=1, le=4)
    zones: Rows = Field(description="`{id, name, max_tables?}`")
    tables: Rows = Field(
        description="`{id, zone, capacity, min_party?, movable?, accessible?, extra_chairs?, position?, shape?}`; "
        "`position` is `{x, y}`, the table's middle on the plan of the room in centimetres, `shape` is `round`, "
        "`square` or `long`."
    )
    joins: list[Any] = Field(
        description='`["T1", "T2"]`, or `{tables, capacity}` for a join that seats another number; of movable tables.'
    )
    turn_minutes: Rows = Field(description="`{max_party, minutes}`, rising; the first row that covers the party holds.")
    services: Rows = Field(
        description="`{name, days, open, last_seating, close}`; a close before the open is the next day's."
    )
    group: str | None = Field(None, description="Slug of the group this restaurant belongs to.")
    day_starts_at: str | None = Field(None, description="When one service day ends and the next begins; 05:00.")
    extra_chairs_per_table: int = Field(0, description="Default of a table's `extra_chairs`.")
    date_overrides: Rows = Field([], description="`{date, services, reason?}`; no services means closed.")
    closures: Rows = Field([], description="`{from, to, reason?}`, dates, both included.")
    table_blocks: Rows = Field([], description="`{table, from, to, reason?}`, times.")
    pacing: dict[str, Any] | None = Field(
        None,
        description="`{covers_per_slot?, parties_per_slot?, overrides?}`, the last of "
        "`{date?, service?, time?, covers?, parties?}`.",
    )
    review_party_size: int | None = Field(None, description="Parties of this size or more always go to review.")
    review_hours: int = Field(
        24,
        description="A new request under review is answered within so many hours (1 to 336), at the latest 2 hours "
        "before its time; after that it is declined with other times. Whoever was confirmed once is never declined so.",
    )
    min_notice_minutes: int = 0
    max_horizon_days: int | None = None
    strategies: list[str] | None = Field(None, description=f"Of {', '.join(STRATEGIES)}; all by default.")
    weights: dict[str, float] | None = Field(None, description=f"By score term: {', '.join(TERMS)}.")
    sections: Rows = Field(
        [], description="`{id, name, tables}`: the tables of each waiter, each in one section; by zone when absent."
    )
    seating: dict[str, Any] | None = Field(
        None,
        description="How late tables are bound: `{moves?, move_budget?, freeze_minutes?, services?, "
        "moves_into_joins_after_open?, move_once?, optimizer?}`. `moves` is `auto` (confirmed parties may be given "
        "other tables to let one more in), `suggest` (a person accepts) or `off`; `services` maps a service to "
        "`{moves}` of its own; `optimizer` is `{auto?, max_moves?, gain_percent?}`.",
    )
    phone: str | None = Field(
        None, description="Told to guests, on their pages and in messages.", examples=["+44 20 7946 0123"]
    )
    address: str | None = Field(
        None,
        description="One line; told to guests, on their pages, in messages and as the place in calendars.",
        examples=["12 High Street, London"],
    )
    embed_origins: list[str] = Field(
        default_factory=list,
        description="Origins of sites that may show the guests' pages in a frame.",
        examples=[["https://www.example.com"]],
    )
    waitlist: dict[str, Any] | None = Field(
        None,
        description="`{enabled?, auto_until_minutes?, offer_minutes?}`: guests may wait for a time range. Until "
        "`auto_until_minutes` (180) before it the pipeline books by itself when room appears, after that it makes an "
        "offer and keeps it for `offer_minutes` (10). Off unless `enabled`.",
    )

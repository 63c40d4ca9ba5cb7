"""Events as CloudEvents 1.0 JSON.

An event is made by the lifecycle in the same value as the state change it reports (domain/lifecycle.py), kept in
the outbox by the same transaction, and delivered at least once. Source: https://github.com/cloudevents/spec.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

SPEC_VERSION: Final = "1.0"
TYPE_PREFIX: Final = "maitred."


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one booking (or venue).

    `type` is like `booking.confirmed`, `restaurant` the slug (it shards the stream), `subject` the booking's id,
    `data` JSON-able values only.
    """

    id: UUID
    type: str
    restaurant: str
    subject: str
    at: datetime
    data: Mapping[str, Any]

    def to_json(self) -> str:
        """Encode as CloudEvents JSON (structured mode)."""
        return orjson.dumps(self.envelope()).decode()

    def envelope(self) -> dict[str, Any]:
        """Return the CloudEvents attributes and data as plain values."""
        return {
            "specversion": SPEC_VERSION,
            "id": str(self.id),
            "source": f"/v1/restaurants/{self.restaurant}",
            "type": TYPE_PREFIX + self.type,
            "subject": self.subject,
            "time": self.at.isoformat(),
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }

    @classmethod
    def from_json(cls, text: str | bytes) -> "Event":
        """Decode what `to_json` wrote; raises ValueError for anything else."""
        return cls.from_envelope(orjson.loads(text))

    @classmethod
    def from_envelope(cls, raw: Any) -> "Event":
        """Read an envelope; raises ValueError when it is no CloudEvent of ours."""
        try:
            if raw["specversion"] != SPEC_VERSION:
                raise ValueError(f"CloudEvents {raw['specversion']} is not spoken here")
            return cls(
                id=UUID(raw["id"]),
                type=raw["type"].removeprefix(TYPE_PREFIX),
                restaurant=raw["source"].rsplit("/", 1)[-1],
                subject=str(raw["subject"]),
                at=datetime.fromisoformat(raw["time"]),
                data=dict(raw["data"]),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"not a CloudEvent: {fault!r}") from fault

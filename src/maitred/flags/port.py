"""The feature flag `feat.booking_pipeline.v1`: which way a restaurant's bookings are decided."""

from enum import StrEnum
from typing import Final, Protocol

PIPELINE_FLAG: Final = "feat.booking_pipeline.v1"


class Mode(StrEnum):
    """OFF: the same use case inside the request. ON: the pipeline decides, the request only accepts."""

    OFF = "off"
    ON = "on"


class Flags(Protocol):
    """Where the mode of a restaurant is looked up; never raises, and answers from memory."""

    def mode(self, restaurant: str) -> Mode:
        """Return the mode of the pipeline for a restaurant (its slug)."""
        ...

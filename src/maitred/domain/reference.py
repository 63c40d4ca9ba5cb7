"""The booking reference: what a guest reads out on the phone."""

import re
from typing import Final
from uuid import UUID

# Crockford's base 32 without the letters that are heard or read as others: I L O U.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 7
REFERENCE: Final = re.compile(rf"\b[{ALPHABET}]{{{LENGTH}}}\b")
"""What looks like a reference in a text."""


def reference_of(booking_id: UUID) -> str:
    """Return seven characters (35 bits) drawn from a random booking id; unique within a restaurant by constraint."""
    bits = booking_id.int
    return "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in range(LENGTH))

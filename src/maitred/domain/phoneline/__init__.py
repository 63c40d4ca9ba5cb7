"""The phone line: what a host types while the guest speaks, and what it means.

`hear(line, ear, now)` reads a line and never fails. What has one meaning is understood, what has two is in doubt, and
only a line that is `ready` may be booked without a question.
"""

from maitred.domain.phoneline.ear import Ear, ear_for, wall
from maitred.domain.phoneline.heard import Choice, Doubt, Heard, Kind, Piece
from maitred.domain.phoneline.hearing import hear
from maitred.domain.phoneline.names import LONGEST_NAME
from maitred.domain.phoneline.tokens import LONGEST

__all__ = [
    "LONGEST",
    "LONGEST_NAME",
    "Choice",
    "Doubt",
    "Ear",
    "Heard",
    "Kind",
    "Piece",
    "ear_for",
    "hear",
    "wall",
]

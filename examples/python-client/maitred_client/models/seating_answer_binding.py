from enum import StrEnum

class SeatingAnswerBinding(StrEnum):
    FROZEN = "frozen"
    PINNED = "pinned"
    PLANNED = "planned"
    SEATED = "seated"

    def __str__(self) -> str:
        return str(self.value)

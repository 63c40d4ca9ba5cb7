from enum import StrEnum

class Source(StrEnum):
    APP = "app"
    PARTNER = "partner"
    PHONE = "phone"
    WALK_IN = "walk_in"
    WEB = "web"

    def __str__(self) -> str:
        return str(self.value)

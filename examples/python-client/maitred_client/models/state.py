from enum import StrEnum

class State(StrEnum):
    ARRIVED = "arrived"
    ASSIGNED = "assigned"
    ASSIGNMENT_IN_PROGRESS = "assignment_in_progress"
    ASSIGNMENT_PENDING = "assignment_pending"
    CANCELLED = "cancelled"
    CAPACITY_VERIFIED = "capacity_verified"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    CREATED = "created"
    FAILED = "failed"
    MANUAL_REVIEW = "manual_review"
    NO_SHOW = "no_show"

    def __str__(self) -> str:
        return str(self.value)

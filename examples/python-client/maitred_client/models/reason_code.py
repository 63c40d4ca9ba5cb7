from enum import StrEnum

class ReasonCode(StrEnum):
    CHANGED = "changed"
    CONTENTION = "contention"
    DECISION_FAULT = "decision_fault"
    GRACE_OVER = "grace_over"
    HOLD_CONFIRMED = "hold_confirmed"
    IMPORTED = "imported"
    LATE_TABLE = "late_table"
    MOVED = "moved"
    MOVES_SUGGESTED = "moves_suggested"
    NO_ALLOWED_SET = "no_allowed_set"
    NO_CAPACITY = "no_capacity"
    OVERRIDE = "override"
    OWNER_LOST = "owner_lost"
    PACING_COVERS = "pacing_covers"
    PACING_PARTIES = "pacing_parties"
    PARTY_NEEDS_REVIEW = "party_needs_review"
    PINNED = "pinned"
    REQUESTED = "requested"
    REVIEW_EXPIRED = "review_expired"
    ROOM_APPEARED = "room_appeared"
    ROUNDS_EXHAUSTED = "rounds_exhausted"
    TABLE_LOST = "table_lost"
    TIME_EXHAUSTED = "time_exhausted"

    def __str__(self) -> str:
        return str(self.value)

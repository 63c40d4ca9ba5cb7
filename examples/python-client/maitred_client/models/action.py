from enum import StrEnum

class Action(StrEnum):
    ABORT = "abort"
    ARRIVE = "arrive"
    ASSIGN = "assign"
    CANCEL = "cancel"
    CHECK_IN = "check_in"
    COMPLETE = "complete"
    CONFIRM = "confirm"
    CREATE = "create"
    DECLINE = "decline"
    ESCALATE = "escalate"
    FAIL = "fail"
    LATE_GUEST = "late_guest"
    LATE_TABLE = "late_table"
    LOSE_TABLE = "lose_table"
    MARK_NO_SHOW = "mark_no_show"
    MODIFY = "modify"
    MOVE = "move"
    PIN = "pin"
    QUEUE = "queue"
    REJECT = "reject"
    REQUEUE = "requeue"
    RETRY = "retry"
    START = "start"
    UNDO = "undo"
    UNPIN = "unpin"
    VERIFY_CAPACITY = "verify_capacity"

    def __str__(self) -> str:
        return str(self.value)

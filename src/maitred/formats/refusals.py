"""How a file or a cell of it is refused: by field and rule."""

from maitred.domain.errors import InvalidInput


class Unread(Exception):
    """A cell cannot be read with certainty; `rule` is a stable code, `message` a sentence for people."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule, self.message = rule, message


def refused(field: str, rule: str, message: str) -> InvalidInput:
    """Return the error for a whole file or mapping."""
    return InvalidInput(message, field=field, code=rule)

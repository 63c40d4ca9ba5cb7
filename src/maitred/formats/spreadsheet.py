"""Cells that people open in a spreadsheet: nothing in them is run."""

import re
from typing import Any, Final

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INERT: Final = re.compile(r"'+ *[=+\-@\t\r\n＝＋－＠]")
# How exports keep a spreadsheet from turning a text into a number: ="0171 123".
_WRAPPED: Final = re.compile(r'="([^"]*)"')


def inert(cell: Any) -> str:
    """Return a cell as text that no spreadsheet runs: an apostrophe goes before what would be a formula."""
    text = "" if cell is None else str(cell)
    return "'" + text if text.lstrip(" ").startswith(_ACTIVE) or _INERT.match(text) else text


def bare(text: str) -> str:
    """Return what a cell says without what only spreadsheets need: an apostrophe of `inert`, or `="..."` around it."""
    if _INERT.match(text):
        return text[1:]
    wrapped = _WRAPPED.fullmatch(text)
    return wrapped[1] if wrapped else text

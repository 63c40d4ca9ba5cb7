"""Rows of a CSV file. Nothing is swallowed: a row that breaks the rules is a fault with its line, and the next is read.

A quoted cell may have line breaks and delimiters. One that is never closed, or closed in the middle, is a fault of
the line that it begins in; so is one that would take in a whole row of the file.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from maitred.domain.imported import Fault
from maitred.formats.refusals import Unread, refused
from maitred.formats.table import Ignored, Row, Table, is_footer
from maitred.formats.words import plain

DELIMITERS: Final = (",", ";", "\t", "|")
_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_TITLE_LINES: Final = 30
_MOST_LINES: Final = 1000  # of one quoted cell
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\r?', re.IGNORECASE)
_WHEN: Final = re.compile(
    r"\d[./:h-]\d|^\d{5}(\.\d+)?$|\d\s?[ap]\.?\s?m\b|\d\W{0,3}[^\W\d_]{3,}\W{0,3}\d\d|[^\W\d_]{3,}\W{0,3}\d{1,2},?\s\d{4}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells of one row, and the lines it stands in: from `line` to before `end`, counted from 0."""

    cells: list[str]
    line: int
    end: int
    loose: bool = False
    """A cell without quotes around it has one within."""
    inside: tuple[int, ...] = ()
    """The lines that lie within a quoted cell, or end one that others come before in its row."""


def read_csv(text: str, told: str | None, known: Callable[[str], bool]) -> Table:
    """Read a CSV file. `told` is the delimiter if somebody said it, `known` tells whether a header is recognised.

    Raises InvalidInput when no delimiter or no header can be told with certainty.
    """
    lines = text.split(_line_end(text))
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    said = _SEPARATOR_LINE.fullmatch(lines[first]) if first < len(lines) else None
    begin = first + 1 if said else first
    header, delimiter = _header(lines, begin, told or (said[1] if said else None), known)
    table = Table(delimiter=delimiter, header_line=header.line + 1)
    table.name_columns(header.cells)
    for number in range(begin, header.line):
        if lines[number].strip():
            table.ignored.append(Ignored(table.next_number(), number + 1, "title_line", lines[number].strip()[:200]))
    _Reading(table, lines, delimiter, _dated(lines, header, delimiter)).all_rows(header.end)
    return table


def _line_end(text: str) -> str:
    """Return what ends a line: the first break outside quotes, an old Mac's \\r when no \\n follows it."""
    quoted = False
    for sign in re.finditer(r'"|\r?\n|\r', text):
        if sign[0] == '"':
            quoted = not quoted
        elif not quoted:
            return "\r" if sign[0] == "\r" else "\n"
    return "\n"


# -- header and delimiter ----------------------------------------------------------------------------------------------


def _header(lines: Sequence[str], begin: int, told: str | None, known: Callable[[str], bool]) -> tuple[_Record, str]:
    """Return the line that names the columns, and the delimiter under which it does."""
    best: list[tuple[int, _Record, str]] = []
    for delimiter in [told] if told else DELIMITERS:
        found = max(
            ((sum(map(known, one.cells)), -one.line, one) for one in _beginnings(lines, begin, delimiter)),
            key=lambda scored: scored[:2],
            default=None,
        )
        if found:
            best.append((found[0], found[2], delimiter))
    if not best:
        raise refused("file", "no_rows", "The file has no rows.")
    top = max(score for score, _, _ in best)
    winners = [(record, delimiter) for score, record, delimiter in best if score == top]
    if top >= 2 and len(winners) > 1:
        names = " and ".join(_NAMES[delimiter] for _, delimiter in winners)
        message = f'{names} could both separate the columns; say "delimiter" in a mapping.'
        raise refused("mapping.delimiter", "ambiguous_delimiter", message.capitalize())
    if top < 2 and len(winners) > 1:
        first = next(_beginnings(lines, begin, "\0"))
        winners = [
            (one, by) for by in DELIMITERS for one in [_whole(lines, first.line, by)] if one and len(one.cells) > 1
        ]
        if len(winners) != 1:
            message = "No line was recognised as the header; name the columns, and the delimiter, in a mapping."
            raise refused("mapping.columns", "missing_column", f"{message} The file begins: {first.cells[0][:200]!r}.")
    return winners[0]


def _beginnings(lines: Sequence[str], begin: int, delimiter: str) -> Iterator[_Record]:
    seen = 0
    for number in range(begin, len(lines)):
        if lines[number].strip():
            seen += 1
            record = _whole(lines, number, delimiter)
            if record:
                yield record
            if seen == _TITLE_LINES:
                return


def _whole(lines: Sequence[str], number: int, delimiter: str) -> _Record | None:
    try:
        return _record(lines, number, delimiter)
    except Unread:
        return None


def _dated(lines: Sequence[str], header: _Record, delimiter: str) -> list[int]:
    """Return the columns in which rows of one line nearly always have a date or a time."""
    found = [0] * len(header.cells)
    rows = 0
    for line in lines[header.end : header.end + 2000]:
        record = _whole([line], 0, delimiter) if line.strip() else None
        if record and not record.loose and len(record.cells) == len(found):
            rows += 1
            for column, cell in enumerate(record.cells):
                found[column] += bool(_WHEN.search(cell.strip()))
    return [column for column, count in enumerate(found) if rows and count >= rows * 0.8]


# -- rows --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """The rows of a file, one after the other."""

    table: Table
    lines: Sequence[str]
    delimiter: str
    dated: Sequence[int]
    broken: bool = False

    def all_rows(self, begin: int) -> None:
        """Read from a line to the end."""
        number = begin
        while number < len(self.lines):
            if (not self.lines[number].strip(" \t\r\ufeff") and self.delimiter != "\t") or not self.lines[
                number
            ].strip():
                number += 1
                continue
            number = self._one(number)

    def _one(self, number: int) -> int:
        """Read the row that begins in a line, and return the line after it."""
        row = self.table.next_number()
        try:
            record = _record(self.lines, number, self.delimiter)
            self._whole_rows_within(record)
            if self.broken and record.loose:
                raise Unread("stray_quote", 'A quote (") stands within a cell, after a row whose quotes do not match.')
        except Unread as fault:
            text = self.lines[number].rstrip("\r")
            self.table.raw[row] = [text]
            self.table.faults.append(Fault(row, "", fault.rule, fault.message, number + 1))
            self.broken = True
            return number + 1
        self.broken = False
        self._take(row, record)
        return record.end

    def _take(self, row: int, record: _Record) -> None:
        cells, table = record.cells, self.table
        named = [cell.strip() for cell in cells if cell.strip()]
        told = self.delimiter.join(cells)[:200]
        if not named:
            table.ignored.append(Ignored(row, record.line + 1, "empty_row", told))
        elif len(cells) == len(table.titles) and all(map(_same, cells, table.titles)):
            table.ignored.append(Ignored(row, record.line + 1, "repeated_header", told))
        elif len(named) <= max(2, len(table.headers) // 2) and is_footer(cells) and not self._has_date(cells):
            table.ignored.append(Ignored(row, record.line + 1, "footer", told))
        elif (cells_ := self._fitting(cells)) is None:
            table.raw[row] = [self.delimiter.join(cells)]
            message = f"The row has {len(cells)} cells, the header {len(table.headers)}."
            table.faults.append(Fault(row, "", "wrong_cell_count", message, record.line + 1))
        else:
            table.raw[row] = cells_
            table.rows.append(_row(row, record.line + 1, table.headers, cells_))

    def _has_date(self, cells: Sequence[str]) -> bool:
        return any(_WHEN.search(cells[column].strip()) for column in self.dated if column < len(cells))

    def _fitting(self, cells: list[str]) -> list[str] | None:
        """Return as many cells as headers, or None: only empty ones without a name may be too many or missing."""
        width = len(self.table.headers)
        named = max(number for number, title in enumerate(self.table.titles, 1) if title)
        if len(cells) < named or any(cell.strip() for cell in cells[width:]):
            return None
        return (cells + [""] * width)[:width]

    def _whole_rows_within(self, record: _Record) -> None:
        """Refuse a quoted cell that has taken in a line which is a row of its own."""
        for number in record.inside:
            own = self.lines[number].rstrip("\r").split(self.delimiter)
            if len(own) == len(self.table.headers) > 1 and self._like_a_row(own):
                message = f'A quote (") is opened and not closed in its row; it would take in line {number + 1}.'
                raise Unread("open_quote", message)

    def _like_a_row(self, cells: Sequence[str]) -> bool:
        return all(_WHEN.search(cells[column].strip(' "')) for column in self.dated) and any(map(str.strip, cells))


def _same(cell: str, title: str) -> bool:
    return cell.strip() == title or plain(cell) == plain(title)


def _row(number: int, line: int, headers: Sequence[str], cells: Sequence[str]) -> Row:
    return Row(number, line, dict(zip(headers, cells, strict=True)))


def _record(lines: Sequence[str], number: int, delimiter: str) -> _Record:
    """Return the row that begins in a line; raises Unread when its quotes do not match."""
    if '"' not in lines[number]:
        return _Record(lines[number].removesuffix("\r").split(delimiter), number, number + 1)
    cells, inside, loose = list[str](), list[int](), False
    text, position, at = lines[number], 0, number
    while True:
        opens = len(text) - len(text[position:].lstrip(" "))
        if text[opens : opens + 1] == '"':
            begun = at
            cell, at, position = _quoted(lines, at, opens + 1)
            inside += range(begun + 1, at + 1 if cells else at)
            text = lines[at]
            rest = text[position:].lstrip(" ").removesuffix("\r")
            if rest and not rest.startswith(delimiter):
                raise Unread("stray_quote", f'A quote (") is closed in the middle of a cell, before {rest[:20]!r}.')
            position = text.index(delimiter, position) if rest else len(text)
        else:
            end = text.find(delimiter, position)
            position, cell = (len(text), text[position:].removesuffix("\r")) if end < 0 else (end, text[position:end])
            loose |= '"' in cell
        cells.append(cell)
        if position >= len(text):
            return _Record(cells, number, at + 1, loose, tuple(inside))
        position += len(delimiter)


def _quoted(lines: Sequence[str], at: int, position: int) -> tuple[str, int, int]:
    """Return a quoted cell, the line it ends in and the position after its closing quote."""
    parts: list[str] = []
    begun = at
    while True:
        closes = lines[at].find('"', position)
        if closes < 0:
            parts.append(lines[at][position:] + "\n")
            at, position = at + 1, 0
            if at == len(lines) or at - begun > _MOST_LINES:
                raise Unread("open_quote", 'A quote (") is opened and never closed.')
        elif lines[at][closes + 1 : closes + 2] == '"':
            parts.append(lines[at][position : closes + 1])
            position = closes + 2
        else:
            parts.append(lines[at][position:closes])
            return "".join(parts), at, closes + 1

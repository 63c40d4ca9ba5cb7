"""A file as a table: its headers, its rows with their lines, what is broken and what is no booking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from maitred.domain.imported import Fault
from maitred.formats.words import plain

# A line that sums up or signs off, by its first words.
_FOOTERS: Final = frozenset(
    [
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sub total",
        "sum",
        "summe",
        "gesamt",
        "gesamtsumme",
        "zwischensumme",
        "insgesamt",
        "somme",
        "total general",
        "suma",
        "totale",
        "count",
        "anzahl",
        "nombre total",
        "page",
        "seite",
        "pagina",
        "generated",
        "exported",
        "printed",
        "report",
        "end of report",
        "erstellt am",
        "exportiert",
        "gedruckt",
        "genere le",
        "exporte le",
        "generado",
        "exportado",
        "rows",
        "records",
        "जम्मा",
    ]
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number among the rows, the line it begins in (None: a file without lines), its cells by column."""

    number: int
    line: int | None
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A row that is no booking, and by which rule that is known."""

    row: int
    line: int | None
    rule: str
    text: str


@dataclass(slots=True)
class Table:
    """A file as it was read. `headers` are unique; `titles` what the file calls them; `raw` a row as it stood."""

    headers: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    raw: dict[int, Sequence[str]] = field(default_factory=dict)
    count: int = 0
    delimiter: str | None = None
    header_line: int | None = None

    def name_columns(self, titles: Sequence[str]) -> None:
        """Keep the headers; those that occur more than once, or have no name, get the number of their column."""
        plains = [plain(title) or title.strip() for title in titles]
        self.titles = [title.strip() for title in titles]
        self.headers = [
            title if title and plains.count(own) == 1 else f"{title or 'unnamed'} (column {number})"
            for number, (title, own) in enumerate(zip(self.titles, plains, strict=True), 1)
        ]

    def next_number(self) -> int:
        """Return the number of one more row."""
        self.count += 1
        return self.count


def is_footer(cells: Sequence[str]) -> bool:
    """Tell whether a row begins with the words of a total or of a page's end; the reader looks for a date besides."""
    first = next((cell for cell in cells if cell.strip()), "")
    words = plain(first).split()
    return any(" ".join(words[:count]) in _FOOTERS for count in range(1, 4))

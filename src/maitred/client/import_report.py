"""The report of an import for people: what came in, which column was taken for what, every row that needs a look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

MOST_ROWS: Final = 20  # of a list; --json has all
Report = Mapping[str, Any]


def print_import(report: Report, console: Console) -> None:
    """Print a report."""
    would = "would be " if report["dry_run"] else ""
    console.print(
        f"{report['restaurant']}: {report['rows']} rows, {report['imported']} {would}imported,"
        f" {report['already_here']} were here already, {report['refused']} refused, {report['ignored']} ignored"
        f" (source {report['source']})",
        markup=False,
    )
    for title in ("by_state", "seats"):
        counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in report[title].items())
        console.print(f"  {title.replace('_', ' ')}: {counts or 'none'}", markup=False)
    _columns(report, console)
    _ignored(report, console)
    odd = [one for one in report["warnings"] if one["rule"] == "outside_service"]
    for title, found in (
        ("Refused", report["faults"]),
        (
            "Come in, with something left out and kept in the notes",
            [one for one in report["warnings"] if one not in odd],
        ),
        ("Come in, at an hour that is not yours", odd),
        ("Come in, but not at the tables they had", report["clashes"]),
        ("Come in without a table, for a person to decide (manual review)", report["reviews"]),
    ):
        told = [(_place(one), one["column"], one["rule"], one["message"]) for one in found]
        _rows(f"{title} ({_counts(found)}):", told, console)
    _differing(report, console)
    _alike(report, console)
    if report["rejects_file"]:
        console.print(
            f"Refused rows are in {report['rejects_file']}; mend them there and import that file.", markup=False
        )


def _columns(report: Report, console: Console) -> None:
    read = f"Read as {report['encoding']}"
    if report["header_line"]:
        names = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
        by = names.get(report["delimiter"], repr(report["delimiter"]))
        read += f", columns by {by}, header in line {report['header_line']}"
    console.print(f"{read}. Columns taken:", markup=False)
    for meaning, header in report["columns"].items():
        headers = [header] if isinstance(header, str) else header
        console.print(f"  {meaning:<13} from {', '.join(map(repr, headers))}", markup=False)
    console.print(f"  ignored: {', '.join(map(repr, report['ignored_columns'])) or 'none'}", markup=False)


def _ignored(report: Report, console: Console) -> None:
    if report["ignored_rows"]:
        rows = [(_place(one), "", one["rule"], one["text"]) for one in report["ignored_rows"]]
        _rows(f"Ignored, no bookings ({_counts(report['ignored_rows'])}):", rows, console)


def _counts(found: Sequence[Mapping[str, Any]]) -> str:
    """Return how many there are by each rule: of a long list the first rows show only some."""
    counts = Counter(one["rule"].replace("_", " ") for one in found)
    return ", ".join(f"{number} {rule}" for rule, number in counts.most_common())


def _differing(report: Report, console: Console) -> None:
    rows = []
    for one in report["differing"]:
        fields = ", ".join(
            one["field"] if one["there"] is None else f"{one['field']} {one['here']} here, {one['there']} there"
            for one in one["fields"]
        )
        state = (
            "taken over"
            if one["taken_over"]
            else f"{one['rule']}: {one['message']}"
            if one["rule"]
            else "not taken over"
        )
        rows.append((_place(one), one["reference"], state, fields))
    hint = "" if report["updated"] or report["dry_run"] else "; --update takes it over"
    _rows(f"Here already, and the file says something newer ({report['updated']} taken over{hint}):", rows, console)


def _alike(report: Report, console: Console) -> None:
    if report["here_under_another_source"]:
        rows = [
            (_place(one), one["reference"], one["source"] or "booked here", "is here already")
            for one in report["here_under_another_source"]
        ]
        title = "LOOKS LIKE BOOKINGS THAT ARE HERE ALREADY, from elsewhere; say --source to tell which system this is:"
        _rows(title, rows, console)


def _place(one: Mapping[str, Any]) -> str:
    line = one.get("line")
    return f"row {one['row']}" + (f", line {line}" if line else "")


def _rows(title: str, rows: Sequence[tuple[str, str, str, str]], console: Console) -> None:
    """Print a list, the first of its rows when there are many."""
    if not rows:
        return
    console.print(title, markup=False)
    table = Table.grid(padding=(0, 2))
    for row in rows[:MOST_ROWS]:
        table.add_row("", *(Text(_one_line(cell)) for cell in row))
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"  and {len(rows) - MOST_ROWS} more; --json has all of them", markup=False)


def _one_line(text: str) -> str:
    """Return a text in one line, without what would move a terminal's cursor."""
    return "".join(one if one.isprintable() else " " for one in text)

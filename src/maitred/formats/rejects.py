"""The rows of a file that were refused, to be mended in a spreadsheet and imported again."""

import csv
from pathlib import Path

from maitred.formats.reader import ImportFile
from maitred.formats.spreadsheet import inert

_TOLD = ("refused_row", "refused_line", "refused_column", "refused_rule", "refused_because", "refused_text")


def write_rejects(path: Path, read: ImportFile) -> int:
    """Write the refused rows as they stood, with what is wrong; returns how many, and without any removes the file.

    No cell is a formula to a spreadsheet, and reading takes the apostrophes off again. A row that is not as wide as the
    header stands whole in `refused_text`.
    """
    if not read.faults:
        path.unlink(missing_ok=True)
        return 0
    width = len(read.table.titles)
    beside = path.with_name(path.name + ".part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        beside.chmod(0o600)  # personal data
        writer = csv.writer(file)
        writer.writerow([*read.table.titles, *_TOLD])
        for fault in read.faults:
            raw = list(read.table.raw[fault.row])
            whole = raw if len(raw) == width and fault.column else [""] * width
            text = "" if whole is raw else "\n".join(raw)
            told = [fault.row, fault.line, fault.column, fault.rule, fault.message, text]
            writer.writerow([inert(cell) for cell in (*whole, *told)])
    beside.replace(path)
    return len(read.faults)

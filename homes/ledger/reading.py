"""From a file to rows of cells: .xlsx and .csv, one row at a time, refusing what is no ledger."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from homes.errors import ColumnsMissing, NotALedger
from homes.ledger.rows import COLUMNS, OPTIONAL

MOST_MEGABYTES = 200
"""Of an uploaded file; 780,000 rows take about 70."""
MOST_UNPACKED = 4 * 1024**3
"""Bytes of a workbook's parts together, as its directory announces them."""
MOST_COLUMNS = 60

Cells = dict[str, Any]


def kind_of(path: Path) -> str:
    """Return ``xlsx`` or ``csv`` by the content, whatever the name says."""
    with path.open("rb") as file:
        return "xlsx" if file.read(4) == b"PK\x03\x04" else "csv"


def rows(path: Path, kind: str) -> Iterator[tuple[int, Cells]]:
    """Yield the rows below the heading as (row number in the file, cells by column); blank rows are left out."""
    source = _workbook_rows(path) if kind == "xlsx" else _table_rows(path)
    heading = next(source, None)
    if heading is None:
        raise NotALedger()
    places = _places(heading)
    for n, values in enumerate(source, start=2):
        cells = {column: values[place] if place < len(values) else None for column, place in places.items()}
        if any(value not in (None, "") for value in cells.values()):
            yield n, cells


def _places(heading: Sequence[Any]) -> dict[str, int]:
    names = {str(name or "").strip().lower(): n for n, name in reversed(list(enumerate(heading[:MOST_COLUMNS])))}
    places = {}
    for column, others in COLUMNS.items():
        found = [names[name.lower()] for name in (column, *others) if name.lower() in names]
        if found:
            places[column] = found[0]
    missing = [column for column in COLUMNS if column not in places and column not in OPTIONAL]
    if missing:
        raise ColumnsMissing(columns="、".join(missing))
    return places


def _workbook_rows(path: Path) -> Iterator[Sequence[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise NotALedger()
        with path.open("rb") as file:  # by its stream: the library would judge a path by its ending
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a wrong announced size would cut the sheet or make up empty rows
            for values in sheet.iter_rows(values_only=True):
                yield values[:MOST_COLUMNS]
    except NotALedger:
        raise
    except Exception as error:  # a broken or hostile archive fails in many ways, and none of them is a ledger
        raise NotALedger() from error


def _table_rows(path: Path) -> Iterator[Sequence[Any]]:
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            for row in csv.reader(_without_nul(file)):
                yield row[:MOST_COLUMNS]
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotALedger() from error


def _encoding(path: Path) -> str:
    """Return the encoding of a table: UTF-8, or the one that spreadsheets write on Chinese systems."""
    with path.open("rb") as file:
        start = file.read(256 * 1024)
    try:
        start[: start.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _without_nul(file: io.TextIOBase) -> Iterator[str]:
    for line in file:
        if "\x00" in line or len(line) > 20_000:
            raise csv.Error("binary")
        yield line

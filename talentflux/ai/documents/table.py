"""Tables of text and spreadsheets, read as text cell by cell: CSV in this process, XLSX in a confined child."""

import codecs
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from talentflux.ai.documents.container import Container
from talentflux.ai.documents.limits import Limits
from talentflux.ai.documents.problems import problem
from talentflux.schemas.data_import import Table

MOST_COLUMNS: Final = 1_000
MOST_ROWS: Final = 200_000
LONGEST_CELL: Final = 10_000
_SPREADSHEET: Final = b"PK\x03\x04"
_OLD_SPREADSHEET: Final = b"\xd0\xcf\x11\xe0"
_DELIMITERS: Final = ",;\t|"
_LOOKED_AT: Final = 50  # lines that say which delimiter it is
_CUT_OFF: Final = (
    "begins with a quotation mark that is never closed, so the rest of the file was taken for one cell; the file may "
    "be cut off. Close the quotation mark or send the whole file."
)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LIMITS: Final = Limits(unpacked_bytes=256 * 2**20, part_bytes=192 * 2**20)

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a longer cell is a problem of its row, not of the file


def is_spreadsheet(data: bytes) -> bool:
    """Return whether bytes are a spreadsheet and no text."""
    return data.startswith((_SPREADSHEET, _OLD_SPREADSHEET))


def read_text(
    data: bytes, name: str, *, encoding: str | None = None, delimiter: str | None = None, header: bool | None = None
) -> Table:
    """Read a table of text (CSV, TSV).

    Args:
        data: The file.
        name: Its name, for messages.
        encoding: By default as the bytes say.
        delimiter: By default what divides the first lines most evenly.
        header: Whether the first row names the columns; by default it does unless it holds an e-mail address.

    Raises:
        UnreadableFileError: It holds no row, has too many columns or rows, or is no text.
    """
    found = encoding or _encoding(data)
    try:
        text = data.decode(found)
    except (UnicodeDecodeError, LookupError) as error:
        raise problem("damaged", name, f"is not text in {found}. Save it as CSV in UTF-8.") from error
    if not text.strip("\ufeff\r\n\t ,;|"):
        raise problem("empty", name)
    between = delimiter or _delimiter(text)
    table = _shaped(list(_records(text, between)), name, header=header)
    table.encoding, table.delimiter = found, between
    return table


def read_sheet(data: bytes, name: str) -> bytes:
    """Read the first sheet of a spreadsheet that holds something; runs in the confined child.

    Formulas and macros are never looked at: a cell is what the program that saved it showed last.

    Args:
        data: The file.
        name: Its name, for messages.

    Returns:
        A `Table` as JSON.

    Raises:
        UnreadableFileError: It is none, is encrypted, or unpacks to far more than a table.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 -- only the child needs it

    if data.startswith(_OLD_SPREADSHEET):
        raise problem("encrypted", name, "is protected by a password or of an old format. Save it as XLSX or CSV.")
    with Container(data, name, _LIMITS) as container:
        for part in sorted(container.names):
            container.read(part)  # counted while it is inflated: the reader below believes what the parts declare
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = (workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=True) for sheet in workbook.sheet_names)
        rows = next((rows for rows in sheets if rows), [])
    except (CalamineError, OSError, ValueError) as error:
        raise problem("damaged", name, "is damaged or no spreadsheet. Save it again as XLSX or CSV.") from error
    records = [([_text(cell) for cell in row], None) for row in rows]
    return _shaped(records, name, header=None).model_dump_json().encode()


def _text(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, times in ISO form."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _encoding(data: bytes) -> str:
    """Return the encoding that the bytes are in: by their mark, else UTF-8 where they are that, else Windows-1252."""
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if marked is not None:
        return marked
    head = data[:4096]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 3:
        return "utf-16-be"
    for name in ("utf-8", "windows-1252"):
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def _delimiter(text: str) -> str:
    """Return what divides the first rows most evenly into more than one cell."""
    head = "".join(text[:200_000].splitlines(keepends=True)[:_LOOKED_AT])

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=delimiter) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 1)

    return max(_DELIMITERS, key=evenness)


def _records(text: str, delimiter: str) -> Iterator[tuple[list[str], str | None]]:
    """Yield rows that are not blank, each with what is wrong with it as a whole."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text.removeprefix("\ufeff"), newline=""):
            taken.append(line)
            yield line

    last: list[str] | None = None
    for row in csv.reader(lines(), delimiter=delimiter):
        if last is not None:
            yield last, None
        last = row if any(cell.strip() for cell in row) else None
        raw, taken[:] = taken[:], []
    if last is not None:
        yield last, _CUT_OFF if _is_open("".join(raw), delimiter) else None


def _is_open(raw: str, delimiter: str) -> bool:
    """Return whether a row ends inside a quoted cell."""
    try:
        list(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _shaped(records: Sequence[tuple[list[str], str | None]], name: str, *, header: bool | None) -> Table:
    """Return rows of one length under their header."""
    if not records:
        raise problem("empty", name)
    first = records[0][0]
    named = not any("@" in cell for cell in first) if header is None else header
    rows = records[1:] if named else records
    if not rows:
        raise problem("empty", name, "holds a header and no row below it. Send the rows too.")
    width = len(first) if named else max(len(row) for row, _ in rows)
    if width > MOST_COLUMNS:
        raise problem("too_large", name, f"has {width} columns; at most {MOST_COLUMNS} are read. Leave some out.")
    if len(rows) > MOST_ROWS:
        raise problem("too_large", name, f"has {len(rows)} rows; at most {MOST_ROWS} are read at once. Divide it.")
    table = Table(header=_names(first if named else [], width), rows=[])
    for number, (row, whole) in enumerate(rows):
        said = whole or _said(row, width)
        if said:
            table.problems[number] = said
        cells = [cell.strip() if len(cell) <= LONGEST_CELL else "" for cell in row[:width]]
        table.rows.append([cell.replace("\0", "�") for cell in cells] + [""] * (width - len(cells)))
    return table


def _said(row: Sequence[str], width: int) -> str | None:
    if any(cell.strip() for cell in row[width:]):
        return f"has {len(row)} cells, and the header {width}. Quote cells that hold the delimiter."
    if any(len(cell) > LONGEST_CELL for cell in row):
        return f"has a cell of more than {LONGEST_CELL} characters. Shorten it."
    if any("\0" in cell for cell in row):
        return "holds the character U+0000, which is in no text. Save the file again as CSV in UTF-8."
    return None


def _names(first: Sequence[str], width: int) -> list[str]:
    """Return the names of the columns, each another: a second `Email` becomes `Email (2)`."""
    names: dict[str, int] = {}
    for number in range(width):
        plain = "".join(sign if sign.isprintable() else " " for sign in (first[number] if number < len(first) else ""))
        stem = plain.strip()[:120] or f"column {number + 1}"
        name = stem
        while name in names:
            names[stem] += 1
            name = f"{stem} ({names[stem]})"
        names[name] = 1
    return list(names)

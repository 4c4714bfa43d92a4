"""RTF, with the formatting that decides whether a text is seen."""

import re
from dataclasses import dataclass, field, replace

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.colours import LEAST_SIZE, RGB, WHITE, unseen
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.properties import report_property
from talentflux.ai.documents.words import word_set
from talentflux.schemas.document import HiddenReason

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SKIPPED = word_set(
    "fonttbl stylesheet listtable listoverridetable rsidtbl generator xmlnstbl pict object objdata themedata datastore "
    "colorschememapping latentstyles mmathPr listtext pntext pn revtbl filetbl fldtype bkmkstart bkmkend template "
    "footnotesep ftnsep ftnsepc aftnsep wgrffmtfilter passwordhash sp shppict blipuid panose fname pgdsctbl"
)
_PROPERTIES = frozenset(("title", "subject", "keywords", "doccomm", "comment", "author"))
_BREAKS = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "sect": "\n",
    "page": "\n\n",
    "tab": "\t",
    "cell": "\t",
    "nestcell": "\t",
}
_SIGNS = {
    "bullet": "•",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
_DEEPEST = 500
_LINK = re.compile(r"HYPERLINK\s+\"([^\"]+)\"")


@dataclass(frozen=True)
class _State:
    """Formatting inside a group."""

    hidden: bool = False
    ink: int = 0
    ground: int = 0
    size: float = 12.0
    bold: bool = False
    skipped: int = 1  # characters that follow a \u for programs without Unicode
    target: str = "text"


@dataclass
class _Line:
    """The line that is being read."""

    pieces: list[str] = field(default_factory=list)
    bold: bool = True
    size: float = 99.0


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read an RTF file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives lines, links and hidden texts.

    Raises:
        UnreadableFileError: With reason damaged when groups are nested too deeply.
    """
    _Reader(name, builder).read(data.decode("latin-1"))


class _Reader:
    """Reads control words one after the other; groups are a stack of states."""

    def __init__(self, name: str, builder: DocumentBuilder) -> None:
        self._name = name
        self._builder = builder
        self._stack: list[_State] = []
        self._state = _State()
        self._encoding = "cp1252"
        self._colours: list[RGB | None] = []
        self._colour = [0, 0, 0, 0]
        self._line = _Line()
        self._lines: list[tuple[str, bool, float]] = []
        self._hidden: list[str] = []
        self._hidden_reason: HiddenReason | None = None
        self._collected: list[str] = []
        self._pending = 0
        self._bytes = bytearray()
        self._starred = False

    def read(self, source: str) -> None:
        """Read the whole file and emit its lines."""
        position = 0
        while match := _TOKEN.match(source, position):
            position = match.end()
            word, number, byte, sign, brace, text = match.groups()
            if byte is not None:
                self._byte(int(byte, 16))
                continue
            self._flush_bytes()
            if word is not None:
                position += self._control(word, int(number) if number else None)
            elif sign is not None:
                self._sign(sign)
            elif brace is not None:
                self._group(opens=brace == "{")
            elif text is not None:
                self._text(text)
        self._flush_bytes()
        self._end_line()
        self._flush_hidden()
        self._emit()

    def _group(self, *, opens: bool) -> None:
        self._pending = 0
        if opens:
            self._stack.append(self._state)
            if len(self._stack) > _DEEPEST:
                raise problem("damaged", self._name, "is nested too deeply to be read. Save it again as PDF or DOCX.")
            return
        ended = self._state.target
        self._state = self._stack.pop() if self._stack else _State()
        if ended != self._state.target and self._collected:
            collected = "".join(self._collected)
            self._collected = []
            if ended == "field":
                for address in _LINK.findall(collected):
                    self._builder.link(address)
            elif ended == "annotation":
                self._builder.hide(collected, HiddenReason.METADATA)
            elif ended == "property":
                report_property(collected, self._builder)

    def _control(self, word: str, number: int | None) -> int:
        """Act on a control word; returns how many characters of binary data follow it."""
        if word == "bin":
            return max(0, number or 0)
        starred, self._starred = self._starred, False
        if word == "u" and number is not None:
            self._text(chr(number % 0x10000))
            self._pending = self._state.skipped
        elif word in _BREAKS:
            self._break(_BREAKS[word])
        elif word in _SIGNS:
            self._text(_SIGNS[word])
        elif not self._format(word, number):
            self._destination(word, starred=starred)
        return 0

    def _format(self, word: str, number: int | None) -> bool:
        """Change the state by a formatting word; returns whether it was one."""
        on = number != 0
        changes: dict[str, object]
        if word == "v":
            changes = {"hidden": on}
        elif word == "cf":
            changes = {"ink": number or 0}
        elif word in ("cb", "highlight", "chcbpat", "cbpat", "clcbpat"):
            changes = {"ground": number or 0}
        elif word == "fs" and number is not None:
            changes = {"size": number / 2}
        elif word == "b":
            changes = {"bold": on}
        elif word == "uc":
            changes = {"skipped": max(0, min(number if number is not None else 1, 10))}
        elif word == "plain":
            changes = {"hidden": False, "ink": 0, "ground": 0, "size": 12.0, "bold": False}
        elif word in ("red", "green", "blue") and self._state.target == "colours":
            self._colour[("red", "green", "blue").index(word)] = max(0, min(255, number or 0))
            self._colour[3] = 1
            return True
        elif word == "ansicpg" and number is not None:
            self._encoding = _known_encoding(number)
            return True
        else:
            return False
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # names and types of _State
        return True

    def _destination(self, word: str, *, starred: bool) -> None:
        """Choose what becomes of the text of this group."""
        if self._state.target == "skip":
            return
        target = None
        if word == "colortbl":
            target = "colours"
        elif word == "fldinst":
            target = "field"
        elif word in ("annotation", "atnauthor", "atnid"):
            target = "annotation"
        elif word in _PROPERTIES and self._state.target == "info":
            target = "property"
        elif word == "info":
            target = "info"
        elif word in ("shptxt", "fldrslt", "footnote", "nesttableprops"):
            target = "text" if word != "nesttableprops" else "skip"
        elif word in _SKIPPED or word == "deleted" or starred:
            target = "skip"
        if target is not None:
            self._state = replace(self._state, target=target)

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._starred = True
        elif sign in "\\{}":
            self._text(sign)
        elif sign == "~":
            self._text(" ")
        elif sign == "_":
            self._text("-")
        elif sign in "\r\n":
            self._break("\n")

    def _byte(self, value: int) -> None:
        if self._pending:
            self._pending -= 1
        else:
            self._bytes.append(value)

    def _flush_bytes(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._encoding, "replace")
            self._bytes.clear()
            self._text(text)

    def _text(self, text: str) -> None:
        if self._pending:
            text, self._pending = text[self._pending :], max(0, self._pending - len(text))
        target = self._state.target
        if target == "colours":
            for _ in range(min(text.count(";"), 1_000)):
                red, green, blue, known = self._colour
                self._colours.append((red, green, blue) if known else None)
                self._colour = [0, 0, 0, 0]
        elif target in ("field", "annotation", "property"):
            self._collected.append(text)
        elif target == "text":
            self._visible(text)

    def _visible(self, text: str) -> None:
        reason = self._reason() if text.strip() else self._hidden_reason
        if reason is not self._hidden_reason:
            self._flush_hidden()
            self._hidden_reason = reason
        if reason is not None:
            self._hidden.append(text)
            return
        self._line.pieces.append(text)
        if text.strip():
            self._line.bold &= self._state.bold
            self._line.size = min(self._line.size, self._state.size)

    def _reason(self) -> HiddenReason | None:
        state = self._state
        if state.hidden:
            return HiddenReason.INVISIBLE
        if state.size < LEAST_SIZE:
            return HiddenReason.TINY
        ink, ground = self._colour_at(state.ink), self._colour_at(state.ground) or WHITE
        return HiddenReason.LOW_CONTRAST if ink is not None and unseen(ink, ground) else None

    def _colour_at(self, index: int) -> RGB | None:
        return self._colours[index] if 0 <= index < len(self._colours) else None

    def _flush_hidden(self) -> None:
        if self._hidden and self._hidden_reason is not None:
            self._builder.hide("".join(self._hidden), self._hidden_reason)
        self._hidden = []

    def _break(self, text: str) -> None:
        if self._state.target != "text":
            return
        if text == "\t":
            self._line.pieces.append(text)
            return
        self._end_line()

    def _end_line(self) -> None:
        self._lines.append(("".join(self._line.pieces), self._line.bold, self._line.size))
        self._line = _Line()

    def _emit(self) -> None:
        """Give the lines to the builder; short bold or larger ones are headings."""
        sizes = sorted((size, len(text)) for text, _, size in self._lines if text.strip())
        half, seen, body = sum(length for _, length in sizes) / 2, 0, 12.0
        for size, length in sizes:
            seen += length
            if seen >= half:
                body = size
                break
        for text, bold, size in self._lines:
            joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            stands_out = bool(joined.strip()) and len(joined) <= 80 and (bold or size >= 1.15 * body)
            self._builder.line(joined or " ", heading=stands_out)


def _known_encoding(page: int) -> str:
    """Return the encoding of a Windows code page, Windows-1252 for unknown ones."""
    try:
        "".encode(f"cp{page}")
    except LookupError:
        return "cp1252"
    return f"cp{page}"

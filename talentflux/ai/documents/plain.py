"""Plain text and Markdown."""

import re

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.problems import problem
from talentflux.schemas.document import HiddenReason

_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(\S.*?)\s*#*$")
_UNDERLINE = re.compile(r"^\s*(?:={3,}|-{3,}|\*{3,}|_{3,}|~{3,})\s*$")
_EMPHASIS = re.compile(r"(?<![\w*_])(\*\*|__|\*)(?=\S)(.+?)(?<=\S)\1(?![\w*_])")
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\(\s*<?([^)\s>]{1,2000})>?(?:\s+\"[^\"\n]*\")?\s*\)")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(
    r"</?(?:a|b|br|center|div|em|h[1-6]|hr|i|img|kbd|li|p|pre|small|span|strong|sub|sup|table|t[dhr]|u|ul)\b[^<>\n]{0,500}>",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(\s*)[*+-]\s+")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"))
_MARKS_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(data: bytes) -> str:
    """Return the text of bytes in an unknown encoding.

    A byte order mark decides; then UTF-16 by its NUL bytes; then UTF-8; then Windows-1252, which covers Latin-1.

    Args:
        data: Bytes of a text file.

    Returns:
        The text; bytes that mean nothing become U+FFFD.
    """
    for mark, encoding in (*_MARKS, *_MARKS_16):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    head = data[:4096]
    if len(head) >= 4:
        if head[1::2].count(0) > 0.3 * len(head[1::2]) and head[::2].count(0) < 0.05 * len(head):
            return data.decode("utf-16-le", errors="replace")
        if head[::2].count(0) > 0.3 * len(head[::2]) and head[1::2].count(0) < 0.05 * len(head):
            return data.decode("utf-16-be", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read a text file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives the lines.

    Raises:
        UnreadableFileError: Where most of the file is no text.
    """
    text = decode(data)
    strange = sum(map(text.count, ("\x00", "\ufffd", "\x01", "\x02", "\x03")))
    if strange > max(8, len(text) // 20):
        raise problem("damaged", name)
    markdown = name.lower().endswith((".md", ".markdown")) or re.search(r"(?m)^#{1,3} \S", text) is not None
    if markdown:
        text = _read_markdown(text, builder)
    lines = text.splitlines()
    for index, line in enumerate(lines):
        heading = _MARKDOWN_HEADING.match(line) if markdown else None
        if heading:
            builder.gap()
            builder.line(heading.group(1), heading=True)
        elif _UNDERLINE.match(line):
            builder.gap()
        else:
            underlined = index + 1 < len(lines) and 0 < len(line.strip()) <= 60 and _is_underline(lines[index + 1])
            builder.line(line or " ", heading=underlined)


def _is_underline(line: str) -> bool:
    """Whether a line underlines the heading above it."""
    return _UNDERLINE.match(line) is not None and line.strip()[0] in "=-"


def _read_markdown(text: str, builder: DocumentBuilder) -> str:
    """Return Markdown without its marks; comments are hidden text, links go to the builder."""
    for comment in _COMMENT.findall(text):
        builder.hide(comment, HiddenReason.INVISIBLE)
    text = _TAG.sub("", _COMMENT.sub("", text))

    def keep_link(match: re.Match[str]) -> str:
        builder.link(match.group(2))
        return "" if match.group().startswith("!") else match.group(1)

    lines = []
    for line in _LINK.sub(keep_link, text).split("\n"):
        item = _ITEM.sub(r"\1• ", line) if not _UNDERLINE.match(line) else line
        lines.append(_EMPHASIS.sub(r"\2", item))
    return "\n".join(lines)

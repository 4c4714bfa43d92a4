"""HTML, read without fetching anything that it points to."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from talentflux.ai.documents import css
from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.plain import decode
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.words import word_set
from talentflux.schemas.document import HiddenReason

_DEEPEST = 2_000
_SKIPPED = word_set("script style template noscript head title object svg canvas audio video iframe math")
_BLOCKS = word_set(
    "address article aside blockquote body caption dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section summary table tbody tfoot thead tr ul legend center"
)
_APART = word_set("h1 h2 h3 h4 h5 h6 p ul ol table section article header footer main aside hr dl")
_HEADINGS = word_set("h1 h2 h3 h4 h5 h6 legend")
_STRONG = frozenset(("b", "strong"))
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_:-]{2,40})""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Elements that never hold others, or that the next of their kind closes.
_SHALLOW = word_set(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option "
    "colgroup rp rt"
)
_TOO_DEEP = "is nested too deeply to be read. Save it again as PDF."


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read an HTML file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives lines, links and hidden texts.

    Raises:
        UnreadableFileError: With reason damaged when it is nested too deeply.
    """
    source = _decode(data)
    if _depth(source) > _DEEPEST:
        raise problem("damaged", name, _TOO_DEEP)
    tree = LexborHTMLParser(source)
    styles = _sheet_styles(tree)
    _Walker(builder, styles, name).walk(tree)


def _decode(data: bytes) -> str:
    """Return the text, by the encoding that the page declares or by its bytes."""
    declared = _DECLARED.search(data[:2048])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        encoding = declared.group(1).decode("ascii").lower()
        if encoding not in ("utf-8", "utf8", "utf-16", "unicode"):
            try:
                return data.decode("cp1252" if encoding in ("iso-8859-1", "latin1", "us-ascii") else encoding)
            except (LookupError, UnicodeError):
                pass
    return decode(data)


def _depth(source: str) -> int:
    """Return about how deeply elements are nested; the parser's time grows with its square."""
    depth = deepest = 0
    for close, tag in _TAG.findall(source):
        if tag.lower() not in _SHALLOW:
            depth = max(0, depth - 1) if close else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _sheet_styles(tree: LexborHTMLParser) -> dict[int, dict[str, str]]:
    """Return the declarations of style sheets in the page, by element."""
    found: dict[int, dict[str, str]] = {}
    sheets = "\n".join(node.text(deep=True) for node in tree.css("style"))
    for selector, declared in css.rules(sheets):
        try:
            matched = tree.css(selector)
        except (SelectolaxError, ValueError):
            continue
        for node in matched:
            found[node.mem_id] = {**found.get(node.mem_id, {}), **declared}
    return found


class _Walker:
    """Walks the tree once; text between two block boundaries is a line."""

    def __init__(self, builder: DocumentBuilder, styles: dict[int, dict[str, str]], name: str) -> None:
        self._builder = builder
        self._styles = styles
        self._name = name
        self._pieces: list[str] = []
        self._strong: list[bool] = []
        self._heading = 0
        self._bold = 0
        self._item = False

    def walk(self, tree: LexborHTMLParser) -> None:
        """Emit the lines of the page."""
        root = tree.root
        if root is None:
            return
        # Each level of the tree is its children and what to do when they are through.
        levels: list[tuple[Iterator[LexborNode], LexborNode, css.Style]] = [
            (root.iter(include_text=True), root, css.Style())
        ]
        self._report_comments(tree)
        while levels:
            children, parent, style = levels[-1]
            node = next(children, None)
            if node is None:
                levels.pop()
                self._leave(parent)
            elif node.is_text_node:
                self._text(node, style)
            elif (node.tag or "-")[0] not in "-!" and node.tag not in _SKIPPED:
                if len(levels) > _DEEPEST:
                    raise problem("damaged", self._name, _TOO_DEEP)
                below = self._enter(node, style)
                levels.append((node.iter(include_text=True), node, below))
        self._flush()

    def _report_comments(self, tree: LexborHTMLParser) -> None:
        for comment in re.findall(r"<!--(.*?)-->", tree.html or "", re.DOTALL):
            self._builder.hide(comment, HiddenReason.METADATA)

    def _enter(self, node: LexborNode, style: css.Style) -> css.Style:
        tag = node.tag or ""
        attributes = node.attributes
        if tag in _BLOCKS or tag == "br":
            self._flush()
        if tag in _APART:
            self._builder.gap()
        elif tag in ("td", "th") and self._pieces:
            self._pieces.append("\t")
            self._strong.append(True)
        if tag == "li":
            self._item = True
        elif tag == "a":
            self._builder.link(attributes.get("href") or "")
        elif tag == "input" and (attributes.get("type") or "").lower() == "hidden":
            self._builder.hide(attributes.get("value") or "", HiddenReason.INVISIBLE)
        self._heading += tag in _HEADINGS
        self._bold += tag in _STRONG
        declared = {**self._styles.get(node.mem_id, {}), **css.declarations(attributes.get("style") or "")}
        if attributes.get("bgcolor"):
            declared.setdefault("background-color", attributes["bgcolor"] or "")
        if tag == "font" and attributes.get("color"):
            declared.setdefault("color", attributes["color"] or "")
        if "hidden" in attributes:
            declared.setdefault("display", "none")
        return css.apply(style, declared)

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._flush()
            if tag == "li":
                self._item = False
        if tag in _APART:
            self._builder.gap()
        self._heading -= tag in _HEADINGS
        self._bold -= tag in _STRONG

    def _text(self, node: LexborNode, style: css.Style) -> None:
        raw = node.text_content or ""
        reason = style.why_hidden() if raw.strip() else None
        if reason is not None:
            self._builder.hide(raw, reason)
            return
        if node.parent is not None and node.parent.tag == "pre":
            self._pieces.append(raw)
        else:
            self._pieces.append(re.sub(r"[ \t\r\n\f]+", " ", raw))
        self._strong.append(self._bold > 0 or not raw.strip())

    def _flush(self) -> None:
        text = "".join(self._pieces)
        if text.strip():
            bold = all(self._strong) and len(text) <= 80
            heading = self._heading > 0 or (bold and not self._item)
            self._builder.line(f"• {text.strip()}" if self._item else text, heading=heading)
            self._item = False
        self._pieces.clear()
        self._strong.clear()

"""Writes the fuzz corpus for the readers: `python -m tests.factories.fuzz_corpus`.

Small valid files of every kind, the same cut and damaged with a fixed seed, and inputs that once needed care.
"""

import random
from pathlib import Path

from tests.factories.document_files import odt, packed, repacked, text_pdf, word

FOLDER = Path(__file__).parents[1] / "data" / "fuzz" / "documents"
_RTF = (
    rb"{\rtf1\ansi{\colortbl;\red255\green255\blue255;}{\info{\title x}}\b Noa\par\plain{\v hidden}{\cf1 white}"
    rb"{\field{\*\fldinst HYPERLINK \"https://a.example\"}{\fldrslt link}}\u252?\'fc\par}"
)
_HTML = b"<html><style>.x{display:none}</style><h1>Noa</h1><p class=x>hidden<p>One<br>two<ul><li>a<li>b</ul><!-- c -->"
_JSON = b'{"basics": {"name": "Noa", "email": "noa@example.org"}, "work": [{"name": "Alpina", "highlights": ["x"]}]}'


def _page_tree(kids: bytes, count: int) -> bytes:
    """Return a PDF whose tree of pages is given."""
    pages = b"2 0 obj<</Type/Pages/Kids%b/Count %d>>endobj" % (kids, count)
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj " + pages + b"\ntrailer<</Root 1 0 R>>"


def _special() -> dict[str, bytes]:
    """Return inputs that lead into corners."""
    return {
        "empty.txt": b"",
        "nul.txt": b"\0" * 64,
        "surrogate.txt": "x\ud800y".encode("utf-16-le", "surrogatepass"),
        "tags.txt": "Noa\U000e0041\U000e0042\u200b\u200c\u202e".encode(),
        "no_pages.pdf": _page_tree(b"[]", 0),
        "loop.pdf": _page_tree(b"[2 0 R]", 9),
        "open_groups.rtf": b"{\\rtf1" + b"{" * 40,
        "closed_groups.rtf": b"{\\rtf1 a" + b"}" * 40 + b"\\par b",
        "endless_bin.rtf": b"{\\rtf1 \\bin999999999 x}",
        "nested.json": b'{"basics":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        "numbers.json": b'{"basics": {"name": 1e400, "summary": -0, "label": null}}',
        "unclosed.html": b"<html><body><style>p{color:#fff<p>text<!-- ",
        "no_body.docx": packed({"word/document.xml": "<x/>"}),
        "missing_part.docx": packed({"[Content_Types].xml": "<x/>", "word/styles.xml": "<x/>"}),
        "entity.docx": repacked(word("x"), {"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
        "self_style.odt": odt(
            "<text:p text:style-name='A'>x</text:p>",
            "<style:style style:name='A' style:parent-style-name='A'>"
            "<style:text-properties fo:font-size='x%'/></style:style>",
        ),
    }


def main() -> None:
    """Write all files of the corpus."""
    chance = random.Random(7)
    FOLDER.mkdir(parents=True, exist_ok=True)
    seeds = {
        "pdf": text_pdf("Noa Lindqvist", "Engineer"),
        "odt": odt("<text:p>Noa</text:p>"),
        "rtf": _RTF,
        "html": _HTML,
        "json": _JSON,
        "docx": packed({"word/document.xml": "<d><p><r><t>Noa</t></r></p></d>"}),
    }
    files = _special()
    for ending, seed in seeds.items():
        files[f"valid.{ending}"] = seed
        for number in range(3):
            damaged = bytearray(seed)
            for _ in range(1 + len(seed) // 40):
                damaged[chance.randrange(len(seed))] = chance.randrange(256)
            files[f"damaged_{number}.{ending}"] = bytes(damaged)
        files[f"cut.{ending}"] = seed[: len(seed) * 2 // 3]
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()

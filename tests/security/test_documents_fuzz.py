"""Arbitrary and damaged files: a document or an UnreadableFileError, nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentflux.ai.documents import ArchiveEntry, expand_archive, read_document
from talentflux.core.errors import UnreadableFileError
from talentflux.schemas.document import Document
from tests.factories.document_files import odt, packed, text_pdf, word

CORPUS = Path(__file__).parents[1] / "data" / "fuzz" / "documents"
HTML = b"<html><head><style>.x{display:none}</style></head><body><p class=x>a<b>b</b></p><ul><li>c</ul><!--d--></body>"
RTF = (
    rb"{\rtf1\ansi{\colortbl;\red255\green255\blue255;}{\fonttbl{\f0 A;}}"
    rb"\b Noa\par\b0{\v x}{\cf1 y}\u252?\'fc\bin3 abc}"
)
JSON = b'{"basics": {"name": "Noa", "profiles": [{"url": "x"}]}, "work": [{"name": "A", "highlights": ["b"]}]}'
SEEDS = {
    "cv.pdf": text_pdf("Noa Lindqvist", "Engineer"),
    "cv.docx": word("Noa Lindqvist", "Engineer"),
    "cv.odt": odt("<text:p>Noa <text:span>Lindqvist</text:span></text:p>"),
    "cv.rtf": RTF,
    "cv.html": HTML,
    "cv.json": JSON,
    "cv.md": "# Noa\n\n* one\n[x](https://a.b)\u200b\n".encode(),
}


def attempt(data: bytes, name: str) -> Document | UnreadableFileError:
    try:
        return read_document(data, name)
    except UnreadableFileError as error:
        return error


def read(data: bytes, name: str) -> None:
    result = attempt(data, name)
    if isinstance(result, UnreadableFileError):
        assert result.reason
        assert name in result.detail
        return
    assert result.text or result.json_resume is not None
    for span in (*result.headings, *result.pages):
        assert 0 <= span.start <= span.end <= len(result.text)
    for span in result.headings:
        assert span.of(result.text).strip() == span.of(result.text) != ""
    result.model_dump_json()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(sorted(SEEDS)))
def test_arbitrary_bytes_never_crash(data: bytes, name: str) -> None:
    read(data, name)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["cv.txt", "cv.md", "cv.html", "cv.json"]))
def test_arbitrary_text_never_crashes(text: str, name: str) -> None:
    read(text.encode("utf-8", "surrogatepass"), name)


RTF_WORDS = (
    *(
        "{",
        "}",
        r"\par ",
        r"\b ",
        r"\v ",
        r"\cf1 ",
        r"\cf9 ",
        r"\fs0 ",
        r"\u-3 ",
        r"\u55555 ",
        r"\'e9",
        r"\'zz",
        r"\bin9 ",
    ),
    *(r"\*", r"\uc5 ", r"\pict ", r"\field ", r"\fldinst ", r"\colortbl ", ";", r"\~", "x"),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(RTF_WORDS), max_size=60))
def test_arbitrary_rtf_never_crashes(words: list[str]) -> None:
    read(b"{\\rtf1 " + "".join(words).encode(), "cv.rtf")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "<li>",
                "<td>",
                "<style>p{color:#fff}",
                "</style>",
                "<!--",
                "-->",
                "<br",
                "'",
                "&#0;",
                "x ",
            ]
        ),
        max_size=60,
    )
)
def test_arbitrary_html_never_crashes(parts: list[str]) -> None:
    read(("<html>" + "".join(parts)).encode(), "cv.html")


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "work", "url", "x"]), inner),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["basics", "work", "skills", "education"]), _JSON, max_size=4))
def test_arbitrary_json_resumes_never_crash(resume: dict[str, object]) -> None:
    import orjson  # noqa: PLC0415 - only here

    read(orjson.dumps(resume), "cv.json")


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_damaged_files_never_crash(name: str, data: st.DataObject) -> None:
    damaged = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(0, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    length = data.draw(st.integers(1, len(damaged)) | st.just(len(damaged)))
    read(bytes(damaged[:length]), name)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_archives_never_crash(data: st.DataObject) -> None:
    damaged = bytearray(packed({"a/noa.txt": b"text " * 40, "kim.txt": b"more"}))
    for _ in range(data.draw(st.integers(0, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    for entry in unpack(bytes(damaged)):
        assert ".." not in entry.name.split("/")
        assert not entry.name.startswith("/")


def unpack(data: bytes) -> list[ArchiveEntry]:
    try:
        return list(expand_archive(data, "people.zip"))
    except UnreadableFileError:
        return []


def test_the_corpus_is_there() -> None:
    assert len(list(CORPUS.iterdir())) >= 20


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_corpus_is_read_or_refused(path: Path) -> None:
    read(path.read_bytes(), path.name)

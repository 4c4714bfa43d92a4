"""Reads pictures of pages with the program tesseract, where it is installed."""

import functools
import os
import shutil
import struct
import subprocess
import zlib

import pypdfium2 as pdfium

from talentflux.ai.documents.problems import problem

_DOTS_PER_INCH = 200
_SECONDS = 9.0
_MOST_PIXELS = 12_000_000
_LANGUAGES = ("eng", "deu", "fra", "spa", "nld", "por", "ita")


@functools.cache
def available() -> bool:
    """Whether the program tesseract is installed."""
    return shutil.which("tesseract") is not None


@functools.cache
def _languages() -> str:
    """Return those of our languages that are installed for tesseract, as it wants them named."""
    listed = _tesseract(["--list-langs"], b"").decode("utf-8", "replace").split()
    return "+".join(language for language in _LANGUAGES if language in listed) or "eng"


def read_page(page: pdfium.PdfPage, name: str) -> str:
    """Return the text that can be seen on a page.

    Args:
        page: The page.
        name: File name for messages.

    Raises:
        UnreadableFileError: With reason no_text when tesseract fails or takes too long.
    """
    width, height = page.get_size()
    scale = _DOTS_PER_INCH / 72
    scale = min(scale, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    picture = _png(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
    try:
        options = ["stdin", "stdout", "-l", _languages(), "--dpi", str(round(72 * scale)), "--psm", "1"]
        return _tesseract(options, picture).decode("utf-8", "replace").replace("\f", "\n")
    except (subprocess.SubprocessError, OSError) as error:
        raise problem(
            "no_text", name, "is a scan, and reading it by OCR failed. Send a PDF or DOCX with real text."
        ) from error


def _tesseract(arguments: list[str], picture: bytes) -> bytes:
    program = shutil.which("tesseract") or "tesseract"
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        [program, *arguments],
        input=picture,
        capture_output=True,
        check=True,
        timeout=_SECONDS,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    return done.stdout


def _png(width: int, height: int, stride: int, pixels: bytes) -> bytes:
    """Return grey pixels, one byte each, as a PNG file (RFC 2083)."""
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body

"""Reads pictures of pages with the program tesseract, where it is installed."""

import functools
import os
import shutil
import struct
import subprocess
import zlib

import pypdfium2 as pdfium

_DOTS_PER_INCH = 200
_MOST_PIXELS = 12_000_000
_LANGUAGES = ("eng", "deu", "fra", "spa", "nld", "por", "ita")


@functools.cache
def available() -> bool:
    """Whether the program tesseract is installed."""
    return shutil.which("tesseract") is not None


@functools.cache
def _languages() -> str:
    """Return those of our languages that are installed for tesseract, as it wants them named."""
    try:
        listed = _tesseract(["--list-langs"], b"", 5.0).decode("utf-8", "replace").split()
    except (subprocess.SubprocessError, OSError):
        return "eng"
    return "+".join(language for language in _LANGUAGES if language in listed) or "eng"


def read_page(page: pdfium.PdfPage, seconds: float) -> str | None:
    """Return the text that can be seen on a page, or None where tesseract fails or takes too long.

    Args:
        page: The page.
        seconds: Time that it may take.
    """
    width, height = page.get_size()
    scale = _DOTS_PER_INCH / 72
    scale = min(scale, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    picture = _png(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
    options = ["stdin", "stdout", "-l", _languages(), "--dpi", str(round(72 * scale)), "--psm", "1"]
    try:
        return _tesseract(options, picture, seconds).decode("utf-8", "replace").replace("\f", "\n")
    except (subprocess.SubprocessError, OSError):
        return None


def _tesseract(arguments: list[str], picture: bytes, seconds: float) -> bytes:
    program = shutil.which("tesseract") or "tesseract"
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        [program, *arguments],
        input=picture,
        capture_output=True,
        check=True,
        timeout=seconds,
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

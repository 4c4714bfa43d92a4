"""The sentences for files that cannot be read: each names the file and says what to do."""

from talentflux.core.errors import UnreadableFileError

_ADVICE = {
    "empty": "is empty. Send the file again; the upload may have been cut off.",
    "encrypted": "is protected by a password. Save it without a password and send it again.",
    "damaged": "is damaged or not what it claims to be. Open it, save it again as PDF or DOCX and send that.",
    "timeout": "took too long to read. Save it again as a plain PDF or DOCX and send that.",
    "memory": "needs too much memory to read. Save it again as a plain PDF or DOCX without large pictures.",
    "archive_bomb": "unpacks to far more than a document holds, so it was not opened. Save it again as PDF or DOCX.",
}


def problem(reason: str, name: str, detail: str | None = None) -> UnreadableFileError:
    """Return the error for a file.

    Args:
        reason: One of the stable names of UnreadableFileError.
        name: File name as given.
        detail: What follows the file's name in the sentence; by default the usual advice for the reason.

    Returns:
        The error, to be raised by the caller.
    """
    return UnreadableFileError(reason, f"“{printable(name)}” {detail or _ADVICE[reason]}")


def printable(name: str) -> str:
    """Return a file name that is safe to print: no control characters, at most 120 characters."""
    cleaned = "".join(character if character.isprintable() else "�" for character in name)
    return cleaned if len(cleaned) <= 120 else cleaned[:80] + "…" + cleaned[-39:]

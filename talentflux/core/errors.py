"""The one family of errors that people and programs get to see."""

from typing import ClassVar


class TalentFluxError(Exception):
    """Base of every expected failure.

    A subclass states how it is answered over HTTP; the command line prints the same sentence.

    Attributes:
        status: HTTP status code.
        code: Stable machine-readable name, snake_case.
        title: Short sentence that is the same for every occurrence.
        detail: What happened this time and what to do about it; never personal data, SQL or a secret.
        fields: Names of the offending fields with a sentence each.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields or {}


class NotFoundError(TalentFluxError):
    """The thing does not exist, or the caller may not know that it does."""

    status = 404
    code = "not_found"
    title = "Not found"


class ConflictError(TalentFluxError):
    """The request contradicts the present state."""

    status = 409
    code = "conflict"
    title = "Conflict with the present state"


class InvalidInputError(TalentFluxError):
    """The input can be read and makes no sense."""

    status = 422
    code = "invalid_input"
    title = "The input is not valid"


class TooLargeError(TalentFluxError):
    """The input is larger than allowed."""

    status = 413
    code = "too_large"
    title = "The input is too large"


class UnsupportedTypeError(TalentFluxError):
    """The body has another media type than the operation takes."""

    status = 415
    code = "unsupported_media_type"
    title = "The media type is not supported"


class UnreadableFileError(TalentFluxError):
    """A file cannot be read as a document.

    Attributes:
        reason: Stable short name: empty, encrypted, too_large, too_many_pages, unknown_type, damaged, no_text,
            timeout, memory, archive_bomb, missing, fault (ours, not the file's).
    """

    status = 422
    code = "unreadable_file"
    title = "The file cannot be read"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class DependencyError(TalentFluxError):
    """A service that this one needs did not answer as it should."""

    status = 503
    code = "dependency_unavailable"
    title = "A service that is needed did not answer"


class ConfigurationError(TalentFluxError):
    """A setting is missing or wrong; the sentence names it."""

    status = 500
    code = "configuration"
    title = "A setting is missing or wrong"

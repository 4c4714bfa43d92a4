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
        headers: Of the answer.
    """

    status: ClassVar[int] = 500
    code: str = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str,
        *,
        fields: dict[str, str] | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields or {}
        self.headers = headers or {}
        if code is not None:
            self.code = code


class UnauthenticatedError(TalentFluxError):
    """Nobody is logged in, or the proof of it does not hold.

    Codes: `unauthenticated`, `token_expired`, `token_invalid`, `session_ended`, `credentials_invalid`.
    """

    status = 401
    code = "unauthenticated"
    title = "Log in first"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"WWW-Authenticate": "Bearer"})


class ForbiddenError(TalentFluxError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class StepUpRequiredError(ForbiddenError):
    """The caller may do this after proving once more who they are."""

    code = "step_up_required"
    title = "Prove once more who you are"


class PreconditionFailedError(TalentFluxError):
    """The row has changed since the caller read it."""

    status = 412
    code = "precondition_failed"
    title = "It has changed in the meantime"


class PreconditionRequiredError(TalentFluxError):
    """A change was sent without saying which version it is a change of."""

    status = 428
    code = "precondition_required"
    title = "Say which version you change"


class TooManyRequestsError(TalentFluxError):
    """The caller asks too often.

    Args:
        detail: What to do.
        retry_after: Whole seconds until the next request is taken.
    """

    status = 429
    code = "too_many_requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after)})
        self.retry_after = retry_after


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


class GoneError(TalentFluxError):
    """The thing was there and has ended."""

    status = 410
    code = "gone"
    title = "No longer there"


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

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": "2"})


class ConfigurationError(TalentFluxError):
    """A setting is missing or wrong; the sentence names it."""

    status = 500
    code = "configuration"
    title = "A setting is missing or wrong"

"""Applying without a log-in."""

from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from talentflux.api import job_examples as examples
from talentflux.api.answers import answers
from talentflux.api.routing import StemRouter
from talentflux.core.errors import InvalidInputError, TooLargeError
from talentflux.dependencies import Using, open_to_all, origin_of
from talentflux.schemas.public_application import ApplyChallenge, PublicApplication, Received
from talentflux.services import public_application_service
from talentflux.services.public_application_service import Sent
from talentflux.services.resume_upload_service import Upload

router = StemRouter(prefix="/public/jobs", tags=["public jobs"], dependencies=[open_to_all()])
_MIB: Final = 2**20
_MOST_FILES: Final = 20
_FIELD: Final = "application"
_RESUME: Final = "resume"
_ANSWER: Final = "answers."
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": PublicApplication.model_json_schema(),
            "example": examples.PUBLIC_APPLICATION,
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [_FIELD],
                "properties": {
                    _FIELD: {"type": "string", "description": "The same as the JSON body, as text."},
                    _RESUME: {"type": "string", "format": "binary", "description": "The resume, in any form."},
                },
                "additionalProperties": {
                    "type": "string",
                    "format": "binary",
                    "description": "`answers.<id of the question>`: a file that answers a question.",
                },
            }
        },
    },
}


@router.get(
    "/{job_id}/challenge",
    operation_id="get_application_challenge",
    summary="A puzzle for a form",
    responses=answers(404, 422, example=examples.CHALLENGE),
)
async def get_application_challenge(job_id: UUID, resources: Using) -> ApplyChallenge:
    """Return a puzzle that costs a browser a moment and a program that sends thousands of forms a lot.

    It is good for two hours, for one form of this job, and needs no third party.
    """
    return await public_application_service.challenge(resources.database, resources.settings, job_id)


@router.post(
    "/{job_id}/applications",
    operation_id="create_public_application",
    summary="Apply for a job",
    status_code=202,
    response_model=Received,
    responses=answers(404, 409, 410, 415, 422, 429, example=examples.RECEIVED, success=202),
    openapi_extra={"requestBody": _BODY},
)
async def apply(request: Request, job_id: UUID, resources: Using) -> Response:
    """Apply with a resume file (a form), a JSON Resume document or the fields of a profile (JSON), without an account.

    What is sent is kept before it is read, whatever it is. The answer is the same for everybody, and the same when the
    same form is sent again. Answers are held against the form of the job: each that is missing or does not fit is
    named by its question. Knock-out questions never reject; a person looks at them.
    """
    caller = request.client.host if request.client else ""
    await resources.limiter.check("apply", caller, request.scope)
    most = resources.settings.upload_limit_mib * _MIB
    _check_length(request, most)
    form: FormData | None = None
    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FILES, max_part_size=_MIB)
            sent = _of_form(request, form, most)
        else:
            sent = Sent(_read(await request.body()), None, {}, origin_of(request))
        received = await public_application_service.receive(resources.database, resources.files, job_id, sent)
    finally:
        if form is not None:
            await form.close()
    return Response(received.model_dump_json(), 202, media_type="application/json")


def _check_length(request: Request, most: int) -> None:
    """Refuse what says that it is too large before any of it is read."""
    given = request.headers.get("content-length", "")
    if given.isdecimal() and int(given) > most + _MIB:
        raise TooLargeError(
            f"At most {most // _MIB} MiB are taken in one application.", headers={"Connection": "close"}
        )


def _of_form(request: Request, form: FormData, most: int) -> Sent:
    resume: Upload | None = None
    files: dict[str, Upload] = {}
    body: str | None = None
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            upload = Upload(value.filename or "unnamed", value.size or 0, value.file)
            if upload.size > most:
                raise TooLargeError(f"At most {most // _MIB} MiB are taken in one application.")
            if not upload.size and not value.filename:
                continue  # a field for a file that nobody chose
            if name == _RESUME and resume is None:
                resume = upload
            elif name.startswith(_ANSWER) and name.removeprefix(_ANSWER) not in files:
                files[name.removeprefix(_ANSWER)] = upload
            else:
                raise _wrong_part(name)
        elif name == _FIELD and body is None:
            body = value
        else:
            raise _wrong_part(name)
    if body is None:
        raise InvalidInputError("The form has no part “application”.", fields={f"body.{_FIELD}": "is missing"})
    return Sent(_read(body), resume, files, origin_of(request))


def _wrong_part(name: str) -> InvalidInputError:
    said = "is a part that this form does not have, or has once; files are `resume` and `answers.<question>`"
    return InvalidInputError("The form has a part that nobody expects.", fields={f"body.{name[:100]}": said})


def _read(body: str | bytes) -> PublicApplication:
    try:
        return PublicApplication.model_validate_json(body)
    except ValidationError as error:
        fields = {
            ".".join(("body", *map(str, each["loc"])))[:200]: each["msg"]
            for each in error.errors(include_url=False, include_input=False)
        }
        raise InvalidInputError("The application cannot be taken as it is.", fields=fields) from None

"""Custom fields of candidates, requisitions, applications and jobs, and the values that candidates have in them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.models import Candidate, CustomField
from talentflux.repositories.base import unique
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.custom_field_repository import CustomFieldRepository
from talentflux.schemas.custom_field import (
    CandidateCustomFields,
    CustomFieldCreate,
    CustomFieldQuery,
    CustomFieldRead,
    CustomFieldUpdate,
    CustomValue,
    FieldResource,
    FieldType,
)
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service, private_fields
from talentflux.services.custom_values import FieldSet, Values
from talentflux.services.encryption_service import organization_keys

MOST_FIELDS: Final = 200
"""Fields of one resource, archived ones too."""


async def page(session: AnySession, asked: CustomFieldQuery) -> RowPage:
    """Read a page of fields.

    Args:
        session: The transaction.
        asked: Filter, order, view and place.
    """
    return await CustomFieldRepository(session).page(asked)


async def get(session: AnySession, custom_field_id: UUID) -> CustomFieldRead:
    """Return a field.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await CustomFieldRepository(session).get(custom_field_id))


async def create(session: WriteSession, given: CustomFieldCreate) -> CustomFieldRead:
    """Add a field.

    Args:
        session: The transaction.
        given: The field.

    Raises:
        ConflictError: The resource has a field with this slug, or as many fields as it can have.
    """
    repository = CustomFieldRepository(session)
    if len(await repository.of_resource(given.resource)) >= MOST_FIELDS:
        raise ConflictError(f"A {given.resource} has at most {MOST_FIELDS} custom fields.")
    with unique("There is a field with this slug, perhaps an archived one. Slugs are never used again."):
        row = await repository.add(CustomField(**given.model_dump()))
    audit_service.record(session, "custom_field.create", "custom_field", row.id, after=given.model_dump(mode="json"))
    return _read(row)


async def update(
    session: WriteSession, custom_field_id: UUID, changes: CustomFieldUpdate, versions: Versions = ANY_VERSION
) -> CustomFieldRead:
    """Change a field, archive it or take it out of the archive. Values that are stored stay as they are.

    Args:
        session: The transaction.
        custom_field_id: Which.
        changes: What was given; the rest stays.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        InvalidInputError: Options for a field that has none, or none for one that has.
    """
    repository = CustomFieldRepository(session)
    row = await repository.get(custom_field_id, lock=True, versions=versions)
    given = {name: value for name, value in changes.model_dump(exclude_unset=True).items() if value is not None}
    if "options" in given and (row.type != FieldType.SELECT or not given["options"]):
        raise InvalidInputError(
            "Options belong to fields of type select, which have at least one.",
            fields={"body.options": "give options to a field of type select only"},
        )
    before = {name: getattr(row, name) for name in given if name != "archived"}
    before["archived"] = row.archived_at is not None
    audit_service.record(session, "custom_field.update", "custom_field", row.id, before=before, after=before | given)
    archived = given.pop("archived", before["archived"])
    if archived != before["archived"]:
        row.archived_at = await repository.now() if archived else None
    for name, value in given.items():
        setattr(row, name, value)
    await session.flush()
    return _read(row)


async def fields_of(session: AnySession, resource: FieldResource | str) -> FieldSet:
    """Return the fields of a resource as whoever acts sees them, to check or show many rows with.

    Args:
        session: The transaction.
        resource: Of what.
    """
    fields = await CustomFieldRepository(session).of_resource(FieldResource(resource))
    return FieldSet(fields, private=private_fields.holds(session))


async def check(
    session: AnySession,
    resource: FieldResource | str,
    values: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
    place: str = "body.values",
) -> Values:
    """Hold values against the fields of a resource and return them as they are stored, by slug.

    Args:
        session: The transaction.
        resource: Of what.
        values: As given, by slug; what is left out or null is emptied.
        stored: What the row has now; what whoever acts does not see, and what is archived, stays.
        place: Where the values stand in the request, for the refusal.

    Raises:
        InvalidInputError: A field does not exist, a value does not fit, or a required one is missing.
    """
    return await checked(session, await fields_of(session, resource), values, stored, place)


async def checked(
    session: AnySession,
    fields: FieldSet,
    values: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
    place: str = "body.values",
) -> Values:
    """As `check`, with fields that were read before: one statement a row where a value names a user, else none.

    Args:
        session: The transaction.
        fields: From `fields_of`.
        values: As given, by slug.
        stored: What the row has now.
        place: Where the values stand in the request, for the refusal.

    Raises:
        InvalidInputError: A field does not exist, a value does not fit, or a required one is missing.
    """
    named = fields.users(values)
    members = await CustomFieldRepository(session).members(named) if named else set()
    return fields.check(values, members, stored or {}, place)


async def shown(
    session: AnySession, resource: FieldResource | str, stored: Mapping[str, Any] | None
) -> list[CustomValue]:
    """Return the values of one row as they are answered: one for each field that whoever acts sees.

    Args:
        session: The transaction.
        resource: Of what.
        stored: What the row has.
    """
    fields = await fields_of(session, resource)
    return [CustomValue.model_validate(value) for value in fields.shown(stored or {})]


async def of_candidate(session: AnySession, candidate_id: UUID) -> CandidateCustomFields:
    """Return the values of a candidate.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    candidate = await CandidateRepository(session).get(candidate_id)
    stored = await stored_values(session, await organization_keys(session), candidate)
    await audit_service.viewed(session, "candidate.view", "candidate", candidate_id)
    return await _answer(session, candidate, stored)


async def put_candidate(
    session: WriteSession, candidate_id: UUID, values: Mapping[str, Any], versions: Versions = ANY_VERSION
) -> CandidateCustomFields:
    """Store all values of a candidate.

    Args:
        session: The transaction.
        candidate_id: Whose.
        values: By slug; what is left out or null is emptied.
        versions: Those of the candidate that the caller means.

    Raises:
        NotFoundError: There is no such candidate in this organization, or the person's data was erased.
        PreconditionFailedError: They have another version.
        InvalidInputError: The values do not fit the fields.
    """
    candidate = await CandidateRepository(session).get(candidate_id, lock=True, versions=versions)
    keys = await organization_keys(session)
    before = await stored_values(session, keys, candidate)
    after = await check(session, FieldResource.CANDIDATE, values, before)
    await CustomFieldRepository(session).set_candidate_values(candidate, seal_values(keys, candidate, after))
    changed = sorted(slug for slug in before.keys() | after.keys() if before.get(slug) != after.get(slug))
    audit_service.record(session, "candidate.update", "candidate", candidate_id, after={"custom_fields": changed})
    event_service.emit(session, "candidate.updated", candidate_id=candidate_id, data={"custom_fields": changed})
    return await _answer(session, candidate, after)


async def stored_values(session: AnySession, keys: Keys, candidate: Candidate) -> Values:
    """Return what is stored of a candidate's custom fields, by slug.

    Args:
        session: The transaction.
        keys: Of the organization.
        candidate: Whose.

    Raises:
        TamperedError: They were changed or moved.
    """
    sealed = await CustomFieldRepository(session).candidate_values(candidate.id)
    if sealed is None or candidate.wrapped_key is None:
        return {}
    cipher = keys.person(candidate.wrapped_key, f"candidate:{candidate.id}")
    opened: Values = orjson.loads(cipher.decrypt(sealed, f"candidate.custom:{candidate.id}"))
    return opened


def seal_values(keys: Keys, candidate: Candidate, values: Mapping[str, Any]) -> bytes | None:
    """Return values as they are stored in a candidate's row; None where there are none.

    Args:
        keys: Of the organization.
        candidate: Whose.
        values: From `check`.

    Raises:
        NotFoundError: The person's data was erased.
    """
    if not values:
        return None
    if candidate.wrapped_key is None:
        raise NotFoundError("The person's data was erased.")
    cipher = keys.person(candidate.wrapped_key, f"candidate:{candidate.id}")
    return cipher.encrypt(orjson.dumps(values), f"candidate.custom:{candidate.id}")


async def _answer(session: AnySession, candidate: Candidate, stored: Values) -> CandidateCustomFields:
    return CandidateCustomFields(
        candidate_id=candidate.id,
        custom_fields=await shown(session, FieldResource.CANDIDATE, stored),
        updated_at=candidate.updated_at,
    )


def _read(row: CustomField) -> CustomFieldRead:
    return CustomFieldRead(
        id=row.id,
        resource=FieldResource(row.resource),
        slug=row.slug,
        name=row.name,
        type=FieldType(row.type),
        required=row.required,
        private=row.private,
        options=row.options,
        archived_at=row.archived_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )

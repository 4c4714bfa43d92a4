"""Values of custom fields: held against their fields before they are stored, named by them when they are shown."""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from talentflux.core.errors import InvalidInputError
from talentflux.models import CustomField
from talentflux.schemas.candidate_link import web_address
from talentflux.schemas.custom_field import FieldType
from talentflux.utils.currencies import MINOR_UNITS

_LONGEST_TEXT: Final = 5000
_LONGEST_URL: Final = 2000
_LARGEST: Final = 1e15
"""Up to here every JSON reader keeps whole numbers exact."""
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
_LISTED: Final = (FieldType.SELECT, FieldType.USER)
"""Their values stay where they were given although they are no longer offered."""
Values = dict[str, Any]


class FieldSet:
    """The fields of one resource as somebody sees them.

    Args:
        fields: All of them, archived ones too.
        private: Whether private ones are seen.
    """

    def __init__(self, fields: Sequence[CustomField], *, private: bool) -> None:
        self._fields = [each for each in fields if each.archived_at is None and (private or not each.private)]
        self._known = {each.slug for each in self._fields}

    def users(self, values: Mapping[str, Any]) -> set[UUID]:
        """Return the users whom values name, for `check`.

        Args:
            values: As given.
        """
        named = [values.get(field.slug) for field in self._fields if field.type == FieldType.USER]
        return {found for found in map(_uuid, named) if found is not None}

    def check(
        self,
        values: Mapping[str, Any],
        members: Collection[UUID],
        stored: Mapping[str, Any],
        place: str = "body.values",
    ) -> Values:
        """Return what to store.

        Args:
            values: As given, by slug.
            members: Those of `users` who are active members.
            stored: What is there: values of fields that are archived or not seen stay, and so do options that are
                no longer offered.
            place: Where the values stand in the request, for the refusal.

        Raises:
            InvalidInputError: A field does not exist, a value does not fit, or a required one is missing.
        """
        unknown = values.keys() - self._known
        wrong = dict.fromkeys(
            (slug for slug in unknown if _SLUG.fullmatch(slug)), "names no field that can be filled in"
        )
        kept = {slug: value for slug, value in stored.items() if slug not in self._known}
        for field in self._fields:
            value = values.get(field.slug)
            if value is None:
                if field.required:
                    wrong[field.slug] = "is required"
            elif field.type in _LISTED and field.slug in stored and stored[field.slug] == value:
                kept[field.slug] = stored[field.slug]
            else:
                try:
                    kept[field.slug] = _CHECKS[FieldType(field.type)](value, field, members)
                except ValueError as error:
                    wrong[field.slug] = str(error)
        if wrong or unknown:
            named = {f"{place}.{slug}": why for slug, why in sorted(wrong.items())}
            named = named or {place: "names no field that can be filled in"}
            raise InvalidInputError("The values do not fit the custom fields.", fields=named)
        return kept

    def shown(self, stored: Mapping[str, Any]) -> list[Values]:
        """Return a value for each field, as `{slug, name, type, value}`; null where there is none.

        Args:
            stored: By slug.
        """
        return [
            {"slug": field.slug, "name": field.name, "type": field.type, "value": stored.get(field.slug)}
            for field in self._fields
        ]


def _text(value: Any, _field: CustomField, _members: Collection[UUID]) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT:
        raise ValueError(f"give a text of at most {_LONGEST_TEXT} characters")
    return value


def _number(value: Any, *_: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("give a number")
    if abs(value) > _LARGEST:
        raise ValueError(f"give a number of at most {_LARGEST:.0e}")
    return value


def _currency(value: Any, *_: Any) -> Values:
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        raise ValueError("give amount and currency")
    if not isinstance(value["currency"], str) or value["currency"] not in MINOR_UNITS:
        raise ValueError("give the currency as three capital letters, as EUR (ISO 4217)")
    return {"amount": _number(value["amount"]), "currency": value["currency"]}


def _range(value: Any, *_: Any) -> Values:
    if not isinstance(value, dict) or not value.keys() <= {"min", "max"}:
        raise ValueError("give min, max or both")
    ends = {name: None if value.get(name) is None else _number(value[name]) for name in ("min", "max")}
    if ends["min"] is None and ends["max"] is None:
        raise ValueError("give min, max or both")
    if ends["min"] is not None and ends["max"] is not None and ends["min"] > ends["max"]:
        raise ValueError("min is greater than max")
    return ends


def _select(value: Any, field: CustomField, _members: Collection[UUID]) -> str:
    if not isinstance(value, str) or value not in field.options:
        raise ValueError("give one of the field's options")
    return value


def _date(value: Any, *_: Any) -> str:
    message = "give a date as 2026-11-21"
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(message)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError(message) from None
    return value


def _url(value: Any, *_: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        raise ValueError(f"give an http or https address of at most {_LONGEST_URL} characters")
    return web_address(value)


def _user(value: Any, _field: CustomField, members: Collection[UUID]) -> str:
    user_id = _uuid(value)
    if user_id is None or user_id not in members:
        raise ValueError("give the user id of an active member")
    return str(user_id)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


_CHECKS: Final[dict[FieldType, Callable[[Any, CustomField, Collection[UUID]], Any]]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.CURRENCY: _currency,
    FieldType.RANGE: _range,
    FieldType.SELECT: _select,
    FieldType.DATE: _date,
    FieldType.URL: _url,
    FieldType.USER: _user,
}

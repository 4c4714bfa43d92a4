"""Examples of answers about tenants in the API's documentation. The people are fictional."""

from typing import Any

from talentflux.api.examples import USER_ID

MEMBER_ID = "01937c7e-cd12-7e34-8f56-3a57b6c9d8e0"
WORKSPACE_ID = "01937c7e-de23-7f45-9067-4b68c7dae9f1"
_TIMES = {"created_at": "2026-11-21T09:00:00Z", "updated_at": "2026-11-21T09:00:05Z"}

WORKSPACE: dict[str, Any] = {
    "id": WORKSPACE_ID,
    "name": "Nordics",
    "slug": "nordics",
    **_TIMES,
    "deleted_at": None,
}
WORKSPACE_MEMBERS: dict[str, Any] = {"member_ids": [MEMBER_ID]}
MEMBER: dict[str, Any] = {
    "id": MEMBER_ID,
    "user_id": USER_ID,
    "name": "Sam Okoro",
    "email": "sam.okoro@example.org",
    "role": "recruiter",
    "deactivated_at": None,
    **_TIMES,
    "deleted_at": None,
}
INVITATION: dict[str, Any] = {
    "id": "01937c7e-ef34-7056-8178-5c79d8ebfa02",
    "email": "alex.moreau@example.org",
    "role": "interviewer",
    "workspace_id": None,
    "state": "pending",
    "invited_by": USER_ID,
    "expires_at": "2026-11-28T09:00:00Z",
    "accepted_at": None,
    "revoked_at": None,
    **_TIMES,
}
INVITATION_PREVIEW: dict[str, Any] = {
    "organization_name": "Northwind Data",
    "role": "interviewer",
    "expires_at": "2026-11-28T09:00:00Z",
}
INVITATION_ACCEPTED: dict[str, Any] = {
    "organization_id": "00000000-0000-7000-8000-000000000001",
    "member_id": MEMBER_ID,
    "role": "interviewer",
}
API_KEY: dict[str, Any] = {
    "id": "01937c7e-f045-7167-8289-6d8ae9fc0b13",
    "label": "Careers page",
    "prefix": "tfk_01937c7ef045",
    "scopes": ["requisition:read"],
    "user_id": None,
    "created_by": USER_ID,
    "expires_at": "2027-11-21T09:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
    **_TIMES,
}
NEW_API_KEY: dict[str, Any] = API_KEY | {
    "key": "tfk_01937c7ef045716782896d8ae9fc0b13_q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"
}
TEAM: dict[str, Any] = {"items": [{"user_id": USER_ID, "name": "Sam Okoro", "role": "hiring_manager", **_TIMES}]}

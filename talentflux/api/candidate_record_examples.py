"""Examples of what is kept about candidates, in the API's documentation. The people are fictional."""

from typing import Any

from talentflux.api.examples import USER_ID

CANDIDATE_ID = "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e01"
OTHER_ID = "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e02"
TAG_ID = "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e03"
POOL_ID = "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e04"
MERGE_ID = "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e05"
_NOTE_ID = "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e06"
_TIMES = {"created_at": "2026-11-21T09:00:00Z", "updated_at": "2026-11-21T09:00:05Z"}
_LIVE = {**_TIMES, "deleted_at": None}

TAG: dict[str, Any] = {"id": TAG_ID, "name": "Speaks Swedish", **_LIVE}
TAGS: dict[str, Any] = {"names": ["Python", "Speaks Swedish"]}
TAGGED: dict[str, Any] = {"added": 2, "removed": 1}
POOL: dict[str, Any] = {"id": POOL_ID, "name": "Backend, Nordics", "description": "For the next round.", **_LIVE}
POOL_ADDED: dict[str, Any] = {"added": 1}
POOL_MEMBER: dict[str, Any] = {
    "id": "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e07",
    "candidate_id": CANDIDATE_ID,
    "name": "Mara Lindqvist",
    "headline": "Backend developer",
    "location": "Uppsala",
    "consent": "given",
    "consent_until": "2028-11-21T00:00:00Z",
    "do_not_contact": False,
    "added_by": USER_ID,
    "added_by_name": "Sam Okoro",
    "reason": "Second in the last round.",
    "created_at": "2026-11-21T09:00:00Z",
}
CANDIDATE_POOLS: dict[str, Any] = {
    "items": [
        {
            "talent_pool_id": POOL_ID,
            "name": "Backend, Nordics",
            "reason": "Second in the last round.",
            "added_by": USER_ID,
            "created_at": "2026-11-21T09:00:00Z",
        }
    ]
}
NOTE: dict[str, Any] = {
    "id": _NOTE_ID,
    "candidate_id": CANDIDATE_ID,
    "application_id": None,
    "author": f"user:{USER_ID}",
    "author_name": "Sam Okoro",
    "private": False,
    "body": "Wants to work **four days a week**.",
    "mentions": [],
    **_LIVE,
}
ATTACHMENT: dict[str, Any] = {
    "id": "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e08",
    "candidate_id": CANDIDATE_ID,
    "kind": "certificate",
    "file_name": "certificate.pdf",
    "media_type": "application/pdf",
    "size": 48213,
    "added_by": USER_ID,
    **_LIVE,
}
LINK: dict[str, Any] = {
    "id": "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e09",
    "candidate_id": CANDIDATE_ID,
    "kind": "github",
    "url": "https://github.com/example",
    **_TIMES,
}
LINKS: dict[str, Any] = {"items": [LINK]}
FIELD: dict[str, Any] = {
    "id": "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e0a",
    "resource": "candidate",
    "slug": "notice_period",
    "name": "Notice period",
    "type": "select",
    "required": False,
    "private": False,
    "options": ["None", "1 month", "3 months"],
    "archived_at": None,
    **_LIVE,
}
CUSTOM_FIELDS: dict[str, Any] = {
    "candidate_id": CANDIDATE_ID,
    "custom_fields": [
        {"slug": "notice_period", "name": "Notice period", "type": "select", "value": "3 months"},
        {"slug": "wish", "name": "Wish", "type": "currency", "value": {"amount": 64000, "currency": "EUR"}},
    ],
    "updated_at": "2026-11-21T09:00:05Z",
}
DUPLICATE: dict[str, Any] = {
    "id": "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e0b",
    "score": 0.9175,
    "reasons": [
        {"kind": "phone", "explanation": "A telephone number of one is a number of the other."},
        {"kind": "name", "explanation": "Both have the same name."},
    ],
    "state": "open",
    "candidate": {"id": CANDIDATE_ID, "name": "Mara Lindqvist", "headline": "Backend developer", "location": "Uppsala"},
    "other": {"id": OTHER_ID, "name": "Mara Lindqvist", "headline": None, "location": "Stockholm"},
    **_TIMES,
}
MERGE: dict[str, Any] = {
    "id": MERGE_ID,
    "candidate_id": CANDIDATE_ID,
    "other_id": OTHER_ID,
    "merged_by": USER_ID,
    **_TIMES,
    "undone_at": None,
}
TIMELINE_ENTRY: dict[str, Any] = {
    "id": "01937c7e-1a2b-7c3d-8e4f-5a6b7c8d9e0c",
    "type": "candidate.noted",
    "summary": "A note was written.",
    "actor": f"user:{USER_ID}",
    "actor_name": "Sam Okoro",
    "candidate_id": CANDIDATE_ID,
    "requisition_id": None,
    "application_id": None,
    "job_id": None,
    "data": {"note_id": _NOTE_ID, "private": False},
    "names": {},
    "created_at": "2026-11-21T09:00:00Z",
}

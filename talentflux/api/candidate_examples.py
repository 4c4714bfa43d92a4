"""Examples of answers about candidates in the API's documentation. The people are fictional."""

from typing import Any

from talentflux.api.examples import CANDIDATE_ID, CANDIDATE_SUMMARY, REQUISITION_ID, USER_ID

SOURCE_ID = "01937c7e-8192-73a4-85b6-7182930415a6"
_TIMES = {"created_at": "2026-11-21T09:00:00Z", "updated_at": "2026-11-21T09:00:05Z"}

SOURCE: dict[str, Any] = {"id": SOURCE_ID, "name": "Nordic Talent", "kind": "agency", **_TIMES, "deleted_at": None}
SEARCH_PAGE: dict[str, Any] = {
    "items": [
        CANDIDATE_SUMMARY
        | {
            "found_by": ["words", "similarity"],
            "snippets": [
                {"text": "Tuned PostgreSQL for 40 million rows a day", "spans": [{"start": 6, "end": 16}]},
            ],
        }
    ],
    "next_cursor": None,
    "parts": ["words", "similarity"],
    "complete": True,
}
REFERRAL: dict[str, Any] = {
    "id": "01937c7e-92a3-74b5-86c7-8293041526b7",
    "candidate_id": CANDIDATE_ID,
    "requisition_id": REQUISITION_ID,
    "user_id": USER_ID,
    "note": "We shipped the payment service together.",
    "credit": 100,
    **_TIMES,
    "deleted_at": None,
}
SAVED_SEARCH: dict[str, Any] = {
    "id": "01937c7e-a3b4-75c6-87d8-9304152637c8",
    "user_id": USER_ID,
    "mine": True,
    "gone": [],
    "name": "Backend, seven years, Uppsala",
    "shared": False,
    "q": "postgresql AND (python OR go)",
    "filters": {"min_years": 7, "place": "Uppsala"},
    **_TIMES,
    "deleted_at": None,
}

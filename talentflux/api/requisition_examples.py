"""Examples of answers about requisitions and approvals in the API's documentation. The people are fictional."""

from typing import Any, Final

from talentflux.api.examples import REQUIREMENT, REQUISITION_ID

USER_ID: Final = "01937c7e-8182-73a4-85b6-718293041526"
STEP_ID: Final = "01937c7e-a3a4-7546-87d8-9304152637a8"
_APPROVAL_ID: Final = "01937c7e-a2a3-7445-86c7-8293041526a7"
_CHAIN_ID: Final = "01937c7e-a1a2-7344-85b6-7182930415a6"
_TIMES: Final = {"created_at": "2026-11-21T09:00:00Z", "updated_at": "2026-11-21T09:00:05Z"}

REQUISITION_SUMMARY: Final[dict[str, Any]] = {
    "id": REQUISITION_ID,
    "title": "Backend developer",
    "status": "open",
    "language": "en",
    "location": "Uppsala",
    "requirements_version": 1,
    "confidential": False,
    "workspace_id": None,
    "external_id": "REQ-2026-118",
    "department": "Engineering",
    "employment_type": "full_time",
    "pay_min": "52000",
    "pay_max": "64000",
    "pay_currency": "EUR",
    "pay_period": "year",
    "places": [{"country": "SE", "region": None, "city": "Uppsala"}],
    "remote": "hybrid",
    "remote_countries": ["SE"],
    "target_date": "2027-03-01",
    "headcount": 2,
    "filled": 0,
    "opened_at": "2026-11-21T09:00:00Z",
    "closed_at": None,
    **_TIMES,
    "deleted_at": None,
}
REQUISITION: Final[dict[str, Any]] = REQUISITION_SUMMARY | {
    "description": "Backend developer\n\nRequired:\n- PostgreSQL",
    "requirements": [REQUIREMENT],
    "warnings": [],
    "status_reason": None,
    "actions": ["hold", "close"],
    "interview_plan": [
        {
            "name": "Technical talk",
            "kind": "video",
            "minutes": 60,
            "interviewer_roles": ["Future colleague"],
            "attributes": ["Depth in databases"],
        }
    ],
    "custom": [],
}
HEALTH: Final[dict[str, Any]] = {
    "id": REQUISITION_ID,
    "title": "Backend developer",
    "status": "open",
    "department": "Engineering",
    "workspace_id": None,
    "age_days": 34,
    "headcount": 2,
    "filled": 1,
    "applications": {"applied": 41, "screen": 6, "interview": 3, "hired": 1},
    "last_activity_at": "2026-11-20T15:12:00Z",
    "quiet_days": 0,
    "next_target_date": "2026-11-15",
    "overdue_days": 6,
    "flags": [{"flag": "overdue", "reason": "Due on 2026-11-15, 6 days ago."}],
}
OPENING: Final[dict[str, Any]] = {
    "id": "01937c7e-b1b2-7344-85b6-7182930415b6",
    "requisition_id": REQUISITION_ID,
    "external_id": "HC-2027-014",
    "status": "open",
    "target_date": "2027-03-01",
    "application_id": None,
    "filled_at": None,
    **_TIMES,
}
REQUIREMENT_VERSION_SUMMARY: Final[dict[str, Any]] = {
    "version": 2,
    "requirement_count": 1,
    "actor": f"user:{USER_ID}",
    "restored_from": None,
    "created_at": "2026-11-21T09:00:00Z",
}
REQUIREMENT_VERSION: Final[dict[str, Any]] = {
    "version": 2,
    "actor": f"user:{USER_ID}",
    "restored_from": None,
    "requirements": [REQUIREMENT],
    "created_at": "2026-11-21T09:00:00Z",
}
REQUIREMENTS_DIFFERENCE: Final[dict[str, Any]] = {
    "older": 1,
    "newer": 2,
    "added": [],
    "removed": [],
    "changed": [
        {
            "id": "r1",
            "fields": ["necessity"],
            "before": REQUIREMENT | {"necessity": "should"},
            "after": REQUIREMENT,
        }
    ],
    "reordered": False,
}
_SUBJECT: Final[dict[str, Any]] = {
    "title": "Backend developer",
    "headcount": 2,
    "department": "Engineering",
    "workspace_id": None,
    "employment_type": "full_time",
    "pay_min": "52000",
    "pay_max": "64000",
    "pay_currency": "EUR",
    "pay_period": "year",
}
APPROVAL_CHAIN: Final[dict[str, Any]] = {
    "id": _CHAIN_ID,
    "name": "Engineering above 100,000",
    "priority": 100,
    "standalone": True,
    "workspace_id": None,
    "department": "Engineering",
    "pay_above": "100000",
    "pay_currency": "EUR",
    "pay_period": "year",
    "steps": [
        {"name": "Head of department", "role": None, "user_ids": [USER_ID], "approval_chain_id": None, "rule": "any"}
    ],
    "self_approval": False,
    "remind_after_days": 3,
    **_TIMES,
}
APPROVAL_SUMMARY: Final[dict[str, Any]] = {
    "id": _APPROVAL_ID,
    "requisition_id": REQUISITION_ID,
    "status": "pending",
    "subject": _SUBJECT,
    "requested_by": "01937c7e-8283-74a5-86b7-8293041526b7",
    "step_name": "Head of department",
    **_TIMES,
}
APPROVAL: Final[dict[str, Any]] = {
    "id": _APPROVAL_ID,
    "requisition_id": REQUISITION_ID,
    "approval_chain_id": _CHAIN_ID,
    "status": "pending",
    "subject": _SUBJECT,
    "requested_by": "01937c7e-8283-74a5-86b7-8293041526b7",
    "self_approval": False,
    "changed_fields": [],
    "ended_at": None,
    "steps": [
        {
            "id": STEP_ID,
            "name": "Head of department",
            "role": None,
            "user_ids": [USER_ID],
            "rule": "any",
            "status": "pending",
            "started_at": "2026-11-21T09:00:05Z",
            "reminders": 0,
            "missing_ids": [USER_ID],
            "stuck": None,
            "decisions": [],
        }
    ],
    **_TIMES,
}
DELEGATION: Final[dict[str, Any]] = {
    "id": "01937c7e-c1c2-7344-85b6-7182930415c6",
    "user_id": "01937c7e-8283-74a5-86b7-8293041526b7",
    "stand_in_id": USER_ID,
    "starts_at": "2026-12-21T00:00:00Z",
    "ends_at": "2027-01-04T00:00:00Z",
    **_TIMES,
}
TEMPLATE_SUMMARY: Final[dict[str, Any]] = {
    "id": "01937c7e-d1d2-7344-85b6-7182930415d6",
    "name": "Backend developer",
    "title": "Backend developer",
    "department": "Engineering",
    **_TIMES,
    "deleted_at": None,
}
TEMPLATE: Final[dict[str, Any]] = {
    "id": "01937c7e-d1d2-7344-85b6-7182930415d6",
    "name": "Backend developer",
    "content": {
        name: value
        for name, value in REQUISITION.items()
        if name
        in {
            "title",
            "description",
            "language",
            "location",
            "requirements",
            "department",
            "employment_type",
            "pay_min",
            "pay_max",
            "pay_currency",
            "pay_period",
            "places",
            "remote",
            "remote_countries",
            "interview_plan",
        }
    }
    | {"headcount": 2, "custom": {}},
    **_TIMES,
    "deleted_at": None,
}

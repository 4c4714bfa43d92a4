"""Examples of pipelines and applications in the description of the API."""

from typing import Any, Final

from talentflux.api import examples

STAGE_ID: Final = "01937c7e-7081-7293-8495-60718293a4b5"
PIPELINE_ID: Final = "01937c7e-8192-73a4-85a6-718293a4b5c6"
REASON_ID: Final = "01937c7e-92a3-74b5-86b7-8293a4b5c6d7"
_ID: Final = "01937c7e-a3b4-75c6-87c8-93a4b5c6d7e8"
_USER: Final = "01937c7e-b4c5-76d7-88d9-a4b5c6d7e8f9"
_TIME: Final = "2026-11-21T09:00:00Z"
_TIMES: Final = {"created_at": _TIME, "updated_at": "2026-11-21T09:00:05Z"}

APPLICATION_DETAIL: Final[dict[str, Any]] = {
    **examples.APPLICATION,
    "custom": [],
    "flagged_answers": False,
    "former_hires": [],
}
STAGE_CHANGE: Final[dict[str, Any]] = {
    "id": _ID,
    "cause": "moved",
    "from_stage_id": STAGE_ID,
    "from_stage_name": "Applied",
    "from_kind": "applied",
    "to_stage_id": "01937c7e-7081-7293-8495-60718293a4b6",
    "to_stage_name": "Interview",
    "to_kind": "interview",
    "seconds": 86400.0,
    "reject_reason_id": None,
    "actor": f"user:{_USER}",
    "created_at": _TIME,
}
ACTION: Final[dict[str, Any]] = {
    "id": _ID,
    "purpose": "rejection",
    "action": "send_email",
    "state": "waiting",
    "outcome": None,
    "due_at": "2026-11-23T09:00:00Z",
    "automation_id": None,
    "email_id": None,
    **_TIMES,
}
TASK: Final[dict[str, Any]] = {
    "id": _ID,
    "application_id": examples.APPLICATION_ID,
    "requisition_id": examples.REQUISITION_ID,
    "candidate_id": examples.CANDIDATE_ID,
    "kind": "task",
    "title": "Call about the notice period",
    "assignee_id": None,
    "due_at": None,
    "done_at": None,
    "done_by": None,
    **_TIMES,
}
BULK_TASK: Final[dict[str, Any]] = {
    **examples.TASK,
    "kind": "application_bulk",
    "status": "queued",
    "processed": 0,
    "total": 2,
    "percentage": 0.0,
    "errors": [],
    "result": None,
}
BULK_PREVIEW: Final[dict[str, Any]] = {
    "action": "reject",
    "allowed": 1,
    "refused": 1,
    "items": [
        {"application_id": examples.APPLICATION_ID, "allowed": True, "reason": None, "detail": None},
        {
            "application_id": _ID,
            "allowed": False,
            "reason": "application_closed",
            "detail": "This application is withdrawn. Reopen it first.",
        },
    ],
}
STAGE: Final[dict[str, Any]] = {
    "id": STAGE_ID,
    "name": "Applied",
    "kind": "applied",
    "position": 1,
    "max_days": 7,
    "updated_at": _TIME,
}
PIPELINE: Final[dict[str, Any]] = {
    "id": PIPELINE_ID,
    "name": "Standard",
    "requisition_id": None,
    "is_default": True,
    "rejection_delay_minutes": 2880,
    "rejection_subject": None,
    "rejection_body": None,
    "stages": [STAGE],
    **_TIMES,
}
PIPELINE_SUMMARY: Final[dict[str, Any]] = {"id": PIPELINE_ID, "name": "Standard", "is_default": True, **_TIMES}
AUTOMATION: Final[dict[str, Any]] = {
    "id": _ID,
    "stage_id": STAGE_ID,
    "action": "send_email",
    "delay_minutes": 60,
    "subject": "We have your application",
    "body": "Dear {{candidate_name}},\n\nwe have your application as {{requisition_title}}.",
    "title": None,
    "assignee_id": None,
    "enabled": True,
    **_TIMES,
}
REASON: Final[dict[str, Any]] = {"id": REASON_ID, "name": "Lacks experience", **_TIMES, "deleted_at": None}
CARD: Final[dict[str, Any]] = {
    "id": examples.APPLICATION_ID,
    "candidate_id": examples.CANDIDATE_ID,
    "candidate_name": "Mara Lindqvist",
    "stage_id": STAGE_ID,
    "status": "active",
    "origin": "recruiter",
    "entered_stage_at": _TIME,
    "stage_due_at": None,
    "answer_due_at": None,
    "updated_at": _TIME,
}
BOARD: Final[dict[str, Any]] = {
    "requisition_id": examples.REQUISITION_ID,
    "pipeline_id": PIPELINE_ID,
    "columns": [
        {
            "id": STAGE_ID,
            "name": "Applied",
            "kind": "applied",
            "max_days": 7,
            "total": 1,
            "cards": [CARD],
            "next_cursor": None,
        }
    ],
}

"""Examples of answers about events and webhooks in the API's documentation."""

from typing import Any

_WEBHOOK_ID = "01937c7e-1c35-7b16-8e2f-5a70b1c2d3e4"
_EVENT_ID = "01937c7e-2d46-7c27-9f30-6b81c2d3e4f5"
_AT = "2026-11-21T09:00:00Z"

EVENT: dict[str, Any] = {
    "id": _EVENT_ID,
    "type": "application.moved",
    "actor": "user:01937c7e-3e57-7d38-8041-7c92d3e4f506",
    "candidate_id": "01937c7e-4f68-7e49-9152-8da3e4f50617",
    "requisition_id": "01937c7e-5079-7f5a-8263-9eb4f5061728",
    "application_id": "01937c7e-618a-706b-9374-afc506172839",
    "job_id": None,
    "data": {"from": "screen", "to": "interview"},
    "created_at": _AT,
}
WEBHOOK: dict[str, Any] = {
    "id": _WEBHOOK_ID,
    "url": "https://hooks.example.org/talentflux",
    "description": "Payroll",
    "events": ["application.*"],
    "enabled": True,
    "disabled_at": None,
    "disabled_reason": None,
    "failing_since": None,
    "previous_secret_until": None,
    "created_at": _AT,
    "updated_at": _AT,
    "deleted_at": None,
}
WITH_SECRET: dict[str, Any] = {**WEBHOOK, "secret": "whsec_c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE="}
DELIVERY: dict[str, Any] = {
    "id": "01937c7e-729b-717c-8485-b0d617283940",
    "webhook_id": _WEBHOOK_ID,
    "event_id": _EVENT_ID,
    "event_type": "application.moved",
    "status": "delivered",
    "attempts": [
        {"at": _AT, "status": None, "error": "no_answer", "milliseconds": 10000},
        {"at": "2026-11-21T09:00:15Z", "status": 204, "error": None, "milliseconds": 41},
    ],
    "next_attempt_at": None,
    "delivered_at": "2026-11-21T09:00:15Z",
    "created_at": _AT,
    "updated_at": "2026-11-21T09:00:15Z",
}
REPLAY: dict[str, Any] = {"deliveries": 12, "more": False, "next_since": None}

"""Examples of answers about the screening of applications in the API's documentation. The people are fictional."""

from typing import Any

from talentflux.api import examples

_AT = "2026-11-21T09:00:05Z"

ROW: dict[str, Any] = {
    "id": "01937c7e-83ac-728d-9596-c1e728394a5b",
    "application_id": "01937c7e-618a-706b-9374-afc506172839",
    "requisition_id": "01937c7e-5079-7f5a-8263-9eb4f5061728",
    "candidate_id": "01937c7e-4f68-7e49-9152-8da3e4f50617",
    "candidate_name": "Mara Lindqvist",
    "stage": "applied",
    "status": "active",
    "state": "done",
    "reason": None,
    "total": 86.4,
    "standing": 86.4,
    "strengths": ["Python: “9 years of Python”"],
    "gaps": ["Kubernetes"],
    "flags": 0,
    "hidden_text": False,
    "assessment": None,
    "scorer": "evidence-1",
    "outdated": False,
    "created_at": _AT,
    "updated_at": _AT,
}
DETAIL: dict[str, Any] = {
    **ROW,
    "resume_id": "01937c7e-94bd-739e-a6a7-d2f8394a5b6c",
    "requirements_version": 1,
    "result": examples.MATCH["result"],
    "masked_text": examples.MATCH["masked_text"],
    "input_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "assessment_reason": None,
    "assessed_by": None,
    "assessed_at": None,
    "former": [],
}
REQUESTED: dict[str, Any] = {"applications": 12}

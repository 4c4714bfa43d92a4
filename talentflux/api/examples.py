"""Examples of answers in the API's documentation. The people are fictional."""

from typing import Any

CANDIDATE_ID = "01937c7e-1a2b-7c3d-8e4f-0a1b2c3d4e5f"
RESUME_ID = "01937c7e-2b3c-7d4e-8f50-1b2c3d4e5f60"
REQUISITION_ID = "01937c7e-3c4d-7e5f-9061-2c3d4e5f6071"
EMAIL_ID = "01937c7e-7081-7293-84a5-607182930415"
APPLICATION_ID = "01937c7e-4d5e-7f60-8172-3d4e5f607182"
TASK_ID = "01937c7e-5e6f-7071-9283-4e5f60718293"
MATCH_ID = "01937c7e-6f70-7182-8394-5f6071829304"
_TIMES = {"created_at": "2026-11-21T09:00:00Z", "updated_at": "2026-11-21T09:00:05Z"}

ORGANIZATION: dict[str, Any] = {
    "id": "00000000-0000-7000-8000-000000000001",
    "slug": "local",
    "name": "Local organization",
    "created_at": "2026-11-21T08:00:00Z",
    "updated_at": "2026-11-21T08:00:00Z",
}
CANDIDATE_SUMMARY: dict[str, Any] = {
    "id": CANDIDATE_ID,
    "name": "Mara Lindqvist",
    "email": "mara.lindqvist@example.org",
    "phone": "+46850012345",
    "location": "Uppsala",
    "headline": "Backend developer",
    "external_id": None,
    "source_id": None,
    "total_years": 7.5,
    "consent": "unknown",
    "do_not_contact": False,
    "current_resume_id": RESUME_ID,
    **_TIMES,
    "deleted_at": None,
}
CANDIDATE: dict[str, Any] = CANDIDATE_SUMMARY | {
    "resumes": [
        {
            "id": RESUME_ID,
            "file_name": "lindqvist.pdf",
            "status": "parsed",
            "current": True,
            "created_at": "2026-11-21T09:00:00Z",
        }
    ],
    "contact_reason": None,
    "consent_until": None,
    "retain_until": None,
}
RESUME_SUMMARY: dict[str, Any] = {
    "id": RESUME_ID,
    "candidate_id": CANDIDATE_ID,
    "file_name": "lindqvist.pdf",
    "status": "parsed",
    "failure_reason": None,
    "failure_detail": None,
    "language": "en",
    "total_years": 7.5,
    **_TIMES,
    "deleted_at": None,
}
RESUME: dict[str, Any] = RESUME_SUMMARY | {
    "file": {
        "id": "01937c7e-7081-7293-84a5-607182930415",
        "name": "lindqvist.pdf",
        "media_type": "application/pdf",
        "size": 48213,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "parsed": None,
    "text": "Mara Lindqvist\nBackend developer",
    "masked_text": "██████████████\nBackend developer",
    "hidden": [],
    "warnings": [],
}
TASK: dict[str, Any] = {
    "id": TASK_ID,
    "kind": "resume_import",
    "status": "running",
    "processed": 25,
    "total": 100,
    "percentage": 25.0,
    "errors": [
        {
            "file": "resumes.zip/scan.pdf",
            "reason": "encrypted",
            "detail": "“scan.pdf” is protected by a password. Save it without a password and send it again.",
        }
    ],
    "result": {"new": 99, "duplicates": 1},
    "requisition_id": None,
    **_TIMES,
}
MATCH_TASK: dict[str, Any] = TASK | {
    "kind": "match",
    "status": "queued",
    "processed": 0,
    "total": 1,
    "percentage": 0.0,
    "errors": [],
    "result": None,
    "requisition_id": REQUISITION_ID,
}
UPLOAD: dict[str, Any] = {
    "task": TASK,
    "resumes": [{"resume_id": RESUME_ID, "file_name": "lindqvist.pdf", "duplicate": False}],
}
REQUIREMENT: dict[str, Any] = {
    "id": "r1",
    "kind": "skill",
    "necessity": "must",
    "text": "PostgreSQL",
    "weight": 1.0,
    "skill_ids": ["postgresql"],
    "terms": [],
    "years": None,
    "title": None,
    "education": None,
    "fields": [],
    "language": None,
    "level": None,
    "location": None,
    "span": {"start": 30, "end": 40},
}
MATCH_SUMMARY: dict[str, Any] = {
    "id": MATCH_ID,
    "candidate_id": CANDIDATE_ID,
    "resume_id": RESUME_ID,
    "candidate_name": "Mara Lindqvist",
    "total": 82.4,
    "strengths": ["PostgreSQL: “Moved 40 services to PostgreSQL”"],
    "gaps": [],
    "flags": 0,
    "scorer": "evidence-1",
    "requirements_version": 1,
    "created_at": "2026-11-21T09:00:10Z",
}
MATCH: dict[str, Any] = MATCH_SUMMARY | {
    "requisition_id": REQUISITION_ID,
    "result": {
        "total": 82.4,
        "parts": [{"name": "must", "value": 1.0, "weight": 0.7, "explanation": "100% of the 1 requirements."}],
        "results": [
            {
                "requirement_id": "r1",
                "verdict": "met",
                "score": 1.0,
                "confidence": 0.95,
                "reason": "The resume names PostgreSQL.",
                "evidence": [
                    {
                        "quote": "PostgreSQL",
                        "span": {"start": 22, "end": 32},
                        "section": "experience",
                        "supports": True,
                    }
                ],
                "method": "lexicon",
            }
        ],
        "strengths": ["PostgreSQL: “Moved 40 services to PostgreSQL”"],
        "gaps": [],
        "flags": [],
        "scorer": "evidence-1",
        "embedder": None,
        "language_model": None,
    },
    "masked_text": "Moved 40 services to PostgreSQL",
    "outdated": False,
}
APPLICATION: dict[str, Any] = {
    "id": APPLICATION_ID,
    "requisition_id": REQUISITION_ID,
    "requisition_title": "Backend developer",
    "candidate_id": CANDIDATE_ID,
    "candidate_name": "Mara Lindqvist",
    "resume_id": RESUME_ID,
    "stage": "applied",
    "stage_id": "01937c7e-7081-7293-8495-60718293a4b5",
    "stage_name": "Applied",
    "status": "active",
    "origin": "recruiter",
    "source_id": None,
    "external_id": None,
    "do_not_screen": False,
    "entered_stage_at": "2026-11-21T09:00:00Z",
    "stage_due_at": None,
    "answer_due_at": None,
    "hired_at": None,
    "rejected_at": None,
    "reject_reason_id": None,
    "withdrawn_at": None,
    "transferred_to_id": None,
    "transferred_from_id": None,
    **_TIMES,
    "deleted_at": None,
}
EMAIL: dict[str, Any] = {
    "id": EMAIL_ID,
    "template": "invitation",
    "language": "en",
    "recipient": "sam.okoro@example.org",
    "state": "unclear",
    "attempts": 1,
    "last_error": "timeout",
    "resendable": True,
    "next_attempt_at": None,
    "sent_at": None,
    "user_id": None,
    **_TIMES,
}
SKILL: dict[str, Any] = {
    "id": "postgresql",
    "name": "PostgreSQL",
    "kind": "tool",
    "aliases": ["Postgres"],
    "implies": ["sql"],
    "uris": [],
}

SECOND_FACTOR: dict[str, Any] = {
    "enabled": True,
    "confirmed_at": "2026-11-21T09:00:00Z",
    "recovery_codes_left": 9,
}
SECOND_FACTOR_SETUP: dict[str, Any] = {
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "otpauth://totp/TalentFlux:mara%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=TalentFlux",
    "qr_code": "data:image/svg+xml;charset=utf-8,%3Csvg...",
}
RECOVERY_CODES: dict[str, Any] = {"codes": ["w4pq-7hxd-k2nm-9rta", "3bze-fj6u-c8vy-qs5g"]}
IDENTITY_PROVIDER: dict[str, Any] = {
    "id": "01937c7e-9293-74b5-86c7-829304152637",
    "name": "Northwind log-in",
    "issuer": "https://login.northwind.example",
    "client_id": "talentflux",
    "has_client_secret": True,
    "domains": [
        {
            "name": "northwind.example",
            "verified": True,
            "record_name": "_talentflux.northwind.example",
            "record_value": "talentflux-domain=5f0c2d0f8f3b4f0a9d2c6b1e7a4d8c3f",
        }
    ],
    "default_role": "viewer",
    "enforced": False,
    "redirect_uri": "https://hire.example.com/api/v1/auth/sign-on/callback",
    **_TIMES,
}


def listed(item: dict[str, Any]) -> dict[str, Any]:
    """Return a page that holds one item."""
    return {"items": [item], "next_cursor": None, "total": None}


SHORTLIST: dict[str, Any] = {
    "created_at": "2026-11-21T09:00:10Z",
    "job": {
        "title": "Backend developer",
        "language": "en",
        "location": None,
        "text": "Backend developer\n\nRequired:\n- PostgreSQL",
        "requirements": [REQUIREMENT],
        "warnings": [],
    },
    "job_file": "Backend developer",
    "blind": False,
    "resumes": [
        {
            "rank": 1,
            "file": "lindqvist.pdf",
            "label": "Mara Lindqvist",
            "headline": "Backend developer",
            "language": "en",
            "total_years": 7.5,
            "match": MATCH["result"],
            "text": "Moved 40 services to PostgreSQL",
        }
    ],
    "ranked": 41,
    "shown": 1,
    "unreadable": [],
    "seconds": None,
    "method": "Computed by the skill lexicon, word and date rules; no language model took part.",
}
USER_ID = "01937c7e-9a01-7b02-8c03-0d04e05f0607"
SESSION_ID = "01937c7e-ab12-7c13-8d14-1e15f1607182"
USER: dict[str, Any] = {
    "id": USER_ID,
    "email": "sam.okoro@example.org",
    "name": "Sam Okoro",
    "email_verified": True,
    "has_password": True,
    "password_changed_at": "2026-11-21T09:00:00Z",
    **_TIMES,
}
TOKEN_PAIR: dict[str, Any] = {
    "token_type": "Bearer",
    "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl",
    "expires_in": 900,
    "refresh_token": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA",
    "refresh_expires_in": 2592000,
    "session_id": SESSION_ID,
    "organization_id": ORGANIZATION["id"],
}
SESSION_LIST: dict[str, Any] = {
    "items": [
        {
            "id": SESSION_ID,
            "kind": "browser",
            "current": True,
            "address": "192.0.2.17",
            "device": "Mozilla/5.0",
            "created_at": "2026-11-21T09:00:00Z",
            "last_used_at": "2026-11-21T09:05:00Z",
            "expires_at": "2026-11-21T21:05:00Z",
        }
    ]
}
MEMBERSHIP_LIST: dict[str, Any] = {
    "items": [
        {
            "organization_id": ORGANIZATION["id"],
            "name": "Local organization",
            "slug": "local",
            "role": "owner",
            "created_at": "2026-11-21T09:00:00Z",
        }
    ]
}
JWKS: dict[str, Any] = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "01937c7ebc237d248e252f26a1718293",
            "use": "sig",
            "alg": "EdDSA",
        }
    ]
}
AUDIT_EVENT: dict[str, Any] = {
    "id": "01937c7e-8192-7304-95b6-8495a6b7c8d9",
    "sequence": 42,
    "occurred_at": "2026-11-21T09:00:05Z",
    "actor": "user:01937c7e-92a3-7415-a6c7-95a6b7c8d9ea",
    "action": "application.move",
    "resource": "application",
    "resource_id": APPLICATION_ID,
    "request_id": "b0d4c6f2e1a34b7f",
    "network": "203.0.113.0/24",
    "address": "5f2b9c0d6e7a8190" * 4,
    "changes": {"stage": {"before": "new", "after": "interview"}},
}
AUDIT_LINE = '{"id":"01937c7e-8192-7304-95b6-8495a6b7c8d9","sequence":42,"action":"application.move"}\n'
AUDIT_TABLE = "id,sequence,action\r\n01937c7e-8192-7304-95b6-8495a6b7c8d9,42,application.move\r\n"
AUDIT_VERIFICATION: dict[str, Any] = {
    "organization_id": "00000000-0000-7000-8000-000000000001",
    "intact": True,
    "events": 42,
    "anchored": 42,
    "fault": None,
    "sequence": None,
    "event_id": None,
    "detail": None,
}

"""Examples of jobs, tracking links and what comes in through public forms."""

from typing import Any

JOB_ID = "01937c7e-a1b2-7304-95b6-8495a6b7c8d9"
REQUISITION_ID = "01937c7e-3e4d-7a9f-8051-3f4051627384"
_PLACE: dict[str, Any] = {"country": "SE", "region": None, "city": "Malmö"}
QUESTION: dict[str, Any] = {
    "id": "permit",
    "kind": "yes_no",
    "label": "May you work in Sweden?",
    "help": None,
    "required": True,
    "options": [],
    "minimum": None,
    "maximum": None,
}
FORM_QUESTION: dict[str, Any] = {
    **QUESTION,
    "knock_out": {"yes": True, "options": None, "minimum": None, "maximum": None},
}
JOB_SUMMARY: dict[str, Any] = {
    "id": JOB_ID,
    "requisition_id": REQUISITION_ID,
    "title": "Backend developer",
    "language": "en",
    "status": "published",
    "department": "Engineering",
    "employment_type": "full_time",
    "places": [_PLACE],
    "remote": "hybrid",
    "publish_at": None,
    "expire_at": "2027-01-31T23:00:00Z",
    "published_at": "2026-11-21T09:00:00Z",
    "created_at": "2026-11-20T15:00:00Z",
    "updated_at": "2026-11-21T09:00:00Z",
    "deleted_at": None,
}
JOB: dict[str, Any] = {
    **JOB_SUMMARY,
    "description": "We build **tools** for warehouses.",
    "remote_countries": ["SE"],
    "pay_min": "48000",
    "pay_max": "60000",
    "pay_currency": "SEK",
    "pay_period": "month",
    "pay_shown": True,
    "screening": True,
    "screening_notice": "A program compares your application with the requirements of this job. A person decides.",
    "form": [FORM_QUESTION],
    "public": True,
    "url": f"https://hire.example.com/jobs/{JOB_ID}",
}
JOB_CHECK: dict[str, Any] = {
    "publishable": False,
    "findings": [
        {
            "code": "pay_range_missing",
            "blocking": True,
            "field": "terms.pay_min",
            "detail": "The posting has no range of pay. Give pay_min, pay_max, pay_currency and pay_period.",
            "source": "Directive (EU) 2023/970, Article 5",
        }
    ],
}
JOB_CREATE: dict[str, Any] = {
    "requisition_id": REQUISITION_ID,
    "title": "Backend developer",
    "language": "en",
    "terms": {
        "places": [_PLACE],
        "remote": "hybrid",
        "remote_countries": ["SE"],
        "employment_type": "full_time",
        "pay_min": "48000",
        "pay_max": "60000",
        "pay_currency": "SEK",
        "pay_period": "month",
    },
    "form": [FORM_QUESTION],
}
TRACKING_LINK: dict[str, Any] = {
    "id": "01937c7e-b2c3-7415-a6c7-95a6b7c8d9ea",
    "job_id": JOB_ID,
    "source_id": "01937c7e-c3d4-7526-b7d8-a6b7c8d9eafb",
    "code": "k7Qm2xTa",
    "name": "Newsletter of November",
    "clicks": 12,
    "url": "https://hire.example.com/t/k7Qm2xTa",
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:00Z",
    "deleted_at": None,
}
PUBLIC_CARD: dict[str, Any] = {
    "id": JOB_ID,
    "organization": {"slug": "northwind-data", "name": "Northwind Data"},
    "title": "Backend developer",
    "language": "en",
    "department": "Engineering",
    "employment_type": "full_time",
    "places": [_PLACE],
    "remote": "hybrid",
    "remote_countries": ["SE"],
    "pay": {"min": 48000, "max": 60000, "currency": "SEK", "period": "month"},
    "published_at": "2026-11-21T09:00:00Z",
    "expires_at": "2027-01-31T23:00:00Z",
    "url": f"https://hire.example.com/jobs/{JOB_ID}",
}
JSON_LD: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Backend developer",
    "description": "<p>We build <strong>tools</strong> for warehouses.</p>",
    "datePosted": "2026-11-21T09:00:00Z",
    "hiringOrganization": {"@type": "Organization", "name": "Northwind Data"},
    "identifier": {"@type": "PropertyValue", "name": "Northwind Data", "value": JOB_ID},
    "directApply": True,
    "url": f"https://hire.example.com/jobs/{JOB_ID}",
}
PUBLIC_JOB: dict[str, Any] = {
    **PUBLIC_CARD,
    "description": "We build **tools** for warehouses.",
    "description_html": "<p>We build <strong>tools</strong> for warehouses.</p>",
    "screening": {"notice": "A program compares your application with the requirements of this job."},
    "form": [QUESTION],
    "apply_url": f"https://hire.example.com/api/v1/public/jobs/{JOB_ID}/applications",
    "json_ld": JSON_LD,
}
CHALLENGE: dict[str, Any] = {
    "challenge": "1.01937c7ea1b2730495b68495a6b7c8d9.q83vEjRWeJCrze8SNFZ4kA.1763719200.14.5c0b2f",
    "difficulty": 14,
    "algorithm": "sha256",
    "expires_at": "2026-11-21T10:00:00Z",
}
PUBLIC_APPLICATION: dict[str, Any] = {
    "challenge": CHALLENGE["challenge"],
    "solution": "8812",
    "name": "Mara Lindqvist",
    "email": "mara.lindqvist@example.org",
    "phone": "+46 70 123 45 67",
    "answers": {"permit": True},
    "json_resume": {"basics": {"name": "Mara Lindqvist"}, "work": [{"name": "Northwind", "position": "Developer"}]},
    "source": "k7Qm2xTa",
    "do_not_screen": False,
}
RECEIVED: dict[str, Any] = {"detail": "Your application was received."}
ANSWERS: dict[str, Any] = {
    "submissions": [
        {
            "id": "01937c7e-d4e5-7637-a8e9-b7c8d9eafb0c",
            "job_id": JOB_ID,
            "submitted_at": "2026-11-21T09:05:00Z",
            "flagged": False,
            "answers": [
                {
                    "question_id": "permit",
                    "kind": "yes_no",
                    "label": "May you work in Sweden?",
                    "value": True,
                    "file": None,
                    "flagged": False,
                }
            ],
        }
    ]
}

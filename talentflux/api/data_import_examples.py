"""Examples of imports and exports for the API's description."""

from typing import Any, Final

_ID: Final = "01937c7e-5b1c-7a2f-9c55-3f1d0c6b8a77"
_COUNTS: Final = {"create": 2, "update": 0, "duplicate": 0, "error": 1}

IMPORT_SUMMARY: Final[dict[str, Any]] = {
    "id": _ID,
    "kind": "candidates",
    "status": "checked",
    "requisition_id": None,
    "total": 3,
    "processed": 3,
    "percentage": 100.0,
    "counts": _COUNTS,
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:02Z",
    "expires_at": "2026-11-28T09:00:00Z",
}
IMPORT: Final[dict[str, Any]] = IMPORT_SUMMARY | {
    "file_name": "candidates.csv",
    "encoding": "windows-1252",
    "delimiter": ";",
    "columns": [
        {"index": 0, "name": "Name", "field": "name", "sample": ["Mara Lindqvist", "Jörg Weiß"]},
        {"index": 1, "name": "E-Mail", "field": "email", "sample": ["mara@example.org", "joerg@example.org"]},
    ],
    "options": {"update_existing": True, "tags": []},
    "fields": ["name", "first_name", "last_name", "email", "phone", "location", "headline", "external_id", "tags"],
    "problems": [
        {
            "row": 3,
            "verdict": "error",
            "id": None,
            "problems": [
                {
                    "field": "email",
                    "detail": "is no e-mail address. Write it as name@example.org, or leave the cell empty.",
                }
            ],
        }
    ],
    "failure": None,
}
REPORT: Final = "row,verdict,id,field,problem,Name,E-Mail\r\n1,create,01937c7e-…,,,Mara Lindqvist,mara@example.org\r\n"
EXPORT: Final[dict[str, Any]] = {
    "id": _ID,
    "kind": "archive",
    "status": "succeeded",
    "processed": 812,
    "total": 812,
    "percentage": 100.0,
    "size": 4_194_304,
    "failure": None,
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:09Z",
    "expires_at": "2026-11-22T09:00:00Z",
}

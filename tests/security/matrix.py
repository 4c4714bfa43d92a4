"""Who may call what: written down a second time, by hand, so that a guard that changes is noticed.

An operation that is not here fails `test_route_matrix.py`.
"""

from typing import Final

OWNER: Final = frozenset({"owner"})
ADMINS: Final = OWNER | {"admin"}
RECRUITERS: Final = ADMINS | {"recruiter"}
MANAGERS: Final = RECRUITERS | {"hiring_manager"}
READERS: Final = MANAGERS | {"viewer"}
MEMBERS: Final = READERS | {"interviewer"}

PUBLIC: Final = frozenset({"public"})
OWN: Final = frozenset({"own"})

ALLOWED: Final[dict[str, frozenset[str]]] = {
    # candidates
    "list_candidates": MEMBERS,
    "get_candidate": MEMBERS,
    "update_candidate": RECRUITERS,
    "delete_candidate": RECRUITERS,
    "restore_candidate": RECRUITERS,
    # resumes
    "upload_resumes": RECRUITERS,
    "list_resumes": READERS,
    "get_resume": READERS,
    "download_resume": READERS,
    "export_resume": READERS,
    # requisitions, rankings, reports
    "create_requisition": MANAGERS,
    "create_requisition_from_file": MANAGERS,
    "list_requisitions": MEMBERS,
    "get_requisition": MEMBERS,
    "edit_requirements": RECRUITERS,
    "delete_requisition": RECRUITERS,
    "restore_requisition": RECRUITERS,
    "match_requisition": RECRUITERS,
    "list_matches": MEMBERS,
    "get_match": MEMBERS,
    "get_shortlist": MEMBERS,
    # applications, tasks, skills
    "list_applications": MEMBERS,
    "get_application": MEMBERS,
    "update_application": RECRUITERS,
    "get_task": MEMBERS,
    "search_skills": MEMBERS,
    # tenants
    "get_current_organization": MEMBERS,
    "list_emails": RECRUITERS,
    "get_email": RECRUITERS,
    "resend_email": RECRUITERS,
    # second factors and single sign-on
    "get_second_factor": OWN,
    "start_second_factor": OWN,
    "confirm_second_factor": OWN,
    "remove_second_factor": OWN,
    "renew_recovery_codes": OWN,
    "list_identity_providers": ADMINS,
    "create_identity_provider": ADMINS,
    "get_identity_provider": ADMINS,
    "update_identity_provider": ADMINS,
    "delete_identity_provider": ADMINS,
    "verify_identity_provider_domains": ADMINS,
    "begin_sign_on": PUBLIC,
    "finish_sign_on": PUBLIC,
    # for machines
    "get_health": PUBLIC,
    "get_readiness": PUBLIC,
    "get_metrics": PUBLIC,
    # pages
    "GET /": MEMBERS,
    "GET /requisitions/{requisition_id}/shortlist": MEMBERS,
    "GET /guides": PUBLIC,
    "GET /guides/{path:path}": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /outbox": PUBLIC,
}
"""By operation id, or by method and path for pages."""

PARAMETERS: Final[dict[str, str]] = {
    "path": "path",
}
"""Parameters in paths that are no ids, with a value. `<table>_id` needs no entry."""

TABLES: Final[dict[str, str]] = {
    "user": "user_account",
    "session": "user_session",
}
"""Tables whose name is not that of the parameter without `_id`."""

UNGUARDED: Final[dict[str, str]] = {"/openapi.json": "the description of the API; made by FastAPI, the same for all"}
"""Routes that can declare nothing, with the reason."""

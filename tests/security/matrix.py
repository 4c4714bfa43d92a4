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
    "download_resume": MANAGERS,
    "export_resume": MANAGERS,
    # requisitions, rankings, reports
    "create_requisition": MANAGERS,
    "create_requisition_from_file": MANAGERS,
    "list_requisitions": MEMBERS,
    "get_requisition": MEMBERS,
    "update_requisition": RECRUITERS,
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
    "create_organization": OWN,
    "update_current_organization": ADMINS,
    "delete_current_organization": OWNER,
    "transfer_current_organization": OWNER,
    "create_workspace": ADMINS,
    "list_workspaces": MEMBERS,
    "get_workspace": MEMBERS,
    "update_workspace": ADMINS,
    "delete_workspace": ADMINS,
    "restore_workspace": ADMINS,
    "list_workspace_members": MEMBERS,
    "add_workspace_member": ADMINS,
    "remove_workspace_member": ADMINS,
    "list_members": MEMBERS,
    "get_member": MEMBERS,
    "leave_organization": MEMBERS,
    "update_member": ADMINS,
    "deactivate_member": ADMINS,
    "reactivate_member": ADMINS,
    "remove_member": ADMINS,
    "create_invitation": ADMINS,
    "list_invitations": ADMINS,
    "get_invitation": ADMINS,
    "resend_invitation": ADMINS,
    "revoke_invitation": ADMINS,
    "preview_invitation": PUBLIC,
    "accept_invitation": OWN,
    "get_hiring_team": MEMBERS,
    "put_hiring_team_member": RECRUITERS,
    "remove_hiring_team_member": RECRUITERS,
    "create_api_key": ADMINS,
    "list_api_keys": ADMINS,
    "get_api_key": ADMINS,
    "update_api_key": ADMINS,
    "revoke_api_key": ADMINS,
    "create_personal_api_key": MEMBERS,
    "list_personal_api_keys": MEMBERS,
    "get_personal_api_key": MEMBERS,
    "update_personal_api_key": MEMBERS,
    "revoke_personal_api_key": MEMBERS,
    "list_emails": RECRUITERS,
    "get_email": RECRUITERS,
    "resend_email": RECRUITERS,
    # the screening of applications
    "list_screenings": MEMBERS,
    "get_application_screening": MEMBERS,
    "screen_application": RECRUITERS,
    "screen_requisition": RECRUITERS,
    "assess_application": RECRUITERS,
    # imports and exports
    "create_import": RECRUITERS,
    "list_imports": RECRUITERS,
    "get_import": RECRUITERS,
    "update_import": RECRUITERS,
    "check_import": RECRUITERS,
    "run_import": RECRUITERS,
    "download_import_report": RECRUITERS,
    # events and webhooks
    "list_events": ADMINS,
    "get_event": ADMINS,
    "create_webhook": ADMINS,
    "list_webhooks": ADMINS,
    "get_webhook": ADMINS,
    "update_webhook": ADMINS,
    "delete_webhook": ADMINS,
    "restore_webhook": ADMINS,
    "rotate_webhook_secret": ADMINS,
    "ping_webhook": ADMINS,
    "replay_webhook": ADMINS,
    "list_webhook_deliveries": ADMINS,
    "get_webhook_delivery": ADMINS,
    "replay_webhook_delivery": ADMINS,
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
    # audit log
    "list_audit_events": OWNER,
    "export_audit_events": OWNER,
    "verify_audit_events": OWNER,
    "get_audit_event": OWNER,
    # accounts
    "register_account": PUBLIC,
    "verify_email": PUBLIC,
    "resend_verification": PUBLIC,
    "log_in": PUBLIC,
    "refresh_tokens": PUBLIC,
    "request_password_reset": PUBLIC,
    "reset_password": PUBLIC,
    "confirm_email_change": PUBLIC,
    "get_jwks": PUBLIC,
    "log_out": OWN,
    "log_out_everywhere": OWN,
    "prove_identity": OWN,
    "change_password": OWN,
    "get_me": OWN,
    "update_me": OWN,
    "delete_me": OWN,
    "request_email_change": OWN,
    "list_my_sessions": OWN,
    "end_my_session": OWN,
    "list_my_memberships": OWN,
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
    "GET /login": PUBLIC,
    "GET /register": PUBLIC,
    "GET /forgot-password": PUBLIC,
    "GET /reset-password": PUBLIC,
    "GET /verify-email": PUBLIC,
    "GET /change-email": PUBLIC,
    "GET /account": PUBLIC,
    "GET /sign-on": PUBLIC,
    "GET /invitation": PUBLIC,
    "GET /outbox": PUBLIC,
}
"""By operation id, or by method and path for pages."""

STEP_UP: Final = frozenset(
    {"delete_me", "request_email_change", "delete_current_organization", "transfer_current_organization",
     "delete_workspace", "update_member", "deactivate_member", "reactivate_member", "remove_member",
     "leave_organization", "create_api_key", "revoke_api_key", "create_personal_api_key", "revoke_personal_api_key",
     "export_audit_events", "start_second_factor", "remove_second_factor", "renew_recovery_codes",
     "create_identity_provider", "update_identity_provider", "delete_identity_provider",
     "verify_identity_provider_domains", "create_webhook", "update_webhook", "delete_webhook", "restore_webhook",
     "rotate_webhook_secret"}
)  # fmt: skip
"""Operations that ask for a recent proof of identity."""

PARAMETERS: Final[dict[str, str]] = {
    "path": "path",
}
"""Parameters in paths that are no ids, with a value. `<table>_id` needs no entry."""

TABLES: Final[dict[str, str]] = {
    "email": "email_message",
    "user": "user_account",
    "session": "user_session",
    "resource": "candidate",
    "webhook": "webhook_endpoint",
    "delivery": "webhook_delivery",
}
"""Tables whose name is not that of the parameter without `_id`."""

UNGUARDED: Final[dict[str, str]] = {"/openapi.json": "the description of the API; made by FastAPI, the same for all"}
"""Routes that can declare nothing, with the reason."""

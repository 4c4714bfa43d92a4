"""What stands in paths: the values of parameters that are no ids, and whose ids the others are."""

from typing import Final

PARAMETERS: Final[dict[str, str]] = {
    "path": "path",
    "version": "1",
    "external_id": "HC-1",
    "slug": "nobody",
    "code": "nothing",
}
"""Parameters in paths that are no ids, with a value. `<table>_id` needs no entry."""

TABLES: Final[dict[str, str]] = {
    "email": "email_message",
    "user": "user_account",
    "assignee": "user_account",
    "stage": "pipeline_stage",
    "after": "application",
    "before": "application",
    "automation": "stage_automation",
    "session": "user_session",
    "team_member": "user_account",
    "stand_in": "user_account",
    "step": "approval_step",
    "other": "candidate",
    "resource": "candidate",
    "webhook": "webhook_endpoint",
    "delivery": "webhook_delivery",
}
"""Tables whose name is not that of the parameter without `_id`."""

"""What tests of pipelines and applications share: people who applied, and steps with them."""

import email
import email.policy
from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from sqlalchemy import select

from talentflux.core.database import Scope
from talentflux.core.mailer import outbox_folder
from talentflux.dependencies import Resources
from talentflux.models import EmailMessage
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import requisition


async def candidate(client: httpx.AsyncClient, name: str = "Mara Lindqvist", email: str | None = None) -> str:
    """Enter a candidate and return their id."""
    body = {"name": name, "email": email or f"{name.split(maxsplit=1)[0].lower()}@example.org"}
    answer = await client.post("/api/v1/candidates", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def applied(
    client: httpx.AsyncClient, requisition_id: str | None = None, name: str = "Mara Lindqvist", **more: Any
) -> dict[str, Any]:
    """Let somebody new apply and return the application."""
    requisition_id = requisition_id or (await requisition(client))["id"]
    email = more.pop("email", None)
    body = {"requisition_id": requisition_id, "candidate_id": await candidate(client, name, email), **more}
    answer = await client.post("/api/v1/applications", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def stages(client: httpx.AsyncClient, requisition_id: str) -> dict[str, str]:
    """Return the stages of a requisition: ids by kind."""
    answer = await client.get(f"/api/v1/requisitions/{requisition_id}/pipeline")
    assert answer.status_code == 200, answer.text
    return {stage["kind"]: stage["id"] for stage in reversed(answer.json()["stages"])}


async def change(client: httpx.AsyncClient, application_id: str, **fields: Any) -> httpx.Response:
    """Change an application, whatever it is by now."""
    path = f"/api/v1/applications/{application_id}"
    return await client.patch(path, json=fields, headers={"If-Match": "*"})


async def step(client: httpx.AsyncClient, application_id: str, verb: str, body: Any = None) -> httpx.Response:
    """Reject, reopen, withdraw or transfer an application."""
    return await client.post(f"/api/v1/applications/{application_id}/{verb}", json=body)


async def board(client: httpx.AsyncClient, requisition_id: str) -> dict[str, list[str]]:
    """Return the ids of the cards of each column, by kind."""
    answer = await client.get(f"/api/v1/requisitions/{requisition_id}/board")
    assert answer.status_code == 200, answer.text
    return {column["kind"]: [card["id"] for card in column["cards"]] for column in answer.json()["columns"]}


async def letters(app: FastAPI) -> list[tuple[str, str, str]]:
    """Return template, address and text of what the organization wrote, sent or not; the oldest first."""
    resources: Resources = app.state.resources
    async with resources.database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        keys = await organization_keys(session)
        found = []
        for row in await session.scalars(select(EmailMessage).order_by(EmailMessage.id)):
            address = keys.decrypt(row.recipient, f"email_message.recipient:{row.id}").decode()
            if row.content is not None:
                text = orjson.loads(keys.decrypt(row.content, f"email_message.content:{row.id}"))["text"]
            else:
                data = (outbox_folder(resources.settings) / f"{row.id.hex}.eml").read_bytes()
                part = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
                text = part.get_content() if part else ""
            found.append((row.template, address, text.replace("\r\n", "\n")))
    return found

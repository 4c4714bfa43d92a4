"""An organization with people of several roles, and what they send."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI
from sqlalchemy import select, text

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.models import EmailMessage
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id
from tests.factories.people import Person, add_organization, add_person


@dataclass
class Tenant:
    """An organization of a test.

    Attributes:
        app: The application.
        organization_id: Which.
    """

    app: FastAPI
    organization_id: UUID

    @property
    def resources(self) -> Resources:
        """What the application keeps open."""
        resources: Resources = self.app.state.resources
        return resources

    async def person(self, role: Role | str | None = Role.OWNER, **given: Any) -> Person:
        """Make a member of this organization; a person without one where the role is None."""
        organization = self.organization_id if role is not None else None
        found = None if role is None else Role(role)
        return await add_person(self.resources.database, self.resources.tokens, organization, found, **given)

    async def call(
        self,
        who: Person | str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        match: str | None = "*",
        **more: Any,
    ) -> httpx.Response:
        """Send a request as a person, with an API key, or as nobody."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers |= {"Authorization": f"Bearer {who}"} if isinstance(who, str) else who.headers
        if match is not None and method in {"PATCH", "PUT", "DELETE"}:
            headers["If-Match"] = match
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
            return await client.request(method, f"/api/v1{path}", json=body, **more)

    async def letters(self) -> list[tuple[str, str, str]]:
        """Return template, address and text of the organization's e-mails, the oldest first."""
        async with self.resources.database.read_session(Scope(self.organization_id)) as session:
            keys = await organization_keys(session)
            found = []
            for row in await session.scalars(select(EmailMessage).order_by(EmailMessage.id)):
                assert row.content is not None
                address = keys.decrypt(row.recipient, f"email_message.recipient:{row.id}").decode()
                text = orjson.loads(keys.decrypt(row.content, f"email_message.content:{row.id}"))["text"]
                found.append((row.template, address, text))
        return found

    async def requisition(self, who: Person, title: str = "Backend developer") -> str:
        """Make a requisition and return its id."""
        body = {"title": title, "description": "Required:\n- PostgreSQL"}
        answer = await self.call(who, "POST", "/requisitions", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


async def add_tenant(app: FastAPI, name: str = "Northwind") -> Tenant:
    """Make an organization without members."""
    resources: Resources = app.state.resources
    return Tenant(app, await add_organization(resources.database, name))


async def actions(database: Database, organization_id: UUID) -> list[str]:
    """Return the actions in an organization's audit log, in order."""
    async with database.read_session(Scope(organization_id)) as session:
        return list(await session.scalars(text("select action from audit_event order by sequence")))


def unknown() -> str:
    """Return an id that nobody has."""
    return str(new_id())

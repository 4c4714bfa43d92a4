"""The organization of the caller."""

from uuid import UUID

import httpx

from talentflux.schemas.organization import OrganizationRead


async def test_returns_the_local_organization(client: httpx.AsyncClient, foreign: dict[str, UUID]) -> None:
    answer = await client.get("/api/v1/organizations/current")
    assert OrganizationRead.model_validate_json(answer.content).slug == "local"

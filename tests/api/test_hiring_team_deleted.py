"""A part in the hiring team of a requisition that was deleted: worth nothing until it is restored."""

import httpx
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from tests.api.conftest import Work
from tests.api.support import imported, requisition, resume_text
from tests.factories.people import Person, add_person

ANY = {"If-Match": "*"}


async def test_a_deleted_requisition_shows_its_team_nobody(
    app: FastAPI, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, owner: Person, work: Work
) -> None:
    resources: Resources = app.state.resources
    path = f"/api/v1/requisitions/{(await requisition(client))['id']}"
    await imported(client, work, {"a.txt": resume_text("Ada Quiet", "ada@example.org")}, path.rpartition("/")[2])
    applied = (await client.get("/api/v1/applications")).json()["items"][0]
    interviewer = await add_person(resources.database, resources.tokens, owner.organization_id, Role.INTERVIEWER)
    part = {"role": "hiring_manager"}
    assert (await client.put(f"{path}/team/{interviewer.user_id}", json=part)).status_code == 204
    person = f"/api/v1/candidates/{applied['candidate_id']}"
    pages = [path, f"{path}/matches", f"{path}/team", f"/api/v1/applications/{applied['id']}", person]

    async def seen() -> list[int]:
        return [(await anonymous.get(page, headers=interviewer.headers)).status_code for page in pages]

    assert await seen() == [200] * len(pages)
    assert (await client.delete(path, headers=ANY)).status_code == 204
    assert await seen() == [404] * len(pages)
    for page in ("candidates", "resumes", "applications", "requisitions"):
        answer = await anonymous.get(f"/api/v1/{page}", headers=interviewer.headers)
        assert answer.status_code == 403 or answer.json()["items"] == []
    move = {"stage": "hired"}
    answer = await anonymous.patch(pages[3], json=move, headers=interviewer.headers | ANY)
    assert answer.status_code in {403, 404}
    restored = await client.post(f"{path}/restore", headers=ANY)
    assert restored.status_code == 200, restored.text
    assert await seen() == [200] * len(pages)

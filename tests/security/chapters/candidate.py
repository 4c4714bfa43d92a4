"""Candidates entered by hand, asked not to be written to, found again; sources, referrals, saved searches."""

from typing import Any

import httpx

from tests.api.conftest import Work
from tests.api.support import imported, resume_text

_PERSONAL = "Corrected Canary"


async def play(_story: Any, send: httpx.AsyncClient, work: Work) -> None:
    """Call every operation that changes candidates, sources, referrals and saved searches."""
    source = (await send.post("/api/v1/sources", json={"name": "Nordic Talent", "kind": "agency"})).json()
    await send.patch(f"/api/v1/sources/{source['id']}", json={"name": "Nordic Talent AB"})
    given = {"name": _PERSONAL, "email": "chapter.canary@example.org", "source_id": source["id"]}
    candidate = (await send.post("/api/v1/candidates", json=given)).json()
    path = f"/api/v1/candidates/{candidate['id']}"
    await send.put(f"{path}/contact", json={"do_not_contact": True, "reason": f"{_PERSONAL} asked so"})
    await imported(send, work, {"chapter.txt": resume_text(_PERSONAL, "chapter.canary@example.org")})
    resume = (await send.get(path)).json()["resumes"][0]
    await send.put(f"{path}/current-resume", json={"resume_id": resume["id"]})
    referral = (await send.post("/api/v1/referrals", json={"candidate_id": candidate["id"], "note": _PERSONAL})).json()
    search = (await send.post("/api/v1/saved-searches", json={"name": _PERSONAL, "q": "python"})).json()
    await send.patch(f"/api/v1/referrals/{referral['id']}", json={"credit": 50})
    await send.patch(f"/api/v1/saved-searches/{search['id']}", json={"shared": True})
    for path in (f"/api/v1/referrals/{referral['id']}", f"/api/v1/saved-searches/{search['id']}"):
        await send.delete(path)
        await send.post(f"{path}/restore")
    await send.delete(f"/api/v1/sources/{source['id']}")
    await send.post(f"/api/v1/sources/{source['id']}/restore")

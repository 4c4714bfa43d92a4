"""What is kept about candidates: tags, pools, notes, attachments, links, custom fields, duplicates, merges."""

from typing import Any

import httpx

from tests.api.conftest import Work


async def _made(send: httpx.AsyncClient, path: str, **body: Any) -> Any:
    return (await send.post(f"/api/v1{path}", json=body)).json()


async def play(_story: object, send: httpx.AsyncClient, work: Work) -> None:
    """Call each of these operations that change something."""
    one = (await _made(send, "/candidates", name="Noa Twice", phone="+4687001122"))["id"]
    other = (await _made(send, "/candidates", name="Noa Twice", email="noa.twice@example.org"))["id"]
    third = (await _made(send, "/candidates", name="Noa Twice", headline="Somebody else"))["id"]
    path = f"/api/v1/candidates/{one}"
    await _tags(send, path, one)
    pool = (await _made(send, "/talent-pools", name="Nordics"))["id"]
    await send.patch(f"/api/v1/talent-pools/{pool}", json={"name": "Baltics"})
    await send.post(f"/api/v1/talent-pools/{pool}/candidates", json={"candidate_ids": [one]})
    await send.delete(f"/api/v1/talent-pools/{pool}/candidates/{one}")
    await send.delete(f"/api/v1/talent-pools/{pool}")
    await send.post(f"/api/v1/talent-pools/{pool}/restore")
    note = (await send.post(f"{path}/notes", json={"body": "Calls back on Monday."})).json()["id"]
    await send.patch(f"/api/v1/notes/{note}", json={"private": True})
    await send.delete(f"/api/v1/notes/{note}")
    file = {"file": ("certificate.pdf", b"%PDF-1.7")}
    kept = (await send.post("/api/v1/attachments", files=file, data={"candidate_id": one})).json()["id"]
    await send.delete(f"/api/v1/attachments/{kept}")
    link = (await send.post(f"{path}/links", json={"url": "https://github.com/example"})).json()["id"]
    await send.delete(f"{path}/links/{link}")
    field = (await _made(send, "/custom-fields", resource="candidate", slug="wish", name="Wish", type="text"))["id"]
    await send.patch(f"/api/v1/custom-fields/{field}", json={"name": "Wishes"})
    await send.put(f"{path}/custom-fields", json={"values": {"wish": "Four days"}})
    await work()
    pairs = (await send.get(f"/api/v1/candidates/{third}/duplicates")).json()["items"]
    await send.post(f"/api/v1/candidates/duplicates/{pairs[0]['id']}/dismiss")
    merge = (await send.post(f"{path}/merge", json={"other_id": other})).json()["id"]
    await send.post(f"/api/v1/candidates/merges/{merge}/undo")


async def _tags(send: httpx.AsyncClient, path: str, one: str) -> None:
    await send.put(f"{path}/tags", json={"names": ["New", "Newer"]})
    await send.post("/api/v1/candidates/tags", json={"candidate_ids": [one], "add": ["Newest"]})
    tags = {tag["name"]: tag["id"] for tag in (await send.get("/api/v1/tags")).json()["items"]}
    await send.patch(f"/api/v1/tags/{tags['New']}", json={"name": "Old"})
    await send.post(f"/api/v1/tags/{tags['New']}/merge", json={"other_id": tags["Newer"]})
    await send.delete(f"/api/v1/tags/{tags['Newest']}")

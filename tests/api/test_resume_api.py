"""Resumes over the API: upload, read, list."""

import httpx
from tests.api.conftest import Work

RESUME = b"""Mara Lindqvist
Backend developer
mara.lindqvist@example.org | +46 8 500 123 45

Experience
Backend developer, Northwind Data AB, 2018-03 - 2024-06
Built services in Python and PostgreSQL for 40 teams.

Skills
Python, PostgreSQL, Docker, Kubernetes
"""


async def test_uploads_reads_and_lists_a_resume(client: httpx.AsyncClient, work: Work) -> None:
    answer = await client.post("/api/v1/resumes", files=[("files", ("mara.txt", RESUME, "text/plain"))])
    assert answer.status_code == 202, answer.text
    accepted = answer.json()
    await work()
    task = (await client.get(f"/api/v1/tasks/{accepted['task']['id']}")).json()
    print(task)
    read = await client.get(f"/api/v1/resumes/{accepted['resumes'][0]['resume_id']}")
    print(read.text)
    listed = await client.get("/api/v1/resumes")
    print(listed.text)
    print((await client.get("/api/v1/candidates")).text)
    answer = await client.post(
        "/api/v1/requisitions",
        json={"description": "Backend developer\n\nRequired:\n- PostgreSQL\n- 3 years of Python\n- Kafka"},
    )
    print(answer.text)
    rid = answer.json()["id"]
    answer = await client.post(f"/api/v1/requisitions/{rid}/match")
    print(answer.text)
    await work()
    print((await client.get(f"/api/v1/requisitions/{rid}/matches")).text)
    print((await client.get(f"/api/v1/tasks/{answer.json()['id']}")).text)
    for p in [
        "/health",
        "/ready",
        "/metrics",
        "/api/v1/organizations/current",
        "/api/v1/skills?q=postg",
        "/openapi.json",
    ]:
        print((await client.get(p)).text[:1500])
    assert 0

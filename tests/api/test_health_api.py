"""What machines ask of the program."""

import httpx
import psycopg
from pydantic import SecretStr

from talentflux.core.api_keys import new_key
from talentflux.core.config import Settings
from talentflux.main import create_app
from tests.api.support import UNKNOWN


async def test_is_not_ready_when_the_schema_is_of_another_version(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("update alembic_version set version_num = '0001'")
    answer = await client.get("/ready")
    assert answer.status_code == 503
    assert "run the migrations" in answer.json()["checks"]["migrations"]
    assert (await client.get("/health")).status_code == 200


async def test_is_not_ready_without_a_database(settings: Settings) -> None:
    gone = settings.model_copy(update={"database_url": SecretStr("postgresql:///none?host=/nowhere")})
    transport = httpx.ASGITransport(app=create_app(gone))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        listed = await client.get("/api/v1/candidates", headers={"Authorization": f"Bearer {new_key().text}"})
        assert (listed.status_code, listed.json()["code"]) == (503, "dependency_unavailable")
        assert (await client.get("/health")).status_code == 200


async def test_health_and_readiness_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).json()["status"] == "ok"
    answer = await client.get("/ready")
    assert answer.status_code == 200
    checks = answer.json()["checks"]
    assert (checks["database"], checks["migrations"]) == ("ok", "ok")
    assert "no worker" in checks["queue"]


async def test_metrics_count_by_template_and_never_by_id(client: httpx.AsyncClient) -> None:
    await client.get(f"/api/v1/tasks/{UNKNOWN}")
    await client.get("/no/such/path")
    text = (await client.get("/metrics")).text
    assert 'talentflux_requests_total{method="GET",route="/api/v1/tasks/{task_id}",status="404"} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert UNKNOWN not in text
    assert 'talentflux_queue_jobs{state="todo"} 0.0' in text

"""What leaves this machine for a provider: masked texts, and nothing at all where masking fails."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings import get_embedder
from talentflux.core.config import Settings
from talentflux.core.crypto import Cipher
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.services.resume_import_service import WaitingFile, read_files
from tests.api.conftest import READERS, Work
from tests.api.support import imported, requisition
from tests.factories.openai_server import Endpoint, serving

PEOPLE = 40
MARK = "Zyqokavu"


@pytest.fixture
def provider() -> Iterator[Endpoint]:
    """A provider on loopback that keeps what it is asked."""
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def settings(settings: Settings, provider: Endpoint) -> Settings:
    """The settings of the application, with that provider as its embedder."""
    given = {"embedder": "openai:any@8", "openai_base_url": provider.url, "openai_api_key": SecretStr("unit")}
    return settings.model_copy(update=given)


def _resume(number: int) -> bytes:
    family = f"{MARK}{chr(97 + number % 26)}{chr(97 + number // 26)}"
    return f"""Rosalind {family}
Backend developer
rosalind.{family.lower()}@{family.lower()}.example | +49 30 707070{number:04}
Address: {family}strasse {number}, 10115 Berlin
https://www.linkedin.com/in/{family.lower()}

Experience
Backend developer, Northwind Data AB, 2018-03 - 2024-06
Built services in Python. {family}'s team won a prize; write to {family.lower()}@{family.lower()}.example.

Skills
Docker, Linux, PostgreSQL
""".encode()


def _contacts(requests: list[dict[str, object]]) -> list[str]:
    sent = json.dumps(requests, ensure_ascii=False).lower()
    return [sign for sign in (MARK.lower(), "707070", "@", "linkedin.com") if sign in sent]


async def test_no_contact_is_in_any_request_to_the_provider(
    client: httpx.AsyncClient, work: Work, provider: Endpoint
) -> None:
    asked = await requisition(client)
    files = {f"{MARK}-{number}.txt": _resume(number) for number in range(PEOPLE)}
    task = await imported(client, work, files)
    assert task["status"] == "succeeded"
    await client.post(f"/api/v1/requisitions/{asked['id']}/match", json={})
    await work()
    texts = [text for request in provider.requests for text in request["input"]]
    assert len([text for text in texts if "Northwind" in text]) >= PEOPLE
    assert _contacts(provider.requests) == []


@pytest.fixture
def failing() -> Iterator[ReaderPool[bytes]]:
    with ReaderPool(1, "tests.factories.unmaskable:analyse_file", READERS[1], READERS[2] * 2**20) as pool:
        yield pool


def test_nothing_is_sent_where_masking_fails(failing: ReaderPool[bytes], provider: Endpoint, tmp_path: Path) -> None:
    embedder = get_embedder("openai:any@8", api_key="unit", base_url=provider.url)
    file = WaitingFile(LOCAL_ORGANIZATION_ID, "a.txt", "", Cipher(bytes(32), LOCAL_ORGANIZATION_ID))
    (read,) = read_files(failing, embedder, [file], lambda _: _resume(1))
    assert read.analysed is None
    assert read.error is not None
    assert read.vector is None
    assert MARK not in read.error.detail
    assert provider.requests == []

"""The reference of the API says what the API's description says."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from talentflux.api.reference import pages

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_the_one_of_the_present_description(generator: ModuleType) -> None:
    made: dict[str, str] = generator.reference()
    stored = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "reference" / "api").glob("*.md")}
    assert stored.keys() == made.keys(), "run `python docs/generate.py`"
    for name, text in made.items():
        assert stored[name] == text, f"{name} is not up to date: run `python docs/generate.py`"


def test_every_operation_is_on_a_page(generator: ModuleType) -> None:
    app = generator.create_app(
        generator.Settings(database_url="postgresql://localhost/none", master_key="A" * 43 + "=", _env_file=None)
    )
    document = app.openapi()
    described = {tag["name"] for tag in document["tags"]}
    shown = {operation["tags"][-1] for methods in document["paths"].values() for operation in methods.values()}
    assert shown == described


def _document() -> dict[str, Any]:
    answer = {
        "description": "Done",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Page_Thing_"}, "example": {"items": []}}
        },
    }
    operation = {
        "summary": "List things",
        "description": "List them | all.",
        "operationId": "list_things",
        "tags": ["old", "things"],
        "security": [{"accessToken": []}, {"session": [], "csrf": []}],
        "parameters": [
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 50}},
            {"name": "kind", "in": "query", "required": True, "schema": {"$ref": "#/components/schemas/Kind"}},
        ],
        "responses": {"200": answer},
    }
    return {
        "tags": [{"name": "things", "description": "What there is."}, {"name": "empty", "description": "None."}],
        "paths": {"/things": {"get": operation}},
        "components": {
            "schemas": {
                "Kind": {"type": "string", "enum": ["a", "b"]},
                "Page_Thing_": {
                    "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}},
                    "required": ["items"],
                },
                "Thing": {"description": "A thing.", "properties": {"parent": {"$ref": "#/components/schemas/Thing"}}},
            },
            "securitySchemes": {"csrf": {"in": "header", "name": "X-CSRF-Token", "description": "Proof."}},
        },
    }


def test_a_page_has_parameters_answers_types_and_a_command() -> None:
    made = pages(_document())
    assert made.keys() == {"README.md", "things.md"}
    page = made["things.md"]
    for part in (
        "`GET /things` · `list_things`",
        "Log-in: `accessToken` or `session` with `csrf`",
        "| `limit` | query | integer (at least 1, otherwise `50`) |",
        "| `kind` | query | [Kind](#kind) | Required. |",
        "[Page of Thing](#page_thing_)",
        "`a`, `b`",
        "| `items` | list of [Thing](#thing) | Required. |",
        'curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8000/things',
    ):
        assert part in page, part
    assert page.count("A thing.") == 1, "a type that names itself is written once"
    assert "[things](things.md)" in made["README.md"]

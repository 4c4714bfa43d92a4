"""The guide to the API names operations, codes and settings that exist."""

import re
from pathlib import Path

from fastapi import FastAPI

from talentflux.core.config import Settings

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "api.md").read_text(encoding="utf-8")


def test_every_operation_of_the_guide_exists(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/api/v1/[^`\s]+)`", GUIDE)
    assert len(named) > 8
    for method, path in named:
        assert method.lower() in paths.get(path, {}), (method, path)


def test_every_address_of_the_guide_is_served(app: FastAPI) -> None:
    known = [re.sub(r"\{\w+\}", "[^/]+", path) for path in app.openapi()["paths"]] + ["/docs"]
    for path in re.findall(r"http://127\.0\.0\.1:8000(/[^\s'?`]*)", GUIDE):
        assert any(re.fullmatch(pattern, path) for pattern in known), path


def test_every_setting_of_the_guide_exists() -> None:
    for name in re.findall(r"TALENTFLUX_(\w+)", GUIDE):
        assert name.lower() in Settings.model_fields

"""Settings and their documentation say the same."""

from pathlib import Path

from talentflux.core.config import Settings

ROOT = Path(__file__).parents[2]


def documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_every_setting_stands_in_the_example_and_nothing_else_does() -> None:
    prefix = Settings.model_config["env_prefix"]
    assert set(documented()) == {f"{prefix}{name}".upper() for name in Settings.model_fields}


def test_the_example_shows_the_defaults() -> None:
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else getattr(field.default, "value", field.default)
        shown = documented()[f"TALENTFLUX_{name}".upper()]
        assert str(default).removesuffix(".0").lower() == shown.lower(), name


def test_every_setting_has_a_description() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_an_empty_variable_means_the_default(monkeypatch) -> None:
    monkeypatch.setenv("TALENTFLUX_PORT", "")
    monkeypatch.setenv("TALENTFLUX_DATABASE_URL", "")
    settings = Settings(_env_file=None)
    assert settings.port == 8000
    assert settings.database_url is None

"""Settings that are refused at the start."""

import secrets
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.setting_checks import check_settings, is_placeholder
from talentflux.workers.process import check_host

GOOD_PASSWORD = "vN3w-kQ8zRt41xB"


def outside(**values: Any) -> Settings:
    given = {
        "environment": Environment.PRODUCTION,
        "public_url": "https://hire.example.org",
        "database_url": SecretStr(f"postgresql://app:{GOOD_PASSWORD}@db/talentflux"),
        **values,
    }
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metrics_token", "changeme"),
        ("metrics_token", "short-but-random-8f3a"),
        ("metrics_token", "x" * 40),
        ("metrics_token", "change-me-change-me-change-me-change-me"),
        ("smtp_password", "Password123"),
        ("openai_api_key", "your-secret-here"),
        ("database_url", "postgresql://talentflux_app:talentflux_app@db/talentflux"),
        ("database_url", "postgresql://app:postgres@db/talentflux"),
        ("database_url", "postgresql://app:k3Jd9%21@db/talentflux"),
        ("database_owner_url", "postgresql://owner:changeme1234@db/talentflux"),
        ("redis_url", "redis://:secret@redis:6379/0"),
    ],
)
def test_placeholder_or_short_secret_is_refused_by_name_and_never_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        check_settings(outside(**{name: SecretStr(value)}))
    assert f"TALENTFLUX_{name.upper()}" in str(raised.value)
    assert value not in str(raised.value)
    assert str(raised.value).count("\n-") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "http://hire.example.org"),
        ("public_url", "hire.example.org"),
        ("log_level", "DEBUG"),
        ("cors_origins", "https://app.example.org,http://app.example.org"),
        ("trusted_proxies", "0.0.0.0/0"),
        ("trusted_proxies", "10.0.0.0/8,::/0"),
    ],
)
def test_what_is_made_for_a_laptop_is_refused_outside_development(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"TALENTFLUX_{name.upper()}"):
        check_settings(outside(**{name: value}))
    check_settings(Settings(_env_file=None, **{name: value if name != "public_url" else "http://127.0.0.1:8000"}))


@pytest.mark.parametrize("environment", [Environment.DEVELOPMENT, Environment.PRODUCTION])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cors_origins", "*"),
        ("cors_origins", "https://*.example.org"),
        ("cors_origins", "https://app.example.org/path"),
        ("cors_origins", "app.example.org"),
        ("allowed_hosts", "*"),
        ("allowed_hosts", "https://hire.example.org"),
        ("trusted_proxies", "proxy.internal"),
        ("trusted_proxies", "10.0.0.0/99"),
    ],
)
def test_hosts_origins_and_proxies_that_cannot_be_read_are_refused_everywhere(
    environment: Environment, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"TALENTFLUX_{name.upper()}"):
        check_settings(outside(environment=environment, **{name: value}))


def test_all_complaints_come_at_once() -> None:
    settings = outside(public_url="http://x.example.org", log_level="DEBUG", metrics_token=SecretStr("changeme"))
    with pytest.raises(ConfigurationError) as raised:
        check_settings(settings)
    assert str(raised.value).count("\n-") == 3


def test_mail_password_is_not_sent_in_plain_text() -> None:
    settings = outside(smtp_user="mailer", smtp_tls="none", smtp_password=SecretStr(GOOD_PASSWORD))
    with pytest.raises(ConfigurationError, match="TALENTFLUX_SMTP_TLS"):
        check_settings(settings)


def test_good_settings_and_passwordless_urls_pass() -> None:
    check_settings(outside(metrics_token=SecretStr(secrets.token_urlsafe(32))))
    check_settings(outside(database_url=SecretStr("postgresql:///talentflux?host=/run/postgresql")))
    check_settings(outside(redis_url=SecretStr("redis://redis:6379/0"), trusted_proxies="10.1.0.0/16"))


def test_random_secrets_are_no_placeholders() -> None:
    assert not any(is_placeholder(secrets.token_urlsafe(16)) for _ in range(2000))


def test_development_takes_everything() -> None:
    check_settings(Settings(_env_file=None, metrics_token=SecretStr("x"), log_level="DEBUG"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "hire.example.org"])
def test_listening_beyond_this_machine_needs_production_and_names(host: str) -> None:
    for settings in (
        Settings(_env_file=None, host=host),
        Settings(_env_file=None, host=host, allowed_hosts="hire.example.org"),
        outside(host=host),
        outside(host=host, allowed_hosts=" "),
    ):
        with pytest.raises(ConfigurationError, match="TALENTFLUX_ALLOWED_HOSTS"):
            check_host(settings)
    check_host(outside(host=host, allowed_hosts="hire.example.org"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_is_always_allowed(host: str) -> None:
    check_host(Settings(_env_file=None, host=host))


@pytest.mark.parametrize("name", ["rate_limit_address", "rate_limit_login", "rate_limit_account", "rate_limit_key"])
def test_a_negative_limit_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, **{name: -1})

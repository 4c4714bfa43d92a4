"""The session's cookie, its CSRF token, and secrets that are sealed with secrets."""

import pytest

from talentflux.core.config import Environment, Settings
from talentflux.core.security.cookies import csrf_holds, csrf_token, session_cookie, session_cookie_name
from talentflux.core.security.one_time import new_secret, open_with, seal_with, secret_hash

PRODUCTION = Settings.model_construct(environment=Environment.PRODUCTION)
DEVELOPMENT = Settings.model_construct(environment=Environment.DEVELOPMENT)


@pytest.mark.parametrize("given", ["", "x", "\ud800", "0" * 64, csrf_token("another session")])
def test_csrf_token_of_no_or_another_session_does_not_hold(given: str) -> None:
    assert not csrf_holds("a session", given)


def test_csrf_token_of_the_session_holds_and_does_not_show_it() -> None:
    secret = new_secret()
    assert csrf_holds(secret, csrf_token(secret))
    assert secret not in csrf_token(secret)


def test_cookie_in_production_is_bound_to_host_and_tls() -> None:
    cookie = session_cookie(PRODUCTION, "secret", 60)
    assert cookie == {
        "key": "__Host-talentflux_session", "value": "secret", "max_age": 60, "path": "/",
        "httponly": True, "secure": True, "samesite": "lax",
    }  # fmt: skip


def test_cookie_in_development_works_without_tls() -> None:
    assert session_cookie_name(DEVELOPMENT) == "talentflux_session"
    assert not session_cookie(DEVELOPMENT, "secret", 60)["secure"]


def test_sealed_text_opens_with_its_secret_only() -> None:
    sealed = seal_with("one", "what follows")
    assert b"what follows" not in sealed
    assert open_with("one", sealed) == "what follows"
    with pytest.raises(ValueError, match="another secret"):
        open_with("two", sealed)


def test_secrets_are_long_and_differ() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(len(secret) == 43 for secret in secrets)
    assert len({secret_hash(secret) for secret in secrets}) == 1000

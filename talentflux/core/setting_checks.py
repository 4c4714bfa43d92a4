"""Settings that must not leave a laptop: placeholders, short secrets, links without https.

The master key is looked at where it is opened.
"""

import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.network import Network, listed

_SHORTEST_TOKEN: Final = 32
_SHORTEST_PASSWORD: Final = 12
_WORDS: Final = """
admin changeit changeme changethis default demo dummy example fixme foobar letmein master none null owner pass passwd
password placeholder postgres postgresql qwerty redis replaceme root sample secret talentflux test testing todo token
tokens topsecret user welcome
"""
_PLACEHOLDERS: Final = frozenset(_WORDS.split())
_PARTS: Final = (
    "changeme",
    "changethis",
    "placeholder",
    "replaceme",
    "example",
    "yourpassword",
    "yoursecret",
    "insert",
)
_RANDOM: Final = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'


def check_settings(settings: Settings) -> None:
    """Refuse to start outside development with what is made for a laptop.

    Args:
        settings: Of this process.

    Raises:
        ConfigurationError: Names every setting in question and what to do, never its value.
    """
    Network(settings)
    if settings.environment is Environment.DEVELOPMENT:
        return
    found = [*_secrets(settings), *_addresses(settings)]
    if settings.log_level == "DEBUG":
        found.append("TALENTFLUX_LOG_LEVEL=DEBUG lets libraries log what they handle; use INFO")
    if found:
        lines = "".join(f"\n- {each}." for each in found)
        raise ConfigurationError(f"Not with TALENTFLUX_ENVIRONMENT={settings.environment}:{lines}")


def is_placeholder(secret: str) -> bool:
    """Return whether a secret is a word that everybody would try.

    Args:
        secret: As set; upper and lower case, digits at its ends and signs between its letters do not count.
    """
    letters = "".join(character for character in secret.lower() if character.isalnum())
    bare = letters.strip("0123456789")
    return not bare or bare in _PLACEHOLDERS or len(set(letters)) < 4 or any(part in letters for part in _PARTS)


def _secrets(settings: Settings) -> Iterator[str]:
    if settings.metrics_token is not None:
        yield from _token("TALENTFLUX_METRICS_TOKEN", settings.metrics_token.get_secret_value())
    for name in ("smtp_password", "openai_api_key"):
        secret = getattr(settings, name)
        if secret is not None and is_placeholder(secret.get_secret_value()):
            yield f"TALENTFLUX_{name.upper()} is a placeholder; set the one that the service gave you"
    for name in ("database_url", "database_owner_url", "redis_url"):
        url = getattr(settings, name)
        if url is not None:
            yield from _url_password(f"TALENTFLUX_{name.upper()}", url.get_secret_value())


def _token(name: str, secret: str) -> Iterator[str]:
    if len(secret) < _SHORTEST_TOKEN or is_placeholder(secret):
        yield f"{name} is a placeholder or shorter than {_SHORTEST_TOKEN} characters; make one with {_RANDOM}"


def _url_password(name: str, url: str) -> Iterator[str]:
    """Complain of the password in a URL; without one the server knows the caller by other means."""
    try:
        parts = urlsplit(url)
        password, user = unquote(parts.password or ""), unquote(parts.username or "")
    except ValueError:
        return  # whoever opens it says what is wrong
    if password and (len(password) < _SHORTEST_PASSWORD or is_placeholder(password) or password == user):
        yield (
            f"The password in {name} is a placeholder or shorter than {_SHORTEST_PASSWORD} characters; give that role "
            f"another, made with {_RANDOM}"
        )


def _addresses(settings: Settings) -> Iterator[str]:
    public = urlsplit(settings.public_url)
    if public.scheme != "https" or not public.hostname:
        yield (
            "TALENTFLUX_PUBLIC_URL must begin with https://: links in e-mails carry secrets. Set it to where people "
            "reach this server"
        )
    if any(origin.startswith("http://") for origin in listed(settings.cors_origins)):
        yield "TALENTFLUX_CORS_ORIGINS names an origin without https, whose pages anybody on the way can write"
    if any(ipaddress.ip_network(each).prefixlen == 0 for each in listed(settings.trusted_proxies)):
        yield "TALENTFLUX_TRUSTED_PROXIES trusts everybody; name the networks of your proxies"
    if settings.smtp_user and settings.smtp_tls == "none":
        yield "TALENTFLUX_SMTP_TLS=none would send the password of the mail server in plain text; use starttls or tls"

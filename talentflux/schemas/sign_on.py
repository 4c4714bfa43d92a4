"""Single sign-on: identity providers of an organization, and logging in by them."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field, SecretStr, StringConstraints, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.user import PlainName

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"

Domain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=253, pattern=rf"^(?i:(?:{_LABEL}\.)+{_LABEL})$"),
]


def _distinct(domains: list[str]) -> list[str]:
    return list(dict.fromkeys(domains))


Domains = Annotated[
    list[Domain],
    Field(min_length=1, max_length=20, description="Of e-mail addresses. Each counts when it is verified."),
    AfterValidator(_distinct),
]
Issuer = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^https?://[^\s?#]+$"),
    Field(description="The provider's issuer, exactly as its discovery document has it."),
]
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
ClientSecret = Annotated[SecretStr, Field(min_length=1, max_length=500)]
ProvisionedRole = Literal["recruiter", "hiring_manager", "interviewer", "viewer"]


class IdentityProviderCreate(Schema):
    """An OpenID provider to log in by."""

    name: PlainName = Field(description="What people call it.")
    issuer: Issuer
    client_id: ClientId = Field(description="Given by the provider.")
    client_secret: ClientSecret | None = Field(default=None, description="Given by the provider; never shown again.")
    domains: Domains
    default_role: ProvisionedRole | None = Field(
        default=None, description="Role of people who come for the first time; null lets in members only."
    )
    enforced: bool = Field(
        default=False, description="Refuse passwords of members in verified domains; owners keep theirs."
    )


class IdentityProviderUpdate(Schema):
    """What may be changed. Fields that are left out stay."""

    name: PlainName | None = None
    issuer: Issuer | None = None
    client_id: ClientId | None = None
    client_secret: ClientSecret | None = Field(default=None, description="Null removes it: a public client.")
    domains: Domains | None = None
    default_role: ProvisionedRole | None = Field(default=None, description="Null lets in members only.")
    enforced: bool | None = None

    @model_validator(mode="after")
    def _not_emptied(self) -> Self:
        empty = {name for name in self.model_fields_set if getattr(self, name) is None}
        if wrong := sorted(empty - {"client_secret", "default_role"}):
            raise ValueError(f"{wrong[0]} cannot be null")
        return self


class DomainRead(Schema):
    """A domain and the text record that shows whose it is."""

    name: str
    verified: bool
    record_name: str = Field(description="Put a TXT record here …")
    record_value: str = Field(description="… with this value, then verify.")


class IdentityProviderRead(Schema):
    """An OpenID provider to log in by."""

    id: UUID
    name: str
    issuer: str
    client_id: str
    has_client_secret: bool
    domains: list[DomainRead]
    default_role: ProvisionedRole | None
    enforced: bool
    redirect_uri: str = Field(description="Register it with the provider.")
    created_at: datetime
    updated_at: datetime


class IdentityProviderList(Schema):
    """The organization's identity providers, the oldest first."""

    items: list[IdentityProviderRead]


class SignOnRequest(Schema):
    """Where to log in: an organization, or an address in a domain of one."""

    organization: str | None = Field(default=None, min_length=1, max_length=100, description="Its slug.")
    email: EmailStr | None = Field(default=None, description="Only its domain is looked at.")
    session: Literal["token", "browser"] = Field(
        default="browser", description="`browser` ends with a cookie and a page, `token` with tokens for a program."
    )
    next: str = Field(
        default="/",
        max_length=1000,
        # One slash only, and no backslash: browsers read `//` as the name of another server.
        pattern=r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$",
        description="The page of this server where a `browser` log-in ends: path and query.",
    )

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.organization is None and self.email is None:
            raise ValueError("give organization or email")
        return self


class SignOnStarted(Schema):
    """Where to send the browser; the answer's cookie must travel with it."""

    authorization_url: str
    expires_in: int = Field(description="Seconds until it must have come back.")

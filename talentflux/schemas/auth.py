"""Registering, logging in and what goes with it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, Field, SecretStr, StringConstraints

from talentflux.core.security.one_time import MAX_LENGTH as SECRET_MAX_LENGTH
from talentflux.core.security.passwords import MAX_LENGTH, MIN_LENGTH
from talentflux.schemas.base import Schema
from talentflux.schemas.user import PlainName

NewPassword = Annotated[
    SecretStr,
    Field(
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        description="Nothing is cut off. Passwords that would be guessed early are refused.",
    ),
]
Password = Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=SECRET_MAX_LENGTH)]
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=6, max_length=32, pattern=r"^[A-Za-z0-9 -]+$"),
    Field(description="Of the second factor, or a recovery code; needed where one is set up."),
]


class Registration(Schema):
    """A new account."""

    email: EmailStr = Field(description="It is sent a link that confirms it.")
    password: NewPassword
    name: PlainName = Field(description="Full name.")
    organization_name: PlainName | None = Field(
        default=None, description="Found this organization and own it; leave out to register as a job seeker."
    )


class EmailVerification(Schema):
    """What confirms an address: the link, and the password, so that nobody confirms an account that another opened."""

    token: Secret = Field(description="What follows `#token=` in the link.")
    password: Password = Field(description="That of the registration.")


class EmailAddress(Schema):
    """Where an e-mail is wanted."""

    email: EmailStr


class LinkSecret(Schema):
    """The secret of a link."""

    token: Secret = Field(description="What follows `#token=` in the link.")


class PasswordReset(Schema):
    """A new password, by the link of an e-mail."""

    token: Secret = Field(description="What follows `#token=` in the link.")
    password: NewPassword


class PasswordChange(Schema):
    """A new password, by the one that there is."""

    current_password: Password
    new_password: NewPassword


class LogIn(Schema):
    """Proof of who you are."""

    email: EmailStr
    password: Password
    code: Code | None = None
    session: Literal["token", "browser"] = Field(
        default="token", description="`token` answers with tokens for a program, `browser` sets a cookie."
    )


class Proof(Schema):
    """Proof, once more, of who you are."""

    password: Password | None = Field(default=None, description="Needed where the account has one.")
    code: Code | None = None


class Refresh(Schema):
    """What a new access token is asked for with."""

    refresh_token: Secret


class TokenPair(Schema):
    """Tokens of a log-in."""

    token_type: Literal["Bearer"] = Field(default="Bearer")
    access_token: str = Field(description="For `Authorization: Bearer`.")
    expires_in: int = Field(description="Seconds for which the access token is good.")
    refresh_token: str = Field(description="Good once: exchange it for the next pair.")
    refresh_expires_in: int = Field(description="Seconds for which the refresh token is good, unless exchanged.")
    session_id: UUID
    organization_id: UUID | None = Field(description="Where requests go without the header X-Organization-Id.")


class BrowserSession(Schema):
    """A log-in whose proof is a cookie."""

    csrf_token: str = Field(description="Send it as X-CSRF-Token with every POST, PUT, PATCH and DELETE.")
    expires_in: int = Field(description="Seconds for which the session lasts without use.")
    session_id: UUID
    organization_id: UUID | None = Field(description="Where requests go without the header X-Organization-Id.")


class Accepted(Schema):
    """The one answer to known and unknown addresses."""

    detail: str


class JsonWebKey(Schema):
    """A public key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class JsonWebKeySet(Schema):
    """The keys that verify access tokens."""

    keys: list[JsonWebKey]

"""The second factor of an account."""

from datetime import datetime

from pydantic import Field

from talentflux.schemas.base import Schema


class SecondFactorRead(Schema):
    """Whether a second factor is asked for."""

    enabled: bool
    confirmed_at: datetime | None = Field(description="Since when; null where it is not.")
    recovery_codes_left: int


class SecondFactorSetup(Schema):
    """What an authenticator app needs, shown once."""

    secret: str = Field(description="For typing: Base32.")
    uri: str = Field(description="`otpauth://` address, as apps read it.")
    qr_code: str = Field(description="The address as a picture: SVG in a `data:` address.")


class SecondFactorCode(Schema):
    """A code that the authenticator app shows."""

    code: str = Field(pattern=r"^[0-9]{3} ?[0-9]{3}$", description="Six digits.")


class RecoveryCodes(Schema):
    """Codes for when the authenticator app is lost, shown once."""

    codes: list[str] = Field(description="Each is good once, in the place of the app's code.")

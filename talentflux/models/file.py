"""An original as it was uploaded."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class File(TenantRow, Base):
    """Where the encrypted bytes of an upload lie in the file store.

    A file comes before its candidate is known, so it has a key of its own; all that was read from it lies under it too.

    Attributes:
        wrapped_key: The file's key.
        meta: Name and SHA-256 of the original as encrypted JSON.
    """

    __tablename__ = "file"

    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str]
    wrapped_key: Mapped[bytes | None]
    meta: Mapped[bytes | None]

    __table_args__ = (*tenant_keys(),)

"""An original as it was uploaded."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class File(TenantRow, Base):
    """Where the bytes of an upload lie in the file store."""

    __tablename__ = "file"

    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    key: Mapped[str]

    __table_args__ = (*tenant_keys(),)

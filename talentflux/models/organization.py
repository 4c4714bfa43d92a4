"""The tenant."""

from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, Timestamped


class Organization(Timestamped, Base):
    """An organization that hires. Row-level security lets it see its own row only."""

    __tablename__ = "organization"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]

"""E-mails in the outbox, opened with the platform's key, as their readers would see them."""

import re
from dataclasses import dataclass

import orjson
from sqlalchemy import select

from talentflux.core.database import Database, Scope
from talentflux.models import EmailMessage
from talentflux.services.encryption_service import platform_keys


@dataclass(frozen=True)
class Letter:
    """An e-mail that waits to be sent.

    Attributes:
        template: What it is about.
        to: Its reader's address.
        text: The plain text.
    """

    template: str
    to: str
    text: str

    @property
    def secret(self) -> str:
        """What follows `#token=` in its link."""
        found = re.search(r"#token=([\w-]+)", self.text)
        assert found is not None, self.text
        return found[1]


async def letters(database: Database, to: str | None = None) -> list[Letter]:
    """Return the e-mails about accounts, the oldest first.

    Args:
        database: Sessions.
        to: Those to this address only.
    """
    async with database.read_session(Scope(identity=True)) as session:
        keys = await platform_keys(session)
        rows = await session.scalars(
            select(EmailMessage).where(EmailMessage.organization_id.is_(None)).order_by(EmailMessage.id)
        )
        found = []
        for row in rows:
            assert row.content is not None
            address = keys.decrypt(row.recipient, f"email_message.recipient:{row.id}").decode()
            text = orjson.loads(keys.decrypt(row.content, f"email_message.content:{row.id}"))["text"]
            found.append(Letter(row.template, address, text))
    return [letter for letter in found if to is None or letter.to == to]

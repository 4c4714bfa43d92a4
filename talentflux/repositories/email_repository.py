"""SQL of the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, bindparam, cast, delete, func, or_, select, update

from talentflux.core.database import AnySession
from talentflux.core.errors import NotFoundError
from talentflux.models.email import EmailMessage
from talentflux.repositories.base import LAST_ID, ListQuery, newest_first, of_tenant, optional
from talentflux.schemas.email import EmailQuery, EmailState
from talentflux.schemas.page import RowPage

_index = cast(bindparam("recipient_index"), LargeBinary)
_after, _order = newest_first(EmailMessage)
_LIST = ListQuery(
    select(
        EmailMessage.id,
        EmailMessage.template,
        EmailMessage.language,
        EmailMessage.recipient,
        EmailMessage.state,
        EmailMessage.attempts,
        EmailMessage.last_error,
        EmailMessage.content.is_not(None).label("kept"),
        EmailMessage.next_attempt_at,
        EmailMessage.sent_at,
        EmailMessage.user_id,
        EmailMessage.created_at,
        EmailMessage.updated_at,
    )
    .where(
        *of_tenant(EmailMessage),
        _after,
        optional(EmailMessage.state, "state"),
        # With its type, which the driver does not give for bytes.
        or_(_index.is_(None), EmailMessage.recipient_index == _index),
    )
    .order_by(_order),
    key={"id": LAST_ID},
)


class EmailRepository:
    """E-mails of the session's organization; without one, those about accounts.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self.session = session
        self.mine: ColumnElement[bool] = EmailMessage.organization_id.is_not_distinct_from(
            session.scope.organization_id
        )

    async def add(self, row: EmailMessage) -> None:
        """Insert an e-mail."""
        self.session.add(row)
        await self.session.flush()

    async def page(self, asked: EmailQuery, recipient_index: bytes | None) -> RowPage:
        """Read a page of the organization's e-mails, newest first.

        Args:
            asked: Limit, cursor and filters.
            recipient_index: Takes the place of the address asked for.
        """
        return await _LIST.asked(self.session, asked, state=asked.state, recipient_index=recipient_index)

    async def get(self, row_id: UUID, *, lock: bool = False) -> EmailMessage:
        """Return an e-mail.

        Args:
            row_id: Which.
            lock: Keep others from changing it until the transaction ends.

        Raises:
            NotFoundError: There is none in this organization.
        """
        row = await self.find(row_id, lock=lock)
        if row is None:
            raise NotFoundError("There is no e-mail with this id.")
        return row

    async def find(self, row_id: UUID, *, lock: bool = False) -> EmailMessage | None:
        """Return an e-mail, or None; as `get`."""
        statement = select(EmailMessage).where(self.mine, EmailMessage.id == row_id, EmailMessage.deleted_at.is_(None))
        found: EmailMessage | None = await self.session.scalar(
            statement.with_for_update(key_share=True) if lock else statement
        )
        return found

    async def claim(self, row_id: UUID, lease: timedelta, message_id: str) -> EmailMessage | None:
        """Move a due e-mail to `sending`; of many who try at once, one succeeds.

        Args:
            row_id: Which.
            lease: How long the sender may take.
            message_id: Kept from the first attempt on.

        Returns:
            The e-mail, or None where it is not due.
        """
        return await self._changed(
            row_id,
            EmailMessage.state == EmailState.QUEUED,
            EmailMessage.next_attempt_at <= func.now(),
            EmailMessage.content.is_not(None),
            state=EmailState.SENDING,
            attempts=EmailMessage.attempts + 1,
            claimed_until=func.now() + lease,
            message_id=func.coalesce(EmailMessage.message_id, message_id),
        )

    async def give_up_on_sender(self, row_id: UUID, reason: str) -> EmailMessage | None:
        """Flag an e-mail whose sender did not come back in time.

        Args:
            row_id: Which.
            reason: Stands as its last error.

        Returns:
            The e-mail, or None where its sender may still live.
        """
        return await self._changed(
            row_id,
            EmailMessage.state == EmailState.SENDING,
            EmailMessage.claimed_until <= func.now(),
            state=EmailState.UNCLEAR,
            last_error=reason,
        )

    async def settle(self, row_id: UUID, attempt: int, **values: Any) -> EmailMessage | None:
        """Write down what became of an attempt, also where the e-mail was flagged in the meantime.

        Args:
            row_id: Which e-mail.
            attempt: Number of the attempt; a later one is not touched.
            **values: New values of its columns.

        Returns:
            The e-mail, or None where another attempt was made since.
        """
        return await self._changed(
            row_id,
            EmailMessage.attempts == attempt,
            EmailMessage.state.in_([EmailState.SENDING, EmailState.UNCLEAR]),
            claimed_until=None,
            **values,
        )

    async def neglected(self, late: timedelta) -> Sequence[UUID]:
        """Return e-mails that no job looks after: long due, or with a sender long gone.

        Args:
            late: How long after its time.
        """
        found = await self.session.scalars(
            select(EmailMessage.id).where(
                self.mine,
                or_(
                    (EmailMessage.state == EmailState.QUEUED) & (EmailMessage.next_attempt_at < func.now() - late),
                    (EmailMessage.state == EmailState.SENDING) & (EmailMessage.claimed_until < func.now() - late),
                ),
            )
        )
        return found.all()

    async def forget(self, texts: timedelta, rows: timedelta) -> None:
        """Drop texts that nobody sent again in time, and e-mails that are old.

        Args:
            texts: How long a failed or flagged text is kept.
            rows: How long an e-mail is listed.
        """
        ended = EmailMessage.state.in_([EmailState.SENT, EmailState.FAILED, EmailState.UNCLEAR])
        await self.session.execute(
            update(EmailMessage)
            .where(self.mine, ended, EmailMessage.content.is_not(None), EmailMessage.queued_at < func.now() - texts)
            .values(content=None)
            .execution_options(synchronize_session=False)
        )
        await self.session.execute(
            delete(EmailMessage)
            .where(self.mine, ended, EmailMessage.queued_at < func.now() - rows)
            .execution_options(synchronize_session=False)
        )

    async def now(self) -> datetime:
        """Return the time of the transaction."""
        moment: datetime = (await self.session.execute(select(func.now()))).scalar_one()
        return moment

    async def remain(self) -> bool:
        """Return whether there is any e-mail."""
        return bool(await self.session.scalar(select(select(EmailMessage.id).where(self.mine).exists())))

    async def _changed(self, row_id: UUID, *conditions: ColumnElement[bool], **values: Any) -> EmailMessage | None:
        """Update one e-mail where conditions hold, which the database looks at again after waiting for another."""
        found: EmailMessage | None = await self.session.scalar(
            update(EmailMessage)
            .where(self.mine, EmailMessage.id == row_id, *conditions)
            .values(updated_at=func.now(), **values)
            .returning(EmailMessage)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        return found

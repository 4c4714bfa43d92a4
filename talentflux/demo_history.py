"""Three months behind the demo's organization: what was made a moment ago is dated back, in the demo alone."""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from talentflux.core.database import Database, Scope

DAYS: Final = 90
"""How far back the history goes."""

_STATEMENTS: Final = (
    # Every application gets an age of 6 to 85 days, so that none lies beside its neighbour; its steps follow evenly.
    """
    with aged as (
        select id, now() - make_interval(days => 6 + ((row_number() over (order by id)) * 37 % 80)::integer) as began
        from application
    ), steps as (
        select c.id, a.began, (now() - a.began) * 0.85 as span,
            row_number() over (partition by c.application_id order by c.id) - 1 as step,
            count(*) over (partition by c.application_id) as steps
        from application_stage_change c join aged a on a.id = c.application_id
    ), dated as (
        select id, began + span * (step::double precision / steps) as at, span / steps as spent, step from steps
    )
    update application_stage_change c
    set created_at = dated.at, seconds = case when dated.step = 0 then null else extract(epoch from dated.spent) end
    from dated where dated.id = c.id""",
    """
    update application a set created_at = c.first, entered_stage_at = c.last,
        stage_due_at = a.stage_due_at + (c.last - a.entered_stage_at),
        hired_at = case when a.hired_at is not null then c.last end,
        rejected_at = case when a.rejected_at is not null then c.last end
    from (
        select application_id, min(created_at) as first, max(created_at) as last
        from application_stage_change group by application_id
    ) c where c.application_id = a.id""",
    """
    update candidate set created_at = a.first - interval '1 hour'
    from (select candidate_id, min(created_at) as first from application group by candidate_id) a
    where a.candidate_id = candidate.id""",
    "update resume set created_at = candidate.created_at from candidate where candidate.id = resume.candidate_id",
    """
    update requisition set created_at = now() - make_interval(days => :days),
        opened_at = now() - make_interval(days => :days - 2)""",
    (
        "update job set created_at = requisition.opened_at, published_at = requisition.opened_at "
        "from requisition where requisition.id = job.requisition_id and job.published_at is not null"
    ),
    # Events of an application follow its steps: the first when it began, the others up to the last step.
    """
    with placed as (
        select e.id, a.created_at + (a.entered_stage_at - a.created_at)
            * ((row_number() over (partition by e.application_id order by e.id) - 1)::double precision
               / greatest(count(*) over (partition by e.application_id) - 1, 1)) as at
        from event e join application a on a.id = e.application_id
    )
    update event set created_at = placed.at from placed where placed.id = event.id""",
    """
    update event set created_at = candidate.created_at from candidate
    where event.application_id is null and event.candidate_id = candidate.id""",
    """
    update event set created_at = requisition.created_at from requisition
    where event.application_id is null and event.candidate_id is null and event.requisition_id = requisition.id
        and event.type not in ('requisition.held', 'requisition.filled')""",
)


async def date_back(database: Database, organization_id: UUID) -> None:
    """Spread an organization's applications, and all that belongs to them, over the last three months.

    The audit log keeps when things were really done.

    Args:
        database: Opens the transaction.
        organization_id: Whose.
    """
    async with database.write_session(Scope(organization_id)) as session:
        for statement in _STATEMENTS:
            values = {"days": DAYS} if ":days" in statement else {}
            await session.execute(text(statement), values)

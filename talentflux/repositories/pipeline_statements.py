"""Statements on all applications of a stage or a requisition at once: locked, moved, with a step in each history."""

from typing import Final

from sqlalchemy import text

# Where stages of a former pipeline go: the first of their kind, else the nearest before it.
_TARGETS: Final = """(
    select distinct on (f.id) f.id as former, n.id, n.kind, n.max_days
    from pipeline_stage f join pipeline_stage n on n.pipeline_id = :pipeline_id and n.deleted_at is null
        and n.organization_id = f.organization_id
    where f.organization_id = :organization_id and (n.kind = f.kind or (
        array_position(cast(:kinds as text[]), n.kind) < array_position(cast(:kinds as text[]), f.kind)
        and n.kind not in ('hired', 'rejected')))
    order by f.id, array_position(cast(:kinds as text[]), n.kind) desc, n.position
)"""
MAP: Final = text(
    f"""
    update application a set stage_id = t.id, stage = t.kind,
        stage_due_at = case when a.stage in ('hired', 'rejected') or a.status <> 'active' then null
            else a.entered_stage_at + make_interval(days => t.max_days) end,
        stage_alerted_at = null
    from {_TARGETS} t
    where a.organization_id = :organization_id and a.requisition_id = :requisition_id and a.stage_id = t.former
        and a.stage_id is distinct from t.id
    """  # noqa: S608 -- made of constants, as below
)
FOLLOW: Final = text(
    """
    update application_action d set stage_id = a.stage_id from application a
    where d.organization_id = :organization_id and d.state = 'waiting' and d.stage_id is not null
        and a.organization_id = d.organization_id and a.id = d.application_id
        and a.requisition_id = :requisition_id and a.stage_id is distinct from d.stage_id
    """
)
FOLLOW_STAGE: Final = text(
    """
    update application_action set stage_id = :target_id
    where organization_id = :organization_id and stage_id = :stage_id and state = 'waiting' and purpose = 'rejection'
    """
)
# Identifiers as `utils.ids.new_id` makes them: the time, then chance. What comes back is told to followers.
_STEPS: Final = """
    with step as (insert into application_stage_change (id, organization_id, application_id, requisition_id, cause,
        from_stage_id, to_stage_id, from_kind, to_kind, seconds, actor)
    select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
            || substr(replace(gen_random_uuid()::text, '-', ''), 1, 3)
            || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid,
        a.organization_id, a.id, a.requisition_id, 'pipeline_changed', a.stage_id, {to_id}, a.stage, {to_kind},
        {seconds}, :actor
    from application a {source} where a.organization_id = :organization_id and {condition}
    returning application_id, from_stage_id, to_stage_id, to_kind)
    select a.id, a.candidate_id, a.requisition_id, a.status, step.from_stage_id, step.to_stage_id, step.to_kind
    from step join application a on a.organization_id = :organization_id and a.id = step.application_id
    where a.deleted_at is null
"""
MAP_STEPS: Final = text(
    _STEPS.format(
        to_id="t.id",
        to_kind="t.kind",
        seconds="null",
        source=f"join {_TARGETS} t on a.stage_id = t.former",
        condition="a.requisition_id = :requisition_id and a.stage_id is distinct from t.id",
    )
)
EMPTY_STEPS: Final = text(
    _STEPS.format(
        to_id="cast(:target_id as uuid)",
        to_kind="cast(:kind as text)",
        seconds="greatest(extract(epoch from now() - a.entered_stage_at), 0)",
        source="",
        condition="a.stage_id = :stage_id",
    )
)
# Once a requisition or a stage is locked nothing is added to what is counted here.
REQUISITION_TAKEN: Final = text(
    """
    with own as (
        select id from pipeline
        where organization_id = :organization_id and requisition_id = :requisition_id and deleted_at is null
        for no key update skip locked
    ), moved as (
        select id from application where organization_id = :organization_id and requisition_id = :requisition_id
        for no key update skip locked
    )
    select (select count(*) from own) = (
            select count(*) from pipeline
            where organization_id = :organization_id and requisition_id = :requisition_id and deleted_at is null
        ) and (select count(*) from moved) = (
            select count(*) from application
            where organization_id = :organization_id and requisition_id = :requisition_id
        )
    """
)
STAGE_TAKEN: Final = text(
    """
    with moved as (
        select id from application where organization_id = :organization_id and stage_id = :stage_id
        for no key update skip locked
    )
    select (select count(*) from moved) = (
        select count(*) from application where organization_id = :organization_id and stage_id = :stage_id
    )
    """
)

"""The statements by which `bench/scale_fill.py` makes rows.

People are numbered over all organizations in a random order (`n`), so that the rows of one lie among those of others,
and inside their organization (`k`). All else follows from these numbers. A row's id tells its time, as a UUIDv7 does.
"""

from typing import Final

# Each must be one that the server can write into the statement that calls it: a call takes ten times as long.
FUNCTIONS: Final = (
    # Kind of row, its number, the milliseconds since two years ago.
    """create function pg_temp.scale_id(kind bigint, n bigint, ms bigint) returns uuid language sql immutable as $$
        select (lpad(to_hex(%(epoch)s + ms), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
            || lpad(to_hex(n), 15, '0'))::uuid $$""",
    """create function pg_temp.scale_time(ms bigint) returns timestamptz language sql immutable as $$
        select to_timestamp((%(epoch)s + ms)::float8 / 1000) $$""",
    # What has no time of its own.
    """create function pg_temp.scale_part(kind bigint, org bigint, n bigint) returns uuid language sql immutable as $$
        select pg_temp.scale_id(kind, org * 100000 + n, org * 100000 + n) $$""",
    """create function pg_temp.scale_noise(n bigint, bytes int) returns bytea language sql immutable as $$
        select decode(substr(repeat(md5(n::text), bytes / 16 + 1), 1, bytes * 2), 'hex') $$""",
)
STAGING: Final = (
    """create unlogged table scale_organization as
        select (o.n - 1)::bigint as org, o.size, greatest(4, o.size * 3 / 150) as requisitions,
            case when o.n = 1 then %(local)s::uuid else pg_temp.scale_id(1, o.n, o.n) end as id
        from unnest(%(sizes)s::bigint[]) with ordinality o (size, n)""",
    """create unlogged table scale_person as
        select n, org, k, organization_id, requisitions, ms, pg_temp.scale_id(2, n, ms) as id,
            pg_temp.scale_time(ms) as made
        from (
            select org, k, organization_id, requisitions, n, n * %(span)s * 1000 as ms
            from (
                select o.org, k, o.id as organization_id, o.requisitions, row_number() over (order by random()) as n
                from scale_organization o cross join lateral generate_series(0, o.size - 1) k
            ) numbered
        ) timed order by n""",
    "create unlogged table scale_sealed (k bigint, wrapped_key bytea, profile bytea, email bytea, phone bytea)",
    "create unlogged table scale_token (k bigint, token bytea)",
    "create unlogged table scale_text (n bigint primary key, text text, skills text[])",
    "create unlogged table scale_vector (n bigint primary key, vector text)",
)
_TIMES: Final = "created_at, updated_at"
_REQUISITION: Final = """
    case when p.k < 500 and j.j = 0 then 0 else 1 + (p.k * 7 + j.j * (p.requisitions / 3)) %% (p.requisitions - 1) end
"""
# Of a hundred applications so many were rejected, hired, withdrawn; the others are active, in one stage or another.
_STAGE: Final = """
    case when p.k < 500 and j.j = 0 then 1 + p.k %% 4
        when (p.n * 3 + j.j) * 31 %% 100 < 70 then 6
        when (p.n * 3 + j.j) * 31 %% 100 < 73 then 5
        else 1 + (p.n + j.j) %% 4 end
"""
_KINDS: Final = "array['applied', 'screen', 'interview', 'offer', 'hired', 'rejected']"
_APPLIED: Final = f"""
    select *, pg_temp.scale_id(8, number, ms) as id, pg_temp.scale_time(ms) as made,
        pg_temp.scale_part(3, org, requisition) as requisition_id, pg_temp.scale_part(5, org, stage) as stage_id,
        ({_KINDS})[stage] as kind
    from (
        select p.organization_id, p.org, p.k, p.n, p.id as candidate_id, j.j, p.n * 3 + j.j as number,
            p.ms + j.j * 60000 as ms, {_REQUISITION} as requisition, {_STAGE} as stage,
            case when p.k %% 10 < 3 then pg_temp.scale_id(6, p.n, p.ms) end as resume_id
        from scale_person p cross join generate_series(0, 2) j (j)
        order by p.n, j.j
    ) counted
"""
_RESUMES: Final = """
    scale_person p join scale_text t on t.n = p.k %% (select count(*) from scale_text) where p.k %% 10 < 3
"""
TABLES: Final = {
    "organization": """insert into organization (id, slug, name)
        select id, 'scale-' || org, 'Scale ' || org from scale_organization where org > 0""",
    "pipeline": """with old as (delete from pipeline), stages as (delete from pipeline_stage)
        insert into pipeline (id, organization_id, name, is_default)
        select pg_temp.scale_part(4, org, 0), id, 'Standard', true from scale_organization""",
    "pipeline_stage": f"""insert into pipeline_stage
        (id, organization_id, pipeline_id, name, kind, position, max_days)
        select pg_temp.scale_part(5, org, s), id, pg_temp.scale_part(4, org, 0), initcap(({_KINDS})[s]), ({_KINDS})[s],
            s, 14
        from scale_organization, generate_series(1, 6) s""",
    "reject_reason": """insert into reject_reason (id, organization_id, name)
        select pg_temp.scale_part(9, org, s), id, 'Reason ' || s from scale_organization, generate_series(0, 4) s""",
    "source": """insert into source (id, organization_id, name, kind)
        select pg_temp.scale_part(10, org, s), id, 'Source ' || s,
            (array['agency', 'job_board', 'careers_site', 'sourced', 'import'])[s %% 5 + 1]
        from scale_organization, generate_series(0, 19) s""",
    "tag": """insert into tag (id, organization_id, name, folded)
        select pg_temp.scale_part(11, org, s), id, 'Tag ' || s, 'tag ' || s
        from scale_organization, generate_series(0, 59) s""",
    "talent_pool": """insert into talent_pool (id, organization_id, name)
        select pg_temp.scale_part(12, org, s), id, 'Pool ' || s from scale_organization, generate_series(0, 9) s""",
    "requisition": f"""insert into requisition (id, organization_id, {_TIMES}, title, description, requirements,
            warnings, status, department, places, opened_at, external_id, confidential, headcount)
        select pg_temp.scale_part(3, org, r), id, now() - r * interval '3 hours', now() - r * interval '3 hours',
            (array['Engineer', 'Nurse', 'Welder', 'Accountant', 'Driver'])[r %% 5 + 1] || ' ' || r, 'Work.',
            '[]', '{{}}',
            case when r = 0 or r %% 10 < 2 then 'open' when r %% 10 = 2 then 'draft' when r %% 10 = 3 then 'on_hold'
                when r %% 10 = 4 then 'filled' else 'closed' end,
            'Department ' || r %% 12, jsonb_build_array(jsonb_build_object(
                'country', (array['SE', 'DE', 'FR'])[r %% 3 + 1], 'city', 'City ' || r %% 40)),
            now() - r * interval '3 hours', 'R-' || r, r %% 50 = 7, 1
        from scale_organization, generate_series(0, requisitions - 1) r""",
    "opening": """insert into opening (id, organization_id, requisition_id, target_date)
        select pg_temp.scale_part(13, org, r), id, pg_temp.scale_part(3, org, r), current_date + 30
        from scale_organization, generate_series(0, requisitions - 1) r""",
    "hiring_team": """insert into hiring_team (id, organization_id, requisition_id, user_id, role)
        select pg_temp.scale_part(14, org, r), id, pg_temp.scale_part(3, org, r), %(recruiter)s, 'recruiter'
        from scale_organization, generate_series(0, requisitions - 1, 20) r where org = 0""",
    "approval": f"""insert into approval (id, organization_id, {_TIMES}, requisition_id, status, subject)
        select pg_temp.scale_part(15, org, r), id, now() - r * interval '3 hours', now() - r * interval '3 hours',
            pg_temp.scale_part(3, org, r), case when r %% 10 = 2 then 'pending' else 'approved' end, '{{}}'
        from scale_organization, generate_series(0, requisitions - 1) r""",
    "approval_step": """insert into approval_step
            (id, organization_id, approval_id, requisition_id, position, name, role, status)
        select pg_temp.scale_part(16, org, r), id, pg_temp.scale_part(15, org, r), pg_temp.scale_part(3, org, r), 1,
            'Budget', 'recruiter', case when r %% 10 = 2 then 'pending' else 'approved' end
        from scale_organization, generate_series(0, requisitions - 1) r""",
    "job": f"""insert into job
            (id, organization_id, {_TIMES}, requisition_id, title, slug, language, description, status)
        select pg_temp.scale_part(17, org, r), id, now() - r * interval '3 hours', now() - r * interval '3 hours',
            pg_temp.scale_part(3, org, r), 'Job ' || r, 'job-' || r, (array['en', 'de', 'sv'])[r %% 3 + 1], 'Work.',
            case when r %% 10 < 2 then 'published' else 'expired' end
        from scale_organization, generate_series(0, requisitions - 1) r""",
    "file": f"""insert into file (id, organization_id, {_TIMES}, media_type, size, key)
        select pg_temp.scale_id(7, p.n, p.ms), p.organization_id, p.made, p.made, 'text/plain', 1000, 'scale-' || p.n
        from {_RESUMES}""",
    "resume": f"""insert into resume (id, organization_id, {_TIMES}, file_id, candidate_id, status, language,
            total_years, skill_ids, masked_text)
        select pg_temp.scale_id(6, p.n, p.ms), p.organization_id, p.made, p.made, pg_temp.scale_id(7, p.n, p.ms), p.id,
            'parsed', 'en', p.k %% 40, t.skills, t.text
        from {_RESUMES}""",
    "resume_skill": f"""insert into resume_skill (organization_id, skill_id, resume_id)
        select p.organization_id, s.skill, pg_temp.scale_id(6, p.n, p.ms)
        from (select p.organization_id, p.n, p.ms, t.skills from {_RESUMES}) p cross join unnest(p.skills) s (skill)""",
    "candidate": f"""insert into candidate (id, organization_id, {_TIMES}, wrapped_key, profile, email_index,
            phone_index, external_id, source_id, do_not_contact, consent, total_years, current_resume_id)
        select p.id, p.organization_id, p.made, p.made, coalesce(s.wrapped_key, pg_temp.scale_noise(p.n, 62)),
            coalesce(s.profile, pg_temp.scale_noise(p.n + 1, 150)), coalesce(s.email, pg_temp.scale_noise(p.n + 2, 32)),
            coalesce(s.phone, pg_temp.scale_noise(p.n + 3, 32)), 'C-' || p.k,
            case when p.k %% 5 < 3 then pg_temp.scale_part(10, p.org, p.k %% 20) end, p.k %% 90 = 0,
            case when p.k %% 25 = 0 then 'withdrawn' when p.k %% 25 < 12 then 'given' else 'unknown' end,
            case when p.k %% 10 < 3 then p.k %% 40 end,
            case when p.k %% 10 < 3 then pg_temp.scale_id(6, p.n, p.ms) end
        from scale_person p left join scale_sealed s on p.org = 0 and s.k = p.k order by p.n""",
    "candidate_text": """insert into candidate_text (organization_id, candidate_id, resume_id, words)
        select organization_id, candidate_id, id, words from resume""",
    "candidate_name_token": """insert into candidate_name_token (organization_id, token, candidate_id)
        select p.organization_id, t.token, p.id from scale_token t join scale_person p on p.org = 0 and p.k = t.k
        union all
        select p.organization_id, pg_temp.scale_noise(p.k %% (j * 199 + 1) * 4 + j, 32), p.id
        from scale_person p cross join generate_series(1, 3) j where p.org > 0""",
    "candidate_contact": """insert into candidate_contact (organization_id, contact, candidate_id, kind)
        select p.organization_id, coalesce(s.email, pg_temp.scale_noise(p.n + 2, 32)), p.id, 'email'
        from scale_person p left join scale_sealed s on p.org = 0 and s.k = p.k""",
    "candidate_tag": """insert into candidate_tag (organization_id, tag_id, candidate_id)
        select p.organization_id, pg_temp.scale_part(11, p.org, (p.k * 3 + j * 17) %% 60), p.id
        from scale_person p cross join generate_series(0, 1) j""",
    "talent_pool_member": f"""insert into talent_pool_member
            (id, organization_id, {_TIMES}, talent_pool_id, candidate_id)
        select pg_temp.scale_id(18, p.n, p.ms), p.organization_id, p.made, p.made,
            pg_temp.scale_part(12, p.org, p.k / 10 %% 10), p.id
        from scale_person p where p.k %% 10 = 1""",
    "candidate_duplicate": f"""insert into candidate_duplicate
            (id, organization_id, {_TIMES}, candidate_id, other_id, score, reasons)
        select pg_temp.scale_id(19, a.n, a.ms), a.organization_id, a.made, a.made, least(a.id, b.id),
            greatest(a.id, b.id), 0.5 + a.k %% 97 / 200.0, array['phone']
        from scale_person a join scale_person b on b.org = a.org and b.k = a.k + 1 where a.k %% 100 = 3""",
    "application": f"""insert into application (id, organization_id, {_TIMES}, requisition_id, candidate_id, resume_id,
            stage, stage_id, position, origin, source_id, entered_stage_at, stage_due_at, answer_due_at, hired_at,
            rejected_at, reject_reason_id, withdrawn_at)
        select id, organization_id, made, made, requisition_id, candidate_id, resume_id, kind, stage_id,
            replace(id::text, '-', '') || 'i',
            (array['recruiter', 'import', 'public_form', 'referral', 'resume_upload'])[number %% 5 + 1],
            case when k %% 5 < 3 then pg_temp.scale_part(10, org, k %% 20) end, made,
            case when stage < 5 then now() + (number %% 100 - 10) * interval '1 day' end,
            case when stage < 5 then now() + (number %% 80 - 4) * interval '1 day' end,
            case when stage = 5 then made end, case when stage = 6 then made end,
            case when stage = 6 then pg_temp.scale_part(9, org, number %% 5) end,
            case when stage < 5 and k >= 500 and number %% 13 = 0 then made end
        from ({_APPLIED}) a""",
    "application_stage_change": f"""insert into application_stage_change
            (id, organization_id, {_TIMES}, application_id, requisition_id, cause, to_stage_id, to_kind, actor)
        select pg_temp.scale_id(20, number, ms), organization_id, made, made, id, requisition_id, 'created', stage_id,
            kind, 'system'
        from ({_APPLIED}) a where j = 0""",
    "application_screening": f"""insert into application_screening (id, organization_id, {_TIMES}, application_id,
            requisition_id, candidate_id, resume_id, state, requirements_version, total, result, scorer)
        select pg_temp.scale_id(21, number, ms), organization_id, made, made, id, requisition_id, candidate_id,
            resume_id, case when resume_id is null then 'skipped' else 'done' end, 1,
            case when resume_id is not null then number * 37 %% 1000 / 10.0 end,
            case when resume_id is not null then
                jsonb_build_object('strengths', '[]'::jsonb, 'gaps', '[]'::jsonb, 'flags',
                    case when number %% 50 = 0 then '[{{"kind": "hidden_text"}}]'::jsonb else '[]' end) end,
            'scale'
        from ({_APPLIED}) a where j = 0""",
    "event": f"""insert into event
            (id, organization_id, type, actor, candidate_id, requisition_id, application_id, data, created_at)
        select pg_temp.scale_id(22, number, ms), organization_id, 'application.created', 'system', candidate_id,
            requisition_id, id, '{{}}'::jsonb, made from ({_APPLIED}) a where j = 0
        union all
        select pg_temp.scale_id(23, n, ms), organization_id, 'candidate.created', 'system', id, null, null,
            '{{}}'::jsonb, made
        from scale_person""",
}

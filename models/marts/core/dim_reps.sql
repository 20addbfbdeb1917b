with reps as (select * from {{ ref('int_reps_listed') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

ramp_shares as (select * from {{ ref('int_ramp_shares') }}),

ramp_lengths as (
    select
        segment,
        max(tenure_month) as ramp_months
    from ramp_shares
    where quota_share < 1
    group by segment
),

placed as (
    select
        reps.*,
        assignments.team_id,
        assignments.role,
        assignments.segment,
        assignments.manager_id,
        cast(
            (extract(year from {{ as_of_date() }}) - extract(year from reps.starts_on)) * 12
            + extract(month from {{ as_of_date() }}) - extract(month from reps.starts_on) as bigint
        ) as tenure_months,
        (extract(year from {{ as_of_date() }}) - extract(year from reps.ramp_starts_on)) * 12
        + extract(month from {{ as_of_date() }}) - extract(month from reps.ramp_starts_on)
        < ramp_lengths.ramp_months as is_ramping
    from reps
    left join assignments
        on reps.rep_id = assignments.rep_id
        and {{ in_force('assignments', as_of_date()) }}
    left join ramp_lengths
        on coalesce(assignments.segment, 'unassigned') = ramp_lengths.segment
),

dim_reps as (
    select
        rep_id,
        rep_name,
        coalesce(team_id, 'unassigned') as team_id,
        manager_id,
        role,
        coalesce(segment, 'unassigned') as segment,
        starts_on,
        ends_on,
        tenure_months,
        case
            when not is_active or starts_on is null then 'none'
            -- By the roster alone, as quotas are ramped: a CRM's user may be younger than the rep.
            when is_ramping then 'ramping'
            else 'ramped'
        end as ramp_stage,
        is_active
    from placed
)

select * from dim_reps
order by rep_id

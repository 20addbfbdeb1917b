-- A quota stands on the first day of its month that the rep is at work on. The ramp schedule says
-- which share of it a rep owes in the n-th month of tenure; after the schedule, and for a rep
-- without a start, all of it.
with quotas as (select * from {{ ref('stg_planning__quotas') }}),

reps as (select * from {{ ref('int_reps_listed') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

rep_periods as (select * from {{ ref('int_rep_periods') }}),

ramp_shares as (select * from {{ ref('int_ramp_shares') }}),

-- Who comes back within the month may come back to another team.
first_days as (
    select
        quotas.rep_id,
        quotas.month_start,
        min(greatest(quotas.month_start, rep_periods.starts_on)) as first_day
    from quotas
    inner join rep_periods
        on quotas.rep_id = rep_periods.rep_id
        and {{ month_start('quotas.month_start', shift=1) }} > rep_periods.starts_on
        and quotas.month_start < rep_periods.ends_on
    group by quotas.rep_id, quotas.month_start
),

placed as (
    select
        quotas.rep_id,
        quotas.month_start,
        quotas.amount,
        coalesce(
            first_days.first_day,
            greatest(quotas.month_start, coalesce(reps.ramp_starts_on, quotas.month_start))
        ) as assigned_on,
        cast(
            (extract(year from quotas.month_start) - extract(year from reps.ramp_starts_on)) * 12
            + extract(month from quotas.month_start)
            - extract(month from reps.ramp_starts_on)
            + 1 as integer
        ) as tenure_month
    from quotas
    left join reps on quotas.rep_id = reps.rep_id
    left join first_days
        on quotas.rep_id = first_days.rep_id and quotas.month_start = first_days.month_start
),

quota_events as (
    select
        placed.rep_id,
        -- The team is looked up on the day of the event: not before the rep is in one.
        case
            when {{ month_start('placed.assigned_on') }} = placed.month_start
                then placed.assigned_on
            else placed.month_start
        end as event_on,
        coalesce(assignments.segment, 'unassigned') as segment,
        'all' as slice_type,
        'all' as slice_id,
        placed.amount as quota_amount,
        cast(placed.amount * coalesce(ramp_shares.quota_share, 1) as decimal(18, 2))
            as ramped_quota_amount
    from placed
    left join assignments
        on placed.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'placed.assigned_on') }}
    left join ramp_shares
        on coalesce(assignments.segment, 'unassigned') = ramp_shares.segment
        and placed.tenure_month = ramp_shares.tenure_month
)

select * from quota_events

-- Which share of its quota a rep owes in each month of tenure, by the segment the rep is in. A
-- schedule for `all` is that of every segment without one of its own, also of reps in none.
with schedule as (select * from {{ ref('stg_planning__ramp_schedule') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

planned as (
    select
        coalesce(segment_names.segment, schedule.segment) as segment,
        schedule.tenure_month,
        max(schedule.share) as quota_share
    from schedule
    left join segment_names on lower(schedule.segment) = segment_names.spelling
    where schedule.share is not null
    group by 1, 2
),

segments_without as (
    select distinct coalesce(assignments.segment, 'unassigned') as segment
    from assignments
    anti join planned on coalesce(assignments.segment, 'unassigned') = planned.segment
),

ramp_shares as (
    select
        segment,
        tenure_month,
        quota_share
    from planned
    where segment <> 'all'
    union all
    select
        segments_without.segment,
        planned.tenure_month,
        planned.quota_share
    from planned
    cross join segments_without
    where planned.segment = 'all'
)

select * from ramp_shares

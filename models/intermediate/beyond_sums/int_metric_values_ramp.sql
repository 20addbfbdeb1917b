-- Whether a new rep builds the pipeline the ramp needs: qualified pipeline created since the start
-- against the ramped quota so far, of which the running month counts by its days. Long, because who
-- ramps at which time is found here too.
with daily as (
    select *
    from {{ ref('int_measures_daily') }}
    where measure_id in ('qualified_amount', 'qualified_count', 'ramped_quota_amount')
),

reps as (
    select *
    from {{ ref('int_reps_listed') }}
    where ramp_starts_on is not null
),

assignments as (select * from {{ ref('int_rep_assignments') }}),

rep_periods as (select * from {{ ref('int_rep_periods') }}),

ramp_shares as (select * from {{ ref('int_ramp_shares') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

grains as (select * from {{ ref('int_metric_grains') }}),

ramp_lengths as (
    select
        segment,
        max(tenure_month) as ramp_months
    from ramp_shares
    where quota_share < 1
    group by segment
),

-- In its n-th month of tenure a rep ramps while the schedule asks for less than all, and only while
-- at work: nobody ramps on leave or after he left.
ramping as (
    select
        grains.metric_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.window_end,
        periods.is_complete,
        reps.rep_id,
        reps.ramp_starts_on
    from periods
    inner join grains
        on grains.metric_id = 'ramp_progress'
        and grains.scope = 'rep'
        and periods.period_type = grains.period_type
    inner join reps on periods.window_end >= reps.ramp_starts_on
    inner join assignments
        on reps.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'periods.window_end') }}
    inner join rep_periods
        on reps.rep_id = rep_periods.rep_id
        and {{ in_force('rep_periods', 'periods.window_end', 'starts_on', 'ends_on') }}
    inner join ramp_lengths
        on coalesce(assignments.segment, 'unassigned') = ramp_lengths.segment
    where
        (extract(year from periods.window_end) - extract(year from reps.ramp_starts_on)) * 12
        + extract(month from periods.window_end) - extract(month from reps.ramp_starts_on)
        < ramp_lengths.ramp_months
),

counted as (
    select
        ramping.metric_id,
        ramping.period_type,
        ramping.period_start,
        ramping.period_end,
        ramping.is_complete,
        ramping.rep_id,
        daily.measure_id,
        daily.measure_value
        * case
            when daily.measure_id <> 'ramped_quota_amount'
                or {{ month_start('daily.measured_on', shift=1) }} <= ramping.window_end
                then 1
            else
                extract(day from ramping.window_end)
                / extract(day from {{ month_start('daily.measured_on', shift=1) }} - 1)
        end as amount
    from ramping
    inner join daily
        on ramping.rep_id = daily.rep_id
        and ramping.window_end >= daily.measured_on
        and {{ month_start('ramping.ramp_starts_on') }} <= daily.measured_on
    where daily.measure_id = 'ramped_quota_amount' or daily.measured_on >= ramping.ramp_starts_on
),

summed as (
    select
        -- Through decimals, so that the sum does not depend on the order of the rows.
        {%- for measure in ['qualified_amount', 'qualified_count', 'ramped_quota_amount'] %}
        cast(
            sum(cast(amount as decimal(28, 4))) filter (where measure_id = '{{ measure }}')
            as double
        ) as {{ measure }},
        {%- endfor %}
        metric_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        rep_id
    from counted
    group by metric_id, period_type, period_start, period_end, is_complete, rep_id
),

metric_values_ramp as (
    select
        metric_id,
        period_type,
        period_start,
        period_end,
        'rep' as scope,
        'all' as segment,
        'all' as team_id,
        rep_id,
        'all' as slice_type,
        'all' as slice_id,
        coalesce(qualified_amount, 0) as numerator,
        ramped_quota_amount * {{ var('ramp_pipeline_multiple') | float }} as denominator,
        coalesce(qualified_amount, 0)
        / nullif(ramped_quota_amount * {{ var('ramp_pipeline_multiple') | float }}, 0)
            as metric_value,
        cast(coalesce(qualified_count, 0) as bigint) as n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        is_complete
    from summed
    where ramped_quota_amount > 0
)

select * from metric_values_ramp

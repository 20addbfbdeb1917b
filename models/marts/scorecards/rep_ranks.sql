-- Effort beside result, among peers only: reps of the same segment who are past their ramp, as far
-- as both can be ranked. Conversion is what a rep moved on against what peers would have moved on
-- from the same stages, so that working early stages, where more goes on, is no merit. Long,
-- because the two ranks are made each from its own measures.
with scorecard_metrics as (select * from {{ configured('scorecard_metrics') }}),

current_values as (select * from {{ ref('int_scorecard_values') }}),

metric_values as (select * from {{ ref('metric_values') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

-- Sells through others: no peer of a rep.
managers as (
    select rep_id
    from {{ ref('int_managers_by_day') }}
    where calendar_day = {{ as_of_date() }}
),

reps as (
    select dim_reps.*
    from {{ ref('dim_reps') }} as dim_reps
    anti join managers on dim_reps.rep_id = managers.rep_id
    where dim_reps.is_active and dim_reps.ramp_stage = 'ramped'
),

ranked_metrics as (
    select
        metric_id,
        role
    from scorecard_metrics
    where scorecard = 'rep' and role in ('conversion_rank', 'activity_rank')
),

-- Thirteen whole weeks are the trailing 90 days conversion looks at, to a day.
last_weeks as (
    select max(period_start) as period_start
    from periods
    where period_type = 'week' and is_complete
),

activity as (
    select
        reps.segment,
        reps.rep_id,
        metric_values.metric_id,
        sum(cast(metric_values.metric_value as decimal(28, 4))) as activities
    from reps
    inner join metric_values
        on reps.rep_id = metric_values.rep_id
        and metric_values.scope = 'rep'
        and metric_values.period_type = 'week'
    inner join ranked_metrics
        on metric_values.metric_id = ranked_metrics.metric_id
        and ranked_metrics.role = 'activity_rank'
    inner join last_weeks
        on metric_values.period_start <= last_weeks.period_start
        and metric_values.period_start > last_weeks.period_start - 91
    group by reps.segment, reps.rep_id, metric_values.metric_id
),

conversion as (
    select
        reps.segment,
        reps.rep_id,
        current_values.slice_id,
        current_values.min_n,
        cast(current_values.numerator as decimal(28, 4)) as advanced,
        cast(current_values.denominator as decimal(28, 4)) as exits
    from reps
    inner join current_values
        on reps.rep_id = current_values.rep_id and current_values.scope = 'rep'
    inner join ranked_metrics
        on current_values.metric_id = ranked_metrics.metric_id
        and ranked_metrics.role = 'conversion_rank'
    where current_values.denominator > 0
),

peer_rates as (
    select
        segment,
        slice_id,
        cast(sum(advanced) as double) / nullif(cast(sum(exits) as double), 0) as peer_rate
    from conversion
    group by segment, slice_id
),

converted as (
    select
        conversion.segment,
        conversion.rep_id,
        cast(sum(conversion.advanced) as double) as advanced,
        cast(sum(conversion.exits) as double) as exits,
        -- In decimals, so that the sum does not depend on the order of the rows.
        cast(
            sum(cast(conversion.exits * peer_rates.peer_rate as decimal(28, 10))) as double
        ) as expected,
        max(conversion.min_n) as min_n
    from conversion
    inner join peer_rates
        on conversion.segment = peer_rates.segment
        and conversion.slice_id = peer_rates.slice_id
    group by conversion.segment, conversion.rep_id
),

-- Only who can be ranked on both is a peer of anyone.
rankable as (
    select
        activity.segment,
        activity.rep_id,
        activity.metric_id,
        activity.activities,
        converted.advanced,
        converted.exits,
        converted.advanced / nullif(converted.expected, 0) as conversion_index
    from activity
    inner join converted on activity.rep_id = converted.rep_id
    where converted.exits >= converted.min_n and converted.expected > 0
),

placed as (
    select
        *,
        rank() over (partition by segment, metric_id order by activities desc) as place
    from rankable
),

totals as (
    select
        segment,
        rep_id,
        sum(place) as places,
        max(advanced) as advanced,
        max(exits) as exits,
        max(conversion_index) as conversion_index
    from placed
    group by segment, rep_id
),

ranked as (
    select
        *,
        rank() over (partition by segment order by places asc) as activity_rank,
        rank() over (partition by segment order by conversion_index desc) as conversion_rank,
        count(*) over (partition by segment) as peers
    from totals
),

rep_ranks as (
    select
        {{ as_of_date() }} as as_of_date,
        'rep' as scope,
        rep_id,
        segment as peer_segment,
        cast(peers as bigint) as peers,
        cast(activity_rank as bigint) as activity_rank,
        cast(conversion_rank as bigint) as conversion_rank,
        cast(advanced as bigint) as advanced_count,
        cast(exits as bigint) as n,
        conversion_index,
        peers >= 3 and activity_rank <= peers / 3.0 and conversion_rank > peers * 2 / 3.0
            as busy_not_converting
    from ranked
)

select * from rep_ranks
order by peer_segment, conversion_rank, rep_id

-- How long leads wait for the first touch: quantiles of the Kaplan-Meier curve, which keeps the
-- leads that still wait. A lead is followed to the end of the period it was created in and no
-- further, so that a week reads the same whenever it is built. Long, because the curve is made here.
{%- set keys = ['clock', 'period_type', 'period_start', 'scope', 'segment', 'team_id', 'rep_id', 'slice_id'] %}
with responses as (select * from {{ ref('int_lead_responses') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

window_days as (select * from {{ ref('int_window_days') }}),

business_days as (select * from {{ ref('int_business_days') }}),

scopes as (select * from {{ ref('int_scopes') }}),

metrics as (
    select *
    from {{ ref('metrics') }}
    where
        metric_id in (
            'lead_response_minutes',
            'lead_response_minutes_p95',
            'lead_response_business_minutes',
            'lead_unanswered_share'
        )
),

clocks as (
    select distinct time_zone
    from business_days
),

ends as (
    select
        period_type,
        period_start,
        window_end,
        {{ business_midnight('(window_end + 1)') }} as ends_at
    from periods
),

ending_days as (
    select
        ends.*,
        {{ local_day('ends.ends_at', 'clocks.time_zone') }} as local_ends_on
    from ends
    left join clocks on clocks.time_zone is not null
),

timed_ends as (
    select
        ending_days.period_type,
        ending_days.period_start,
        ending_days.window_end,
        ending_days.ends_at,
        {{ open_micros_until('ending_days.ends_at', 'business_days') }} as open_micros_at_end
    from ending_days
    left join business_days on ending_days.local_ends_on = business_days.calendar_day
),

-- A period before the first touch the CRM tells of is not instrumented.
followed as (
    select
        timed_ends.period_type,
        timed_ends.period_start,
        coalesce(assignments.segment, 'unassigned') as segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        responses.rep_id,
        responses.is_hot,
        coalesce(responses.first_touch_at < timed_ends.ends_at, false) as is_answered,
        case
            when responses.first_touch_at < timed_ends.ends_at then responses.response_micros
            else {{ micros_between('responses.created_at', 'timed_ends.ends_at') }}
        end as calendar,
        case
            when responses.first_touch_at < timed_ends.ends_at then responses.open_micros_at_touch
            else timed_ends.open_micros_at_end
        end - responses.open_micros_at_creation as business
    from responses
    inner join window_days
        on responses.created_on = window_days.calendar_day and window_days.window_id = 'period'
    inner join timed_ends
        on window_days.period_type = timed_ends.period_type
        and window_days.period_start = timed_ends.period_start
        and responses.touches_known_from <= timed_ends.window_end
    left join assignments
        on responses.rep_id = assignments.rep_id
        and responses.created_on >= assignments.valid_from
        and responses.created_on < assignments.valid_to
),

clocked as (
    {%- for clock in ['calendar', 'business'] %}
    {%- for slice in ['all', 'hot'] %}
    select
        '{{ clock }}' as clock,
        '{{ slice }}' as slice_id,
        period_type,
        period_start,
        segment,
        team_id,
        rep_id,
        is_answered,
        {{ clock }} as waited_micros
    from followed
    where {{ clock }} is not null{{ ' and is_hot' if slice == 'hot' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

reported_scopes as (
    select distinct scopes.*
    from scopes
    inner join metrics on {{ listed_in('scopes.scope', 'metrics.scopes') }}
),

-- Leads with the same wait are one step of the curve.
steps as (
    select
        clocked.clock,
        clocked.period_type,
        clocked.period_start,
        reported_scopes.scope,
        case when reported_scopes.keeps_segment then clocked.segment else 'all' end as segment,
        case when reported_scopes.keeps_team then clocked.team_id else 'all' end as team_id,
        case when reported_scopes.keeps_rep then clocked.rep_id else 'all' end as rep_id,
        clocked.slice_id,
        clocked.waited_micros,
        count(*) as lead_count,
        count(*) filter (where clocked.is_answered) as answered_count
    from clocked
    cross join reported_scopes
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

-- Windows over a number are three times as fast as over eight texts.
celled as (
    select
        steps.*,
        {{ hash_64("concat_ws('|', clock, period_type, scope, segment, team_id, rep_id, slice_id)") }}
            as cell
    from steps
),

at_risk as (
    select
        celled.*,
        sum(lead_count) over (
            partition by cell, period_start
            order by waited_micros desc
            rows between unbounded preceding and current row
        ) as waiting_count
    from celled
),

-- The product over the steps, as a sum of logarithms. Decimals, because sums of doubles depend on
-- their order; the last step, where nobody is left, has no logarithm.
curve as (
    select
        at_risk.*,
        case
            when answered_count = waiting_count then 0
            else exp(
                coalesce(
                    sum(
                        case
                            when answered_count < waiting_count
                                then cast(
                                    ln(
                                        1 - cast(answered_count as double)
                                        / nullif(cast(waiting_count as double), 0)
                                    ) as decimal(28, 18)
                                )
                        end
                    ) over (
                        partition by cell, period_start
                        order by waited_micros
                        rows between unbounded preceding and current row
                    ),
                    0
                )
            )
        end as waiting_share
    from at_risk
),

-- What is one half but for the last digits is one half.
quantiles as (
    select
        {{ keys | join(',\n        ') }},
        cast(sum(lead_count) as bigint) as n,
        cast(sum(lead_count - answered_count) as double) as unanswered_count,
        min(waited_micros) filter (where waiting_share <= 0.500000001) as p50,
        min(waited_micros) filter (where waiting_share <= 0.050000001) as p95
    from curve
    group by {{ keys | join(', ') }}
),

valued as (
    select
        metrics.metric_id,
        quantiles.period_type,
        quantiles.period_start,
        periods.period_end,
        quantiles.scope,
        quantiles.segment,
        quantiles.team_id,
        quantiles.rep_id,
        metrics.slice_type,
        quantiles.slice_id,
        case when metrics.has_interval then quantiles.unanswered_count end as numerator,
        case when metrics.has_interval then cast(quantiles.n as double) end as denominator,
        case
            when metrics.metric_id = 'lead_unanswered_share'
                then quantiles.unanswered_count / nullif(cast(quantiles.n as double), 0)
            when metrics.metric_id = 'lead_response_minutes_p95' then {{ micros_as_minutes('quantiles.p95') }}
            else {{ micros_as_minutes('quantiles.p50') }}
        end as metric_value,
        quantiles.n,
        case
            when metrics.has_interval
                then {{ wilson_low('quantiles.unanswered_count', 'cast(quantiles.n as double)') }}
        end as ci_low,
        case
            when metrics.has_interval
                then {{ wilson_high('quantiles.unanswered_count', 'cast(quantiles.n as double)') }}
        end as ci_high,
        periods.is_complete
    from quantiles
    inner join metrics
        on quantiles.clock
        = case when metrics.metric_id like '%business%' then 'business' else 'calendar' end
        and {{ listed_in('quantiles.scope', 'metrics.scopes') }}
        and {{ listed_in('quantiles.period_type', 'metrics.period_types') }}
    inner join periods
        on quantiles.period_type = periods.period_type
        and quantiles.period_start = periods.period_start
)

select * from valued

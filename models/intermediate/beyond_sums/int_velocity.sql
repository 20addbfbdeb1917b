-- Pipeline velocity and its four drivers at the end of each period. Velocity is their product, so
-- the change of its logarithm is the sum of theirs, and a missing driver leaves no velocity. Long,
-- because the drivers are derived here and stand beside their product.
{% set measures = [
    'open_qualified_count', 'won_standing_count', 'decided_qualified_count', 'won_standing_amount',
    'won_with_amount_count', 'won_cycle_days',
] -%}
with windowed as (
    select *
    from {{ ref('int_window_sums_named') }}
    where slice_type = 'all'
        and window_id = case measure_id when 'open_qualified_count' then 'point' else 't90' end
),

periods as (select * from {{ ref('int_calendar_periods') }}),

splits as (select * from {{ ref('int_scope_splits') }}),

summed as (
    select
        {%- for measure in measures %}
        cast(
            max(case when measure_id = '{{ measure }}' then measure_value end) as double
        ) as {{ measure }},
        {%- endfor %}
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id
    from windowed
    group by period_type, period_start, scope, segment, team_id, rep_id
),

driven as (
    select
        period_type,
        period_start,
        scope,
        segment,
        team_id,
        rep_id,
        open_qualified_count,
        won_standing_count,
        case
            when won_standing_count > 0
                then won_standing_count / nullif(decided_qualified_count, 0)
        end as win_rate,
        won_standing_amount / nullif(won_with_amount_count, 0) as avg_deal_size,
        won_cycle_days / nullif(won_standing_count, 0) as sales_cycle_days
    from summed
),

velocity_readings as (
    select
        driven.period_type,
        driven.period_start,
        periods.period_end,
        periods.is_complete,
        driven.scope,
        driven.segment,
        driven.team_id,
        driven.rep_id,
        driven.open_qualified_count,
        driven.win_rate,
        driven.avg_deal_size,
        driven.sales_cycle_days,
        cast(coalesce(driven.won_standing_count, 0) as bigint) as won_count,
        case
            when driven.open_qualified_count > 0
                and driven.avg_deal_size > 0
                and driven.sales_cycle_days > 0
                then
                    driven.open_qualified_count
                    * driven.win_rate
                    * driven.avg_deal_size
                    / nullif(driven.sales_cycle_days, 0)
        end as velocity
    from driven
    inner join periods
        on driven.period_type = periods.period_type and driven.period_start = periods.period_start
    left join splits
        on driven.scope = splits.scope
        and driven.team_id = splits.team_id
        and driven.rep_id = splits.rep_id
    where {{ not_repeated('driven.scope', 'periods.window_end') }}
)

select * from velocity_readings

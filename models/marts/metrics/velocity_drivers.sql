-- What moved velocity from one week to the next: the change of its logarithm, cut into the changes
-- of its drivers, which add up to it.
{%- set drivers = ['open_qualified_count', 'win_rate', 'avg_deal_size', 'sales_cycle_days'] %}
with velocities as (select * from {{ ref('int_velocity') }}),

weeks as (
    select *
    from velocities
    where period_type = 'week' and velocity is not null
),

compared as (
    select
        weeks.*,
        week_before.velocity as velocity_before,
        {%- for driver in drivers %}
        {{ '-' if driver == 'sales_cycle_days' }}(
            ln(weeks.{{ driver }}) - ln(week_before.{{ driver }})
        ) as {{ driver }}_effect,
        {%- endfor %}
        twelve_before.velocity as velocity_12_weeks_before
    from weeks
    left join weeks as week_before
        on weeks.period_start - 7 = week_before.period_start
        and weeks.scope = week_before.scope
        and weeks.segment = week_before.segment
        and weeks.team_id = week_before.team_id
        and weeks.rep_id = week_before.rep_id
    left join weeks as twelve_before
        on weeks.period_start - 84 = twelve_before.period_start
        and weeks.scope = twelve_before.scope
        and weeks.segment = twelve_before.segment
        and weeks.team_id = twelve_before.team_id
        and weeks.rep_id = twelve_before.rep_id
),

drivers as (
    select
        period_start as week_start,
        period_end,
        scope,
        segment,
        team_id,
        rep_id,
        velocity,
        cast(open_qualified_count as bigint) as open_qualified_count,
        win_rate,
        avg_deal_size,
        sales_cycle_days,
        velocity_before,
        ln(velocity) - ln(velocity_before) as log_change,
        {%- for driver in drivers %}
        {{ driver }}_effect,
        {%- endfor %}
        velocity_12_weeks_before,
        velocity / nullif(velocity_12_weeks_before, 0) - 1 as change_12_weeks,
        is_complete
    from compared
)

select * from drivers
order by week_start, scope, segment, team_id, rep_id

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
    {%- for alias, days in [('week_before', 7), ('twelve_before', 84)] %}
    left join weeks as {{ alias }}
        on weeks.period_start - {{ days }} = {{ alias }}.period_start
        and weeks.scope = {{ alias }}.scope
        and weeks.segment = {{ alias }}.segment
        and weeks.team_id = {{ alias }}.team_id
        and weeks.rep_id = {{ alias }}.rep_id
    {%- endfor %}
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

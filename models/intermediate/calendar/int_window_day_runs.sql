-- Days that lie in exactly the same 90-day windows make a run: what is summed by run first meets
-- its windows with a fraction of the rows. A day's windows of one kind are consecutive periods, so
-- that the first and the last tell them all.
{% set kinds = [
    ('month', 't90'), ('month', 'p90'), ('quarter', 't90'), ('quarter', 'p90'),
    ('week', 't90'), ('week', 'p90'),
] -%}
{% set edges = [] -%}
{% for period_type, window_id in kinds -%}
{% for edge in ['min', 'max'] -%}
{% do edges.append(edge ~ '_' ~ period_type ~ '_' ~ window_id) -%}
{% endfor -%}
{% endfor -%}

with window_days as (select * from {{ ref('int_window_days') }}),

described as (
    select
        {%- for period_type, window_id in kinds %}
        {%- for edge in ['min', 'max'] %}
        {{ edge }}(period_start) filter (
            where period_type = '{{ period_type }}' and window_id = '{{ window_id }}'
        ) as {{ edge }}_{{ period_type }}_{{ window_id }},
        {%- endfor %}
        {%- endfor %}
        calendar_day
    from window_days
    where window_id in ('t90', 'p90') and period_type <> 'day'
    group by calendar_day
),

runs as (
    select
        calendar_day,
        min(calendar_day) over (partition by {{ edges | join(', ') }}) as run_start,
        min(calendar_day) over (partition by {{ edges[:8] | join(', ') }}) as long_run_start
    from described
)

select * from runs

-- The long table every metric is summed from: measure, day, keys, value. The team is the rep's team
-- on that day. What averages and rates of a window rest on is what closed in it and still stands
-- when it ends: there a reversal or correction has a second day, that of the closing it corrects,
-- and counts only in windows that hold both (anchored_on).
{%- set events = event_measures() -%}

{#- A reopening takes back from the team that was credited with the closing. -#}
{% set credited_elsewhen = [
    'int_closing_events', 'int_loss_events', 'int_stage_outcome_events',
] -%}

{#- Sums of what was booked count every event on its own day. -#}
{% set sums = "'won_count', 'won_amount', 'lost_count', 'lost_amount'" %}

with assignments as (select * from {{ ref('int_rep_assignments') }}),

{% for model, measures in events.items() -%}
{{ model }}_summed as (
    select
        {%- for measure in measures %}
        cast(sum({{ measure }}) as decimal(28, 4)) as {{ measure }},
        {%- endfor %}
        event_on,
        {{ 'credited_on' if model in credited_elsewhen else 'event_on' }} as credited_on,
        rep_id,
        segment,
        slice_type,
        slice_id
    from {{ ref(model) }}
    group by {{ range(measures | length + 1, measures | length + 7) | join(', ') }}
),

{% endfor -%}
measured as (
    {% for model, measures in events.items() -%}
    {% if not loop.first %}union all{% endif %}
    select
        measure_id,
        event_on as measured_on,
        {% if model in credited_elsewhen -%}
        case when measure_id not in ({{ sums }}) then credited_on end
        {%- else -%}
        cast(null as date)
        {%- endif %} as anchored_on,
        credited_on,
        rep_id,
        segment,
        slice_type,
        slice_id,
        measure_value
    from {{ model }}_summed unpivot (measure_value for measure_id in ({{ measures | join(', ') }}))
    {% endfor -%}
),

daily as (
    select
        measured.measure_id,
        measured.measured_on,
        measured.anchored_on,
        measured.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        measured.rep_id,
        measured.slice_type,
        measured.slice_id,
        cast(sum(measured.measure_value) as decimal(28, 4)) as measure_value
    from measured
    left join assignments
        on measured.rep_id = assignments.rep_id
        and {{ in_force('assignments', 'measured.credited_on') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from daily

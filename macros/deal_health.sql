{#-
    The reasons why an open deal is `red` or `amber`, as codes separated by commas in a fixed order (the doc block
    health_reasons explains them); empty text when there is none. Where the red form of a reason holds, its amber form
    is left out. The columns are those of int_open_deals_at_period_ends; a null says nothing, and a close date of which
    the CRM keeps no history nothing either: tomorrow nobody would know it of today. Thresholds: dbt_project.yml.
-#}
{% macro health_reasons(colour) -%}
    {%- set red_age = 'stage_age_days > ' ~ var('health_red_stage_age') ~ ' * expected_days' -%}
    {%- set red_silence = 'silent_days >= ' ~ var('health_red_silent_days') -%}
    {%- set red_pushes = 'push_count >= ' ~ var('health_red_pushes') -%}
    {%- if colour == 'red' -%}
        concat_ws(
            ',',
            case when close_date < window_end and is_close_date_recorded then 'past_due' end,
            case when {{ red_age }} then 'stalled' end,
            case when {{ red_silence }} then 'silent' end,
            case when {{ red_pushes }} then 'pushed_often' end
        )
    {%- else -%}
        concat_ws(
            ',',
            case
                when {{ red_age }} then null
                when stage_age_days > {{ var('health_amber_stage_age') }} * expected_days then 'slow'
            end,
            case
                when {{ red_silence }} then null
                when silent_days >= {{ var('health_amber_silent_days') }} then 'quiet'
            end,
            case
                when {{ red_pushes }} then null
                when quarter_push_count >= {{ var('health_amber_quarter_pushes') }} then 'pushed_this_quarter'
            end,
            case when not has_next_step then 'no_next_step' end
        )
    {%- endif -%}
{%- endmacro %}

{#-
    The wide table of one stack: one row per period and keys, one column per metric. The columns and their types are
    those of the model's own YAML contract, so a new metric is one catalog row and one documented column; beside a rate
    or average stands `<metric>_n`, the cases it rests on.
    `stack`: activity, pipeline or outcome.
-#}
{% macro metric_family(stack) -%}
    {%- set shown = model.columns.keys() | list -%}
    {%- set keys = ['period_type', 'period_start', 'period_end', 'scope', 'segment', 'team_id', 'rep_id', 'is_complete'] -%}
    with metric_values as (select * from {{ ref('metric_values') }}),
    metrics as (select * from {{ configured('metrics') }}),

    pivoted as (
        select
            {%- for key in keys %}
            metric_values.{{ key }}{{ ',' if not loop.last }}
            {%- endfor %}
            {%- for column in model.columns.values() if column.name not in keys %}
            {%- set is_n = column.name.endswith('_n') and column.name[:-2] in shown %},
            cast(
                max(
                    case
                        when metric_values.metric_id = '{{ column.name[:-2] if is_n else column.name }}'
                            then metric_values.{{ 'n' if is_n else 'metric_value' }}
                    end
                ) as {{ column.data_type }}
            ) as {{ column.name }}
            {%- endfor %}
        from metric_values
        inner join metrics on metric_values.metric_id = metrics.metric_id
        where metrics.stack = '{{ stack }}' and metric_values.slice_type = 'all'
        group by {{ range(1, keys | length + 1) | join(', ') }}
    )

    select * from pivoted
    order by period_type, period_start, segment, team_id, rep_id
{%- endmacro %}

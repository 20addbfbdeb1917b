{#-
    numbered_runs(runs, days, number, columns): a row per run of days, from_day to before to_day, and number of the
    days in `days` that it holds, in a column of that name. `days` has a row per calendar_day with the number of the
    first such day from it on, null after the last. Equal numbers are found by hashing, where ranges of days would
    have every run sorted.
-#}
{% macro numbered_runs(runs, days, number, columns) -%}
    select
        {%- for column in columns %}
        {{ runs }}.{{ column }},
        {%- endfor %}
        {{ each_number(
            'began.' ~ number,
            '(coalesce(ended.' ~ number ~ ', last_days.number + 1) - began.' ~ number ~ ')'
        ) }} as {{ number }}
    from {{ runs }}
    inner join {{ days }} as began on {{ runs }}.from_day = began.calendar_day
    left join {{ days }} as ended on {{ runs }}.to_day = ended.calendar_day
    cross join (select max({{ number }}) as number from {{ days }}) as last_days
    where began.{{ number }} < coalesce(ended.{{ number }}, last_days.number + 1)
{%- endmacro %}

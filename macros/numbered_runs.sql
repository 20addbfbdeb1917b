{#-
    numbered_runs(runs, days, number, columns): runs of days, from_day to before to_day, as the numbers of the days in
    `days` they hold, `first_number` and `day_count`; none of those that hold none. `days` has a row per calendar_day
    with the number of the first such day from it on, null after the last. Equal numbers are found by hashing, where
    ranges of days would have every run sorted.
-#}
{% macro numbered_runs(runs, days, number, columns) -%}
    select
        {%- for column in columns %}
        {{ runs }}.{{ column }},
        {%- endfor %}
        began.{{ number }} as first_number,
        coalesce(ended.{{ number }}, last_days.number + 1) - began.{{ number }} as day_count
    from {{ runs }}
    inner join {{ days }} as began on {{ runs }}.from_day = began.calendar_day
    left join {{ days }} as ended on {{ runs }}.to_day = ended.calendar_day
    cross join (select max({{ number }}) as number from {{ days }}) as last_days
    where began.{{ number }} < coalesce(ended.{{ number }}, last_days.number + 1)
{%- endmacro %}

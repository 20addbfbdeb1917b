{#-
    True when a row last modified at `row_stamp` is an older copy than the record of a change at `change_stamp`, as of
    two files exported at two times. A minute is two clocks, and a stamp at midnight a day without its time: such a row
    may be as new. Null where one of the two is not known.
-#}
{% macro is_older_copy(row_stamp, change_stamp) -%}
    (
        {{ micros_between(row_stamp, change_stamp) }} > 60000000
        and (
            {{ row_stamp }} <> {{ business_midnight(business_day(row_stamp)) }}
            or {{ business_day(row_stamp) }} < {{ business_day(change_stamp) }}
        )
    )
{%- endmacro %}

{#-
    Values of date and timestamp columns. A day where an instant is wanted is the beginning of that
    business day. An instant where a day is wanted is a day or an instant as the contract says
    (`instants` of the source or the column, or the var raw_instants):
        never   the column holds days: the day as written, with whatever time and zone behind it
        timed   midnight is how loaders and exports write a day; any other time, of a text with a
                zone or of a timestamp, is an instant and counts on its business day
        always  every value with a time is an instant, midnight too
    A text with a time and no zone tells neither: the day as written, and row_doubts names it.
-#}
{% macro cast_raw_time(expression, family, physical_type, field, formats) -%}
    {%- if family == 'timestamp' -%}
        {%- set expression = utc_timestamp(expression, physical_type) -%}
    {%- endif -%}
    {%- set text = raw_text(expression, family) -%}
    {%- if field.kind == 'month' -%}
        {{ month_of(expression, family, formats) }}
    {%- elif family == 'number' -%}
        {{ time_of_millis('cast(' ~ expression ~ ' as bigint)', field) }}
    {%- elif family == 'text' and field.millis -%}
        case
            when {{ text_matches(text, '[0-9]{9,14}') }}
                then {{ time_of_millis('try_cast(' ~ text ~ ' as bigint)', field) }}
            else {{ cast_raw_time(expression, family, physical_type, dict(field, millis=false), formats) }}
        end
    {%- elif family in ('date', 'timestamp') and field.type == 'date' -%}
        {{ day_of_time(expression, family, field) }}
    {%- elif family == 'date' -%}
        {{ business_midnight(expression) }}
    {%- elif family == 'timestamp' -%}
        {{ expression }}
    {%- elif field.type == 'date' -%}
        {{ day_of_text(text, field, formats) }}
    {%- elif business_timezone() != 'UTC' -%}
        case
            when {{ text }} like '%:%' then {{ parse_timestamp(text, formats.date) }}
            else {{ business_midnight(parse_day(text, formats.date)) }}
        end
    {%- else -%}
        {{ parse_timestamp(text, formats.date) }}
    {%- endif -%}
{%- endmacro %}

{#-
    A number of milliseconds, or of seconds, since 1970, of an instant after 1979: a smaller number may
    be a day such as 20250415 and is none. 0 is what loaders write for nothing.
-#}
{% macro time_of_millis(number, field) -%}
    {%- set instant = 'case when ' ~ number ~ ' between 300000000000 and 99999999999999 then '
        ~ instant_of_millis(number) ~ ' when ' ~ number ~ ' between 300000000 and 9999999999 then '
        ~ instant_of_millis(number ~ ' * 1000') ~ ' end' -%}
    {%- if field.type != 'date' -%}{{ return(instant) }}{%- endif -%}
    {{ return(
        'cast(' ~ instant ~ ' as date)' if (field.instants or 'never') == 'never'
        else business_day(instant)
    ) }}
{%- endmacro %}

{% macro day_of_time(expression, family, field) -%}
    {%- set instants = field.instants or 'never' -%}
    {%- if family == 'date' -%}
        {{ expression }}
    {%- elif instants == 'never' or (instants == 'timed' and business_timezone() == 'UTC') -%}
        cast({{ expression }} as date)
    {%- elif instants == 'always' -%}
        {{ business_day(expression) }}
    {%- else -%}
        case
            when {{ is_midnight(expression) }} then cast({{ expression }} as date)
            else {{ business_day(expression) }}
        end
    {%- endif -%}
{%- endmacro %}

{% macro day_of_text(text, field, formats) -%}
    {%- set instants = field.instants or 'never' -%}
    {%- if instants == 'never' -%}
        {{ parse_day(text, formats.date) }}
    {%- else -%}
        case
            when {{ text }} like '%:%'
                {%- if instants == 'timed' %} and {{ has_time(text) }} and {{ has_zone(text) }}{% endif %}
                then {{ business_day(parse_timestamp(text, formats.date)) }}
            else {{ parse_day(text, formats.date) }}
        end
    {%- endif -%}
{%- endmacro %}

{#- True for a UTC timestamp of the first microsecond of a day. -#}
{% macro is_midnight(expression) -%}
    {{ expression }} = cast(cast({{ expression }} as date) as timestamp)
{%- endmacro %}

{#-
    True where a date column holds a time that leaves open which day is meant: a time without a
    zone where instants may stand, any time where days must. None for a column that cannot, and for
    a business on UTC, where both are one day.
-#}
{% macro doubtful_day(expression, field) -%}
    {%- set family = type_family(field.physical.type) -%}
    {%- set instants = field.instants or 'never' -%}
    {%- set text = raw_text(expression, family) -%}
    {%- if field.type != 'date' or field.kind == 'month' or instants == 'always'
        or business_timezone() == 'UTC' -%}
        {{ return(none) }}
    {%- elif family == 'text' and instants == 'timed' -%}
        {{ return(has_time(text) ~ ' and not ' ~ has_zone(text)) }}
    {%- elif family == 'text' -%}
        {{ return(has_time(text)) }}
    {%- elif family == 'timestamp' and instants == 'never' -%}
        {{ return('not ' ~ is_midnight(utc_timestamp(expression, field.physical.type))) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- The first day of a month given as YYYY-MM or as any day in it. -#}
{% macro month_of(expression, family, formats) -%}
    {%- if family in ('date', 'timestamp') -%}
        cast(date_trunc('month', {{ expression }}) as date)
    {%- else -%}
        {%- set text = raw_text(expression, family) -%}
        cast(date_trunc('month', case
            when {{ text_matches(text, '[0-9]{4}-(0[1-9]|1[0-2])') }}
                then {{ parse_day(text ~ " || '-01'", 'iso') }}
            else {{ parse_day(text, formats.date) }}
        end) as date)
    {%- endif -%}
{%- endmacro %}

{#-
    Days outside 1900 to 2200 are placeholders or typing errors. A window may have no beginning or
    no end: there 0001-01-01 and 9999-12-31 are days like any other.
-#}
{% macro within_centuries(expression, field) -%}
    {%- set bounds = ('0001-01-01', '9999-12-31') if field.kind == 'window'
        else ('1900-01-01', '2200-12-31') -%}
    case
        when cast({{ expression }} as date) between date '{{ bounds[0] }}' and date '{{ bounds[1] }}'
            then {{ expression }}
    end
{%- endmacro %}

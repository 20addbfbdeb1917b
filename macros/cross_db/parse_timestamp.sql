{#-
    parse_timestamp(expression, style): a text as a UTC timestamp, null where it does not fit.
        style 'iso'    2025-09-29, 2025-09-29 13:05:00, 2025-09-29T13:05:00.000+0200
        style 'm/d/y'  9/29/25, 09/29/2025 1:05 PM, 9/29/2025 13:05:00
        style 'd-m-y'  29-09-25, 29-9-2025 13:05
    A text without a zone is UTC; a text without a time is midnight.
-#}
{% macro parse_timestamp(expression, style) -%}
    {{ adapter.dispatch('parse_timestamp', 'sales_metrics')(expression, style) }}
{%- endmacro %}

{#- The cast by way of timestamptz is what applies an offset; the profile sets the zone to UTC. -#}
{% macro default__parse_timestamp(expression, style) -%}
    {%- if style == 'iso' -%}
        cast(try_cast({{ expression }} as timestamptz) as timestamp)
    {%- else -%}
        try_strptime({{ expression }}, [
        {%- set day = {'m/d/y': '%m/%d/', 'd-m-y': '%d-%m-'}[style] -%}
        {%- for year in ['%y', '%Y'] -%}
            {%- for time in ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'] -%}
                '{{ day ~ year ~ time }}'{{ ', ' if not (loop.last and year == '%Y') }}
            {%- endfor -%}
        {%- endfor -%}
        ])
    {%- endif -%}
{%- endmacro %}

{#- Spark would take '2025' for a year and '13:05' for a time of the day it is run on. -#}
{% macro spark__parse_timestamp(expression, style) -%}
    {%- if style == 'iso' -%}
        case
            when {{ expression }} rlike '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T]+[0-9]{1,2}:.*)?$'
                then try_cast({{ expression }} as timestamp)
        end
    {%- else -%}
        coalesce(
        {%- set day = {'m/d/y': 'M/d/', 'd-m-y': 'd-M-'}[style] -%}
        {%- for year in ['yy', 'yyyy'] -%}
            {%- for time in ['', ' H:mm', ' H:mm:ss', ' h:mm a', ' h:mm:ss a'] -%}
                try_to_timestamp({{ expression }}, '{{ day ~ year ~ time }}')
                {{- ', ' if not (loop.last and year == 'yyyy') }}
            {%- endfor -%}
        {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}

{#-
    A trimmed text as a UTC timestamp or as the day it writes, null where it is not of the style:

        iso    2025-09-29  2025/9/29  2025-09-29 13:05  2025-09-29T13:05:00.000+0200
        m/d/y  9/29/25  09/29/2025 1:05 PM  9/29/2025 13:05:00
        d/m/y  d-m-y  d.m.y  likewise, the day first

    parse_timestamp(text, style)  without a zone it is UTC, without a time it is midnight
    parse_day(text, style)        the day as written, whatever time and zone stand behind it
    has_time(text)                true where a time of day is written that is not midnight
    has_zone(text)                true where that time has a zone

    A zone is Z, UTC, GMT or an offset (+02:00, +0200, +02), with a blank before it or none. Names
    such as Europe/Berlin are not read: in the hour a clock is set back engines take them for
    different instants. A year of two digits lies in 1969 to 2068. What is not of the pattern never
    reaches a cast, so that engines cannot differ in what else they would take for a date.
-#}
{% macro parse_timestamp(text, style) -%}
    case
        when {{ text_matches(text, timestamp_pattern(style)) }}
            then {{ iso_instant(text if style == 'iso' else iso_text(text, style)) }}
    end
{%- endmacro %}

{% macro parse_day(text, style) -%}
    {%- set day = "split_part(split_part(" ~ text ~ ", 'T', 1), ' ', 1)" -%}
    case
        when {{ text_matches(text, timestamp_pattern(style)) }}
            then try_cast(
                {{ "replace(" ~ day ~ ", '/', '-')" if style == 'iso' else iso_day(day, style) }}
                as date
            )
    end
{%- endmacro %}

{% macro has_time(text) -%}
    {{ text }} like '%:%'
    and not {{ text_matches(text, '.*[ T](0?0:00(:00([.]0+)?)?( ?' ~ zone_pattern() ~ ')?'
        ~ '|12:00(:00)? ?[Aa][Mm])') }}
{%- endmacro %}

{% macro has_zone(text) -%}
    {{ text_matches(text, '.*[0-9] ?' ~ zone_pattern()) }}
{%- endmacro %}

{% macro zone_pattern() -%}
    {{ return('(Z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)') }}
{%- endmacro %}

{% macro timestamp_pattern(style) -%}
    {%- set sign = style_sign(style) -%}
    {%- set clock = '([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?( ?'
        ~ zone_pattern() ~ ')?' -%}
    {%- set half_day = '(0?[1-9]|1[0-2]):[0-5][0-9](:[0-5][0-9])? ?[AaPp][Mm]' -%}
    {%- if style == 'iso' -%}
        {{ return('[0-9]{4}(-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2}([ T]' ~ clock ~ ')?') }}
    {%- endif -%}
    {{ return(
        '[0-9]{1,2}[' ~ sign ~ '][0-9]{1,2}[' ~ sign ~ ']([0-9]{4}|[0-9]{2})( (' ~ clock ~ '|'
        ~ half_day ~ '))?'
    ) }}
{%- endmacro %}

{#- What divides day, month and year in a style. -#}
{% macro style_sign(style) -%}
    {{ return({'iso': '-', 'm/d/y': '/', 'd/m/y': '/', 'd-m-y': '-', 'd.m.y': '.'}[style]) }}
{%- endmacro %}

{#- A day of another style as YYYY-M-D. -#}
{% macro iso_day(day, style) -%}
    {%- set places = {'m': 1, 'd': 2} if style == 'm/d/y' else {'d': 1, 'm': 2} -%}
    {%- set parts = {} -%}
    {%- for name, place in {'m': places.m, 'd': places.d, 'y': 3}.items() -%}
        {%- do parts.update({
            name: "split_part(" ~ day ~ ", '" ~ style_sign(style) ~ "', " ~ place ~ ")"
        }) -%}
    {%- endfor -%}
    case
        when length({{ parts.y }}) = 4 then {{ parts.y }}
        when {{ parts.y }} < '69' then '20' || {{ parts.y }}
        else '19' || {{ parts.y }}
    end || '-' || {{ parts.m }} || '-' || {{ parts.d }}
{%- endmacro %}

{#- A text of another style with its hours counted to 24, as an ISO text. -#}
{% macro iso_text(text, style) -%}
    {%- set day = "split_part(" ~ text ~ ", ' ', 1)" -%}
    {%- set clock = "substr(" ~ text ~ ", length(" ~ day ~ ") + 2)" -%}
    {%- set hour = "split_part(" ~ clock ~ ", ':', 1)" -%}
    {%- set minutes = "substr(" ~ clock ~ ", length(" ~ hour ~ ") + 1)" -%}
    {{ iso_day(day, style) }} || case
        when {{ text }} not like '%:%' then ''
        when lower({{ text }}) like '%m'
            then
                ' ' || cast(
                    try_cast({{ hour }} as bigint) % 12
                    + case when lower({{ text }}) like '%pm' then 12 else 0 end as string
                ) || rtrim(substr({{ minutes }}, 1, length({{ minutes }}) - 2))
        else ' ' || {{ clock }}
    end
{%- endmacro %}

{#- A text of the ISO pattern as a UTC timestamp; null for 30 February. -#}
{% macro iso_instant(text) -%}
    {{ return(adapter.dispatch('iso_instant', 'sales_metrics')(text)) }}
{%- endmacro %}

{#-
    Only the cast by way of timestamptz applies an offset, and only where one is written is it the same
    in whatever zone the session stands: it is the user's. Neither cast knows a blank before a zone,
    hence the second try.
-#}
{% macro default__iso_instant(text) -%}
    {%- set tight = "replace(replace(" ~ text ~ ", 'UTC', 'Z'), 'GMT', 'Z')" -%}
    {%- set tight = "replace(replace(replace(" ~ tight ~ ", ' Z', 'Z'), ' +', '+'), ' -', '-')" -%}
    case
        when {{ text }} like '%:%+%' or {{ text }} like '%:%-%'
            then timezone(
                'UTC', coalesce(try_cast({{ text }} as timestamptz), try_cast({{ tight }} as timestamptz))
            )
        else coalesce(try_cast({{ text }} as timestamp), try_cast({{ tight }} as timestamp))
    end
{%- endmacro %}

{#- Spark reads a zone only behind seconds, and UTC or GMT only behind a blank. -#}
{% macro spark__iso_instant(text) -%}
    {%- set plain = "replace(replace(replace(" ~ text ~ ", '/', '-'), 'UTC', 'Z'), 'GMT', 'Z')" -%}
    try_cast(
        regexp_replace(
            {{ plain }}, '^([^ T]+[ T][0-9]{1,2}:[0-9]{2})( ?(Z|[+-].*))?$', '$1:00$2'
        ) as timestamp
    )
{%- endmacro %}

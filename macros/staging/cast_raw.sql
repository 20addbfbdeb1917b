{#-
    cast_raw(expression, physical_type, field, formats): the value in the contract's type, null
    where it cannot be used. What already has the type is passed through, never parsed again. Text
    is always trimmed before a cast: DuckDB 2.0 pushes a bare try_cast into its CSV reader, where
    it stops the build at the first value that does not fit.
        expression     the physical column
        physical_type  its type, lower case
        field          {type, kind} of the contract
        formats        {date, amount} of the source
-#}
{% macro cast_raw(expression, physical_type, field, formats) -%}
    {%- set family = type_family(physical_type) -%}
    {%- set wanted = type_family(field.type) -%}
    {%- if wanted == 'text' -%}
        {{ cast_raw_text(expression, family, field) }}
    {%- elif wanted in ('date', 'timestamp') -%}
        {{ within_centuries(cast_raw_time(expression, family, physical_type, field, formats)) }}
    {%- elif family != wanted and family != 'text' -%}
        {{ safe_cast('cast(' ~ expression ~ ' as string)', field.type) }}
    {%- elif physical_type | replace(' ', '') == field.type -%}
        {{ expression }}
    {%- elif family == 'text' and wanted == 'number' and formats.amount == 'us' -%}
        {{ safe_cast(without_signs('trim(' ~ expression ~ ')', ['$', ',', '%']), field.type) }}
    {%- elif family == 'text' -%}
        {{ safe_cast('trim(' ~ expression ~ ')', field.type) }}
    {%- else -%}
        {{ safe_cast(expression, field.type) }}
    {%- endif -%}
{%- endmacro %}

{% macro without_signs(expression, signs) -%}
    {%- for sign in signs -%}replace({%- endfor -%}
    {{ expression }}
    {%- for sign in signs -%}, '{{ sign }}', ''){%- endfor -%}
{%- endmacro %}

{% macro cast_raw_text(expression, family, field) -%}
    {%- set text = expression if family == 'text' else 'cast(' ~ expression ~ ' as string)' -%}
    {%- set cleaned = "nullif(trim(" ~ text ~ "), '')" -%}
    {%- if field.kind == 'salesforce_id'
        or (field.kind == 'crm_id' and 'salesforce' in crm_sources()) -%}
        {{ salesforce_id(cleaned) }}
    {%- else -%}
        {{ cleaned }}
    {%- endif -%}
{%- endmacro %}

{#-
    A date is never shifted: of an instant or a text with a zone it is the day as written. A day
    where an instant is wanted is the beginning of that business day.
-#}
{% macro cast_raw_time(expression, family, physical_type, field, formats) -%}
    {%- set text = 'trim(' ~ expression ~ ')' if family == 'text'
        else 'cast(' ~ expression ~ ' as string)' -%}
    {%- if field.kind == 'month' -%}
        {{ month_of_text(text) }}
    {%- elif physical_type == field.type -%}
        {{ expression }}
    {%- elif family == 'date' -%}
        {{ business_midnight(expression) }}
    {%- elif family == 'timestamp' -%}
        cast({{ expression }} as {{ field.type }})
    {%- elif formats.date == 'iso' and field.type == 'date' -%}
        {{ safe_cast(text, 'date') }}
    {%- elif field.type == 'timestamp' and business_timezone() != 'UTC' -%}
        case
            when {{ text }} like '%:%' then {{ parse_timestamp(text, formats.date) }}
            else {{ business_midnight(parse_timestamp(text, formats.date)) }}
        end
    {%- else -%}
        cast({{ parse_timestamp(text, formats.date) }} as {{ field.type }})
    {%- endif -%}
{%- endmacro %}

{#- The first day of a month given as YYYY-MM or as any ISO day in it. -#}
{% macro month_of_text(text) -%}
    {%- set day = "case when length(" ~ text ~ ") = 7 then " ~ text ~ " || '-01' else " ~ text
        ~ " end" -%}
    cast(date_trunc('month', {{ safe_cast(day, 'date') }}) as date)
{%- endmacro %}

{#- Days outside 1900 to 2200 are placeholders or typing errors. -#}
{% macro within_centuries(expression) -%}
    case
        when cast({{ expression }} as date) between date '1900-01-01' and date '2200-12-31'
            then {{ expression }}
    end
{%- endmacro %}

{#- What a type is, whatever the engine calls it: text, number, boolean, date or timestamp. -#}
{% macro type_family(type) -%}
    {%- for family, pattern in {
        'timestamp': '^(timestamp|datetime)',
        'date': '^date$',
        'boolean': '^bool',
        'number': '^u?(tiny|small|big|huge)?int|^(long|short|byte|double|float|real|dec|num)',
        'text': '^(varchar|string|text|char)',
    }.items() -%}
        {%- if modules.re.match(pattern, type | lower) -%}{{ return(family) }}{%- endif -%}
    {%- endfor -%}
    {{ return('other') }}
{%- endmacro %}

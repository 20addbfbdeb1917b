{#-
    cast_raw(expression, physical_type, field, formats): the value in the contract's type, null
    where it cannot be used. What already has the type is passed through, never parsed again. Text
    is always trimmed before a cast: DuckDB 2.0 pushes a bare try_cast into its CSV reader, where
    it stops the build at the first value that does not fit.
        expression     the physical column
        physical_type  its type, lower case
        field          {type, kind, instants, range, key_prefixes} of the contract
        formats        {date, amount} of the column
-#}
{% macro cast_raw(expression, physical_type, field, formats) -%}
    {%- set family = type_family(physical_type) -%}
    {%- set wanted = type_family(field.type) -%}
    {%- if wanted == 'text' -%}
        {{ cast_raw_text(expression, family, field) }}
    {%- elif wanted in ('date', 'timestamp') -%}
        {{ within_centuries(
            cast_raw_time(expression, family, physical_type, field, formats), field
        ) }}
    {%- elif wanted == 'number' -%}
        {{ within_range(cast_raw_number(expression, family, physical_type, field, formats), field) }}
    {%- elif family == wanted -%}
        {{ expression }}
    {%- elif family == 'number' -%}
        case when {{ expression }} = 1 then true when {{ expression }} = 0 then false end
    {%- else -%}
        {{ text_as(raw_text(expression, family), field.type, formats) }}
    {%- endif -%}
{%- endmacro %}

{#- The trimmed text of a column of any type. -#}
{% macro raw_text(expression, family) -%}
    {{ return(
        trimmed(expression if family == 'text' else 'cast(' ~ expression ~ ' as string)') | trim
    ) }}
{%- endmacro %}

{% macro cast_raw_text(expression, family, field) -%}
    {%- if field.kind == 'number_id' -%}
        {{ return(number_id(expression, family)) }}
    {%- endif -%}
    {%- set cleaned = "nullif(" ~ raw_text(expression, family) ~ ", '')" -%}
    {%- if field.kind == 'id_18' -%}
        {{ id_18(cleaned) }}
    {%- elif field.kind == 'crm_id' -%}
        {{ crm_id(cleaned, field.key_prefixes) }}
    {%- else -%}
        {{ cleaned }}
    {%- endif -%}
{%- endmacro %}

{#- An id of digits, whatever type a loader has made of it: 17000000001.000000000 is 17000000001. -#}
{% macro number_id(expression, family) -%}
    {%- if family == 'number' -%}
        {{ return('cast(try_cast(' ~ expression ~ ' as decimal(38, 0)) as string)') }}
    {%- endif -%}
    {%- set text = raw_text(expression, family) -%}
    {{ return(
        'case when ' ~ text_matches(text, '[0-9]+[.]0*') | trim ~ ' then split_part(' ~ text
        ~ ", '.', 1) else nullif(" ~ text ~ ", '') end"
    ) }}
{%- endmacro %}

{% macro cast_raw_number(expression, family, physical_type, field, formats) -%}
    {%- if family != 'number' -%}
        {{ text_as(raw_text(expression, family), field.type, formats) }}
    {%- elif physical_type | replace(' ', '') == field.type -%}
        {{ expression }}
    {%- else -%}
        {{ safe_cast(expression, field.type) }}
    {%- endif -%}
{%- endmacro %}

{#-
    Numbers of the contract's range: `least` and `most` belong to it, `above` does not. What is no
    number (NaN) or has no end lies in none, so a column without a range has one all the same.
-#}
{% macro within_range(expression, field) -%}
    {%- set range = field.range or {'least': '-1e300', 'most': '1e300'} -%}
    {%- set bounds = [] -%}
    {%- for name, sign in {'least': '>=', 'above': '>', 'most': '<='}.items() if name in range -%}
        {%- do bounds.append(expression ~ ' ' ~ sign ~ ' ' ~ range[name]) -%}
    {%- endfor -%}
    {%- if field.range or field.type == 'double' -%}
        case when {{ bounds | join(' and ') }} then {{ expression }} end
    {%- else -%}
        {{ expression }}
    {%- endif -%}
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

{#-
    The bad_values of a row with the columns a staging model itself could not use added.
    found: {raw column: condition under which its value is bad}
-#}
{% macro bad_values_and(found) -%}
    nullif(concat_ws(
        ',',
        bad_values
        {%- for column, condition in found.items() %},
        case when {{ condition }} then '{{ column }}' end
        {%- endfor %}
    ), '')
{%- endmacro %}

{#-
    A probability of 0 to 100 as a share of one; anything else is null. may_be_share: for a table that
    people write; where none of it is above 1, its numbers are shares of one already.
-#}
{% macro percent_as_share(column, may_be_share=false) -%}
    {%- set whole = '100' if not may_be_share
        else 'case when max(' ~ column ~ ') over () <= 1 then 1 else 100 end' -%}
    case when {{ column }} between 0 and 100 then {{ column }} / {{ whole }} end
{%- endmacro %}

{#-
    The contract columns that hold something raw and nothing typed, comma separated. The names are put
    together only for a row that has one: for every row it would be the dearest column of the view.
-#}
{% macro bad_value_names(fields) -%}
    {%- set found = {} -%}
    {%- for field in fields if type_family(field.type) != 'text' -%}
        {%- set given = trimmed("raw_" ~ field.name) ~ " <> ''"
            if type_family(field.physical.type) == 'text'
            else 'raw_' ~ field.name ~ ' is not null' -%}
        {%- do found.update({field.name: field.name ~ ' is null and ' ~ given}) -%}
    {%- endfor -%}
    {{ names_of(found) }}
{%- endmacro %}

{#- What row_doubts says of a row, put together likewise. -#}
{% macro row_doubt_names(fields) -%}
    {%- set found = {'copies': 'is_contradicted'} -%}
    {%- for field in fields -%}
        {%- set condition = doubtful_day('raw_' ~ field.name, field) -%}
        {%- if condition -%}{%- do found.update({field.name: condition}) -%}{%- endif -%}
    {%- endfor -%}
    {{ names_of(found) }}
{%- endmacro %}

{#- Comma separated, the names whose condition holds; null where none does. -#}
{% macro names_of(found) -%}
    {%- if not found -%}
    cast(null as string)
    {%- else -%}
    case
        when
            {%- for condition in found.values() %}
            {{ 'or ' if not loop.first }}({{ condition }})
            {%- endfor %}
            then concat_ws(
                ','
                {%- for name, condition in found.items() %},
                case when {{ condition }} then '{{ name }}' end
                {%- endfor %}
            )
    end
    {%- endif -%}
{%- endmacro %}

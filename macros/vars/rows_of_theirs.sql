{#-
    The SQL of configured(name), where the table is the user's. `types`: {column: type} of ours;
    `about`: what configured_tables() says of it; `given`: {column: name in theirs}.

    rows_in_place(..)   their rows, in place of ours
    rows_over(..)       their rows over ours, by the key
    key_text(..)        a value of the key, as rows are compared by it
-#}
{% macro rows_in_place(types, about, given, theirs) -%}
    select
        {%- for column, type in types.items() %}
        cast(
            {{ given_value(column, about, given[column]) if column in given else 'null' }} as {{ type }}
        ) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ theirs }}
{%- endmacro %}

{#- Rows of a key are the user's where there are any; a column they lack is that of our row. -#}
{% macro rows_over(ours, types, about, given, theirs) -%}
    {%- set same = [] -%}
    {%- for column in about.key -%}
        {%- do same.append(
            key_text('theirs.' ~ given.get(column, column), column, about) ~ ' = '
            ~ key_text('ours.' ~ column, column, about)
        ) -%}
    {%- endfor -%}
    select
        {%- for column, type in types.items() %}
        cast(
            {{
                given_value(column, about, 'theirs.' ~ given[column]) if column in given
                else 'ours.' ~ column
            }} as {{ type }}
        ) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ theirs }} as theirs
    left join {{ ours }} as ours on {{ same | join(' and ') }}
    union all
    select
        {%- for column in types %}
        ours.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ours }} as ours
    where not exists (select 1 from {{ theirs }} as theirs where {{ same | join(' and ') }})
{%- endmacro %}

{#- A word as our own mappings write it, in lower case: models compare with that. -#}
{% macro given_value(column, about, value) -%}
    {%- if column in about.get('words', []) -%}
        nullif(lower({{ trimmed('cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')') }}), '')
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- With any blanks around, and of a word in any case, a key has one row; an empty cell is one too. -#}
{% macro key_text(value, column, about) -%}
    {%- set text = trimmed('cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')') -%}
    coalesce({{ 'lower(' ~ text ~ ')' if column in about.get('words', []) else text }}, '')
{%- endmacro %}

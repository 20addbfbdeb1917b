{#-
    JSON as loaders land it: a column of the type JSON, of a struct or list, or a text that holds it.
    What is no JSON is null, never an error.

    json_text(column, type)   the column as JSON text; a text as it is
    json_value(json, path)    the text at a path such as metadata.isClosed; null where nothing is there
    json_elements(json)       one row per element of a list, as text; stands in a select list, once
    instant_of_millis(number) milliseconds since 1970 as a UTC timestamp
-#}
{% macro json_text(column, type) -%}
    {{ return(adapter.dispatch('json_text', 'sales_metrics')(column, type)) }}
{%- endmacro %}

{% macro default__json_text(column, type) -%}
    {%- if type == 'json' -%}
        cast({{ column }} as varchar)
    {%- elif type_family(type) == 'text' -%}
        {#-
            Where nobody serialised it, a CSV file holds an object as Python prints it
            (findings/target_csv_writes_objects_as_python_prints_them.sh): quotes at the edges of values
            are JSON's, numbers may be calls.
        -#}
        {%- set read = [column] -%}
        {%- for printed, meant in [
            ("Decimal[(]''([^'']*)''[)]", '\\1'),
            ("([{,:]|\\[)( *)''", '\\1\\2"'),
            ("''( *)([},:]|\\])", '"\\1\\2'),
            (': None', ': null'), (': True', ': true'), (': False', ': false'),
        ] -%}
            {%- do read.append(
                "regexp_replace(" ~ read[-1] ~ ", '" ~ printed ~ "', '" ~ meant ~ "', 'g')"
            ) -%}
        {%- endfor -%}
        case
            when json_valid({{ column }}) then {{ column }}
            when substr({{ column }}, 1, 1) in ('[', '{') and json_valid({{ read[-1] }})
                then {{ read[-1] }}
        end
    {%- else -%}
        cast(to_json({{ column }}) as varchar)
    {%- endif -%}
{%- endmacro %}

{% macro spark__json_text(column, type) -%}
    {%- if type_family(type) == 'text' -%}
        {{ column }}
    {%- else -%}
        to_json({{ column }})
    {%- endif -%}
{%- endmacro %}

{% macro json_value(json, path) -%}
    {{ return(adapter.dispatch('json_value', 'sales_metrics')(json, path)) }}
{%- endmacro %}

{% macro default__json_value(json, path) -%}
    json_extract_string({{ json }}, '{{ "$.\"" ~ path.split(".") | join("\".\"") ~ "\"" }}')
{%- endmacro %}

{% macro spark__json_value(json, path) -%}
    get_json_object({{ json }}, '$.{{ path }}')
{%- endmacro %}

{% macro json_elements(json) -%}
    {{ return(adapter.dispatch('json_elements', 'sales_metrics')(json)) }}
{%- endmacro %}

{% macro default__json_elements(json) -%}
    unnest(from_json({{ json }}, '["VARCHAR"]'))
{%- endmacro %}

{% macro spark__json_elements(json) -%}
    explode(from_json({{ json }}, 'array<string>'))
{%- endmacro %}

{% macro instant_of_millis(number) -%}
    {{ return(adapter.dispatch('instant_of_millis', 'sales_metrics')(number)) }}
{%- endmacro %}

{% macro default__instant_of_millis(number) -%}
    make_timestamp(({{ number }}) * 1000)
{%- endmacro %}

{% macro spark__instant_of_millis(number) -%}
    timestamp_millis({{ number }})
{%- endmacro %}

{#- One row per key of an object; stands in a select list, once. -#}
{% macro json_keys(json) -%}
    {{ return(adapter.dispatch('json_keys', 'sales_metrics')(json)) }}
{%- endmacro %}

{% macro default__json_keys(json) -%}
    {{ return('unnest(json_keys(' ~ json ~ '))') }}
{%- endmacro %}

{% macro spark__json_keys(json) -%}
    {{ return('explode(json_object_keys(' ~ json ~ '))') }}
{%- endmacro %}

{#- The value of one key, whatever signs are in its name. -#}
{% macro json_key(json, key) -%}
    {{ return(adapter.dispatch('json_key', 'sales_metrics')(json, key)) }}
{%- endmacro %}

{% macro default__json_key(json, key) -%}
    {{ return('json_extract_string(' ~ json ~ ", '$.\"" ~ key ~ "\"')") }}
{%- endmacro %}

{% macro spark__json_key(json, key) -%}
    {{ return('get_json_object(' ~ json ~ ", '$." ~ key ~ "')") }}
{%- endmacro %}

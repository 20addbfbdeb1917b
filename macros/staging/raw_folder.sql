{#- Holds one folder of raw files per source; the address of a landing bucket works too. -#}
{% macro raw_folder() -%}
    {{ return(env_var('SALES_METRICS_RAW', 'data/demo').rstrip('/')) }}
{%- endmacro %}

{#- A text made safe to stand between single quotes in SQL. -#}
{% macro sql_text(text) -%}
    {{ return(text | string | replace("'", "''")) }}
{%- endmacro %}

{#- A path made safe for a function that reads *, ? and [ as wildcards; quotes are doubled too. -#}
{% macro glob_text(path) -%}
    {{ return(modules.re.sub('([][*?])', '[\\1]', sql_text(path))) }}
{%- endmacro %}

{#-
    Holds one folder of raw files per source; the address of a landing bucket works too. A folder
    is looked for from the root project's folder on, where dbt runs.
-#}
{% macro raw_folder() -%}
    {{ return(env_var('SALES_METRICS_RAW', var('raw_folder')).rstrip('/')) }}
{%- endmacro %}

{#- A text made safe to stand between single quotes in SQL. -#}
{% macro sql_text(text) -%}
    {{ return(text | string | replace("'", "''")) }}
{%- endmacro %}

{#- A path made safe for a function that reads *, ? and [ as wildcards; quotes are doubled too. -#}
{% macro glob_text(path) -%}
    {{ return(modules.re.sub('([][*?])', '[\\1]', sql_text(path))) }}
{%- endmacro %}

{#-
    Only what looks like an id of 15 characters is completed: the three characters that stand for its
    object, then letters and digits. 15 characters may be somebody's name. Where several CRMs are in
    use, an id that can only be of this one gets its source in front.
-#}
{% macro salesforce__planned_id(expression, source_prefix, key_prefixes) -%}
    {%- set id = 'substr(' ~ expression ~ ', ' ~ (source_prefix | length + 1) ~ ')' if source_prefix
        else expression -%}
    {%- set plain = '(' ~ key_prefixes | join('|') ~ ')[0-9A-Za-z]{12}([0-9A-Za-z]{3})?' -%}
    case
        {%- if source_prefix %}
        when {{ text_matches(expression, plain) }}
            then '{{ source_prefix }}' || {{ id_18(expression) }}
        {%- endif %}
        when {{ text_matches(
            expression, source_prefix ~ '(' ~ key_prefixes | join('|') ~ ')[0-9A-Za-z]{12}'
        ) }}
            then {{ "'" ~ source_prefix ~ "' || " if source_prefix }}{{ id_18(id) }}
        else {{ expression }}
    end
{%- endmacro %}

{#- A pipeline is a record type; the stage map may name it by the 15 characters reports show. -#}
{% macro salesforce__pipeline(expression) -%}
    {{ id_18(expression) }}
{%- endmacro %}

{#- Record types are named by id or by name. -#}
{% macro salesforce__is_pipeline_id(expression) -%}
    {{ expression }} like '012%'
{%- endmacro %}

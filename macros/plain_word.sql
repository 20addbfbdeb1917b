{#- A word of a picklist as the mappings compare it: lower case, blanks for hyphens and underscores. -#}
{% macro plain_word(text) -%}
    lower(replace(replace({{ trimmed(text) }}, '_', ' '), '-', ' '))
{%- endmacro %}

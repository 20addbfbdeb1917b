{#- True when the text expression, whatever the case of its letters, is one of a list of words; false for null. -#}
{% macro is_word_of(text, words) -%}
    {%- if words -%}
        coalesce(lower({{ text }}) in ('{{ words | join("', '") | lower }}'), false)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

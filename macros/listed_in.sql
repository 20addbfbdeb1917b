{#- True when `word` is one of the blank-separated words of `words`, both text expressions. -#}
{% macro listed_in(word, words) -%}
    concat(' ', {{ words }}, ' ') like concat('% ', {{ word }}, ' %')
{%- endmacro %}

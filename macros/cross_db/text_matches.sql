{#-
    True when the whole of a text is of the pattern, false otherwise, null for null. The pattern is
    of the part of regular expressions both engines have, without a backslash or a single quote.
-#}
{% macro text_matches(text, pattern) -%}
    {{ return(adapter.dispatch('text_matches', 'sales_metrics')(text, pattern)) }}
{%- endmacro %}

{% macro default__text_matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- Of a text that ends in a line feed Spark's $ would also match what stands before it. -#}
{% macro spark__text_matches(text, pattern) -%}
    {{ text }} rlike '^(?:{{ pattern }})\\z'
{%- endmacro %}

{#- A text with each part of it that is of the pattern replaced; null for null. Patterns as above. -#}
{% macro matches_replaced(text, pattern, by) -%}
    {{ return(adapter.dispatch('matches_replaced', 'sales_metrics')(text, pattern, by)) }}
{%- endmacro %}

{% macro default__matches_replaced(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}

{% macro spark__matches_replaced(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}')
{%- endmacro %}

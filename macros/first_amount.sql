{#-
    The amount, or text, in the first row of a group, null if it is null there: min_by alone skips
    rows whose value is null, on some engines, and would answer with a later one. `amount`: decimal
    column; `text`: one in which an empty text is none; `place`: what orders the rows; `condition`:
    counts only rows for which it holds.
-#}
{% macro first_amount(amount, place, condition='true') -%}
    nullif(
        min_by(coalesce({{ amount }}, {{ no_amount() }}), {{ place }}) filter (where {{ condition }}),
        {{ no_amount() }}
    )
{%- endmacro %}

{% macro first_text(text, place, condition='true') -%}
    nullif(
        min_by(coalesce({{ text }}, {{ no_text() }}), {{ place }}) filter (where {{ condition }}),
        {{ no_text() }}
    )
{%- endmacro %}

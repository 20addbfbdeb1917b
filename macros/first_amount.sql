{#-
    The amount in the first row of a group, null if it is null there: min_by alone skips rows whose
    value is null and would answer with a later amount. `amount`: decimal column; `place`: what
    orders the rows; `condition`: counts only rows for which it holds.
-#}
{% macro first_amount(amount, place, condition='true') -%}
    nullif(
        min_by(coalesce({{ amount }}, {{ no_amount() }}), {{ place }}) filter (where {{ condition }}),
        {{ no_amount() }}
    )
{%- endmacro %}

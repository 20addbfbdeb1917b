{#- How many deals at the company's rate a segment's own history is shrunk by (metrics.md). -#}
{% macro prior_deals() -%} 20.0 {%- endmacro %}

{#-
    Amount times probability. Sums of doubles depend on the order of the rows, so each product is
    fixed to a hundredth of a cent first. `amount`: decimal, `probability`: double.
-#}
{% macro weighted(amount, probability) -%}
    cast({{ amount }} * {{ probability }} as decimal(28, 4))
{%- endmacro %}

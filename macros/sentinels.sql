{#- Values that mean "set to nothing" while history is carried forward; they never leave the history room. -#}
{% macro no_text() -%} '' {%- endmacro %}
{% macro no_amount() -%} cast(-9999999999999999.99 as decimal(18, 2)) {%- endmacro %}
{% macro no_date() -%} date '0001-01-01' {%- endmacro %}

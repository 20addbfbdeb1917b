{#-
    How the change records of one deal followed each other: by instant, then by what the loader
    counted, then by the order of the stages, then by id, because CRMs log seconds and promise no
    order within one.
-#}
{% macro change_order() -%}
    changed_at asc,
        loader_sequence asc nulls last,
        stage_order asc nulls last,
        change_id asc
{%- endmacro %}

{#- The same order as one value, the smallest for the first record: for min_by. -#}
{% macro change_order_value() -%}
    {{ tuple_of([
        'changed_at',
        'coalesce(loader_sequence, 9223372036854775807)',
        'coalesce(stage_order, 2147483647)',
        'change_id',
    ]) }}
{%- endmacro %}

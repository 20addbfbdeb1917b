{#-
    True of a row that does not only repeat another: `splits` is int_scope_splits, left-joined on scope, team and rep;
    `day` the last day the row knows of. Scopes that keep one key alone are always written.
-#}
{% macro not_repeated(scope, day, splits='splits') -%}
    coalesce({{ day }} >= {{ splits }}.split_on, {{ scope }} not in ('team_segment', 'rep_segment'), true)
{%- endmacro %}

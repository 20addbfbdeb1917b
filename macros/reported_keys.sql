{#-
    The keys a row is reported under at a scope (int_scopes): those the scope keeps, `all` in the
    others. `rows` and `scopes`: the two relations that are joined; `keys`: which of segment, team and
    rep are asked for.
-#}
{% macro reported_keys(rows, keys=['segment', 'team', 'rep'], scopes='scopes') -%}
    {%- for key in keys -%}
        {%- set column = key if key == 'segment' else key ~ '_id' -%}
        case when {{ scopes }}.keeps_{{ key }} then {{ rows }}.{{ column }} else 'all' end as {{ column }}
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

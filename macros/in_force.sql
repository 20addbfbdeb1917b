{#-
    True of the row of a dated relation that is in force at a moment: from where it begins on, until
    before where it ends. Whatever is true today, a past day is read by what was true on it.
        rows          alias of the relation
        moment        a day, or an instant where the relation is dated by instants
        begins, ends  its two columns
        open_ended    true where the row that still holds has no end
        just_before   true for the row in force right before the moment: what a change then ended
-#}
{% macro in_force(
    rows, moment, begins='valid_from', ends='valid_to', open_ended=false, just_before=false
) -%}
    {%- set not_yet_ended = moment ~ (' <= ' if just_before else ' < ') ~ rows ~ '.' ~ ends -%}
    {{ moment }} {{ '>' if just_before else '>=' }} {{ rows }}.{{ begins }}
        and {{ '(' ~ rows ~ '.' ~ ends ~ ' is null or ' ~ not_yet_ended ~ ')' if open_ended
            else not_yet_ended }}
{%- endmacro %}

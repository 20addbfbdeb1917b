{#-
    An id of the kind `id_18` on its 18 characters. Reports show only the first 15, which are
    case-sensitive; the last three say which of the fifteen are capitals, five to a character.
    expression: a trimmed text.

    Each five characters are turned into zeros and ones (1 for a capital) and looked up in a text
    such as ',00000A,10000B,01000C'; long arithmetic over the places is slow to plan.
-#}
{% macro id_18(expression) -%}
    {%- set alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    {%- set characters = alphabet ~ alphabet | lower ~ '0123456789' -%}
    {%- set bits = '1' * 26 ~ '0' * 36 -%}
    {%- set codes = [] -%}
    {%- for code in alphabet ~ '012345' -%}
        {%- set places = [] -%}
        {%- for place in range(5) -%}
            {%- do places.append((codes | length) // 2 ** place % 2) -%}
        {%- endfor -%}
        {%- do codes.append(',' ~ places | join ~ code) -%}
    {%- endfor -%}
    {%- set lookup = codes | join -%}
    case
        when length({{ expression }}) = 15
            then {{ expression }}
            {%- for first in [1, 6, 11] %}
                || substr('{{ lookup }}', instr('{{ lookup }}', ',' || translate(
                    substr({{ expression }}, {{ first }}, 5), '{{ characters }}', '{{ bits }}'
                )) + 6, 1)
            {%- endfor %}
        else {{ expression }}
    end
{%- endmacro %}

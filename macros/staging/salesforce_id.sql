{#-
    A Salesforce id on 18 characters. Reports show the 15-character form, which is case-sensitive;
    the last three characters say which of the first fifteen are capitals, five to a character.
    expression: a trimmed text.

    Each five characters are turned into zeros and ones (1 for a capital) and looked up in a text
    such as ',00000A,10000B,01000C'; long arithmetic over the places is slow to plan.
-#}
{% macro salesforce_id(expression) -%}
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

{#-
    An id of any CRM as planning files write it, prefixed by its source where several are in use.
    Only what looks like a Salesforce id of 15 characters is completed: the three characters that
    stand for its object, then letters and digits. 15 characters may be somebody's name.
-#}
{% macro crm_id(expression, key_prefixes) -%}
    {%- set source = 'salesforce:' if crm_sources() | length > 1 else '' -%}
    {%- set id = 'substr(' ~ expression ~ ', ' ~ (source | length + 1) ~ ')' if source
        else expression -%}
    case
        when {{ text_matches(
            expression, source ~ '(' ~ key_prefixes | join('|') ~ ')[0-9A-Za-z]{12}'
        ) }}
            then {{ "'" ~ source ~ "' || " if source }}{{ salesforce_id(id) }}
        else {{ expression }}
    end
{%- endmacro %}

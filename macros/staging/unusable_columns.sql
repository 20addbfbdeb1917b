{#-
    A column in which every value is unusable, such as dates in a format nobody declared, is a mistake
    of the settings and no dirt: a build that went on would be green and empty. One question a table,
    and only where texts are to become something else.

    unusable_columns(contract, table, fields)  sentences, one per such column
-#}
{% macro unusable_columns(contract, table, fields) -%}
    {%- set asked = [] -%}
    {%- set waived = var('waived_columns', {}).get(contract.source_name, {})
        .get(contract.name, []) -%}
    {%- for field in fields if field.physical and field.name not in contract.meta.key + waived
        and type_family(field.type) != 'text' and type_family(field.physical.type) == 'text' -%}
        {%- do asked.append(field) -%}
    {%- endfor -%}
    {%- if not asked -%}{{ return([]) }}{%- endif -%}
    {%- set sums = [] -%}
    {%- for field in asked -%}
        {%- set raw = 'raw_' ~ field.name -%}
        {%- do sums.append("count(nullif(" ~ trimmed(raw) ~ ", ''))") -%}
        {%- do sums.append(
            'count(' ~ cast_raw(raw, field.physical.type, field, field.formats) | trim ~ ')'
        ) -%}
        {%- do sums.append("min(nullif(" ~ trimmed(raw) ~ ", ''))") -%}
    {%- endfor -%}
    {%- set picked = [] -%}
    {%- for field in asked -%}
        {%- do picked.append(field.physical.sql ~ ' as raw_' ~ field.name) -%}
    {%- endfor -%}
    {%- set row = run_query(
        'select ' ~ sums | join(', ') ~ ' from (select ' ~ picked | join(', ') ~ ' from '
        ~ table.from ~ ') as picked'
    ).rows[0] -%}
    {%- set told = [] -%}
    {%- for field in asked -%}
        {%- set given = row[3 * loop.index0] -%}
        {#- One odd value in a column that is all but empty is dirt. -#}
        {%- if given >= 5 and row[3 * loop.index0 + 1] == 0 -%}
            {%- do told.append(unusable_column_told(
                contract, field, given, row[3 * loop.index0 + 2]
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(told) }}
{%- endmacro %}

{% macro unusable_column_told(contract, field, given, example) -%}
    {%- set kind = 'date' if type_family(field.type) in ['date', 'timestamp'] else 'amount' -%}
    {{ return(
        'Source ' ~ contract.source_name ~ ': not one of the ' ~ given ~ ' values of '
        ~ contract.name ~ '.' ~ field.name ~ " can be used as " ~ field.type ~ ", such as '"
        ~ example ~ "'. " ~ (
            'Say in the var raw_formats how its ' ~ kind ~ 's are written, or'
            if type_family(field.type) in ['date', 'timestamp', 'number'] else 'Mend the export, or'
        ) ~ ' name the column that is meant in the var raw_columns; in the var waived_columns it is'
        ~ ' done without.'
    ) }}
{%- endmacro %}

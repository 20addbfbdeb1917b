{#- Rows that a loader laid into or below another table: see raw_parts. -#}
{% macro list_parts(contract, list, parent, table) -%}
    {%- set keys = parent_keys(list.carries, parent, table) -%}
    {%- set present = raw_relations(contract.source_name) -%}
    {%- for spelling in list.column if keys -%}
        {%- set child = present.get(table.name ~ '__' ~ spelling | replace('.', '__') | lower) -%}
        {%- if child and '_dlt_id' in table.columns -%}
            {%- set parts = [] -%}
            {%- for piece in child.get('pieces', [child]) -%}
                {%- do parts.append(child_part(contract, table, keys, piece)) -%}
            {%- endfor -%}
            {{ return(parts) }}
        {%- endif -%}
        {%- set outer = spelling.split('.')[0] | lower -%}
        {%- set flat = spelled_in(
            table.columns, [spelling, spelling | replace('.', '__'), spelling | replace('.', '_')]
            | map('lower') | list
        ) -%}
        {%- if flat and may_hold_object(table.columns[flat].type) -%}
            {{ return([element_part(
                contract, parent, table, keys,
                json_text(table.columns[flat].sql, table.columns[flat].type) | trim,
            )]) }}
        {%- elif '.' in spelling and outer in table.columns
            and may_hold_object(table.columns[outer].type) -%}
            {{ return([element_part(
                contract, parent, table, keys,
                json_value(
                    json_text(table.columns[outer].sql, table.columns[outer].type) | trim,
                    spelling.split('.', 1)[1],
                ) | trim,
            )]) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return([]) }}
{%- endmacro %}

{#- {column here: its expression over the other table}; {} where one is missing. -#}
{% macro parent_keys(keys, parent, table) -%}
    {%- set found = {} -%}
    {%- for name, there in keys.items() -%}
        {%- if there.startswith("'") -%}
            {%- do found.update({name: {'sql': there, 'type': 'varchar'}}) -%}
        {%- else -%}
            {%- set spelled = spelled_in(
                table.columns, column_spellings(parent, parent.columns[there])
            ) -%}
            {%- if spelled -%}
                {%- do found.update({name: readable_column(table.columns[spelled], spelled, parent)}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found if found | length == keys | length else {}) }}
{%- endmacro %}

{% macro element_part(contract, parent, table, keys, list) -%}
    {%- set selected = [] -%}
    {%- set columns = {} -%}
    {%- for name, key in keys.items() -%}
        {%- do selected.append(key.sql ~ ' as ' ~ name) -%}
        {%- do columns.update({name: {'sql': name, 'type': key.type}}) -%}
    {%- endfor -%}
    {%- for name in loader_names_of_lists(contract, table) -%}
        {%- do selected.append(table.columns[name].sql ~ ' as ' ~ name) -%}
        {%- do columns.update({name: {'sql': name, 'type': table.columns[name].type}}) -%}
    {%- endfor -%}
    {%- set carried = columns | join(', ') -%}
    {%- set elements = '(select ' ~ carried ~ ', ' ~ json_elements('list') | trim ~ ' as element from '
        ~ latest_rows(parent, table, selected + [list ~ ' as list']) ~ ')' -%}
    {%- set is_counted = [] -%}
    {%- for column in contract.columns.values() if column.meta.get('element') -%}
        {%- set values = [] -%}
        {%- if column.meta.element_repeated -%}
            {%- do is_counted.append(column.name) -%}
            {%- do values.append(
                "case when element_copies > 1 then '" ~ column.meta.element_repeated ~ "' end"
            ) -%}
        {%- endif -%}
        {%- for path in column.meta.element -%}
            {%- do values.append(
                "case when element not like '{%' then element end" if path == '.'
                else "case when element like '{%' then " ~ json_value('element', path) | trim ~ ' end'
            ) -%}
        {%- endfor -%}
        {%- if column.name not in keys -%}
            {%- do columns.update({column.name: {
                'sql': values[0] if values | length == 1 else 'coalesce(' ~ values | join(', ') ~ ')',
                'type': 'varchar',
            }}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        'from': elements if not is_counted else '(select ' ~ carried
            ~ ', element, count(*) as element_copies from ' ~ elements ~ ' as elements group by '
            ~ carried ~ ', element)',
        'columns': columns, 'place': table.place, 'is_text': true,
    }) }}
{%- endmacro %}

{% macro child_part(contract, table, keys, child) -%}
    {%- do open_table(child, contract, child.place) -%}
    {%- if child.problem -%}{{ return(child) }}{%- endif -%}
    {%- set selected = [table.columns['_dlt_id'].sql ~ ' as of_id'] -%}
    {%- set columns = dict(child.columns) -%}
    {%- for name, key in keys.items() -%}
        {%- do selected.append(key.sql ~ ' as ' ~ name ~ '_there') -%}
        {%- do columns.update({name: {'sql': name ~ '_there', 'type': key.type}}) -%}
    {%- endfor -%}
    {%- for name in loader_names_of_lists(contract, table) if name not in columns -%}
        {%- do selected.append(table.columns[name].sql ~ ' as ' ~ name) -%}
        {%- do columns.update({name: {'sql': name, 'type': table.columns[name].type}}) -%}
    {%- endfor -%}
    {{ return({
        'from': '(select * from ' ~ child.from ~ ' as below inner join (select '
            ~ selected | join(', ') ~ ' from ' ~ table.from ~ ') as above on below.'
            ~ child.columns['_dlt_parent_id'].sql ~ ' = above.of_id)',
        'columns': columns, 'place': child.place, 'is_text': true,
    }) }}
{%- endmacro %}

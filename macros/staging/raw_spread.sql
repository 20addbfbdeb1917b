{#- Rows that a loader spread over columns of another table: see raw_parts. -#}
{% macro spread_part(contract, spread, parent, table) -%}
    {%- set keys = parent_keys(spread.carries, parent, table) -%}
    {%- set branches = [] -%}
    {%- set pattern = '^(property_|properties_)?' ~ spread.prefix ~ '(.+?)(__value)?$' -%}
    {%- for name, column in table.columns.items() if keys and '__timestamp' not in name -%}
        {%- set named = modules.re.match(pattern, name) -%}
        {%- if named and '__source' not in name and named.group(2) not in spread.get('without', []) -%}
            {%- set value = told_as_text(readable_column(column, name, parent)) -%}
            {%- set selected = [] -%}
            {%- for key_name, key in keys.items() -%}
                {%- do selected.append(key.sql ~ ' as ' ~ key_name) -%}
            {%- endfor -%}
            {%- do branches.append(
                'select ' ~ selected | join(', ') ~ ", '" ~ named.group(2) ~ "' as " ~ spread.name
                ~ ', ' ~ value ~ ' as ' ~ spread.value ~ ' from ' ~ table.from ~ ' where ' ~ value
                ~ ' is not null'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not branches -%}{{ return(none) }}{%- endif -%}
    {%- set columns = {} -%}
    {%- for name, key in keys.items() -%}
        {%- do columns.update({name: {'sql': name, 'type': key.type}}) -%}
    {%- endfor -%}
    {%- for name in [spread.name, spread.value] -%}
        {%- do columns.update({name: {'sql': name, 'type': 'varchar'}}) -%}
    {%- endfor -%}
    {{ return({
        'from': '(' ~ branches | join(' union all ') ~ ')', 'columns': columns,
        'place': table.place, 'is_text': false,
    }) }}
{%- endmacro %}

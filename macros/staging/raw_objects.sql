{#- Values that lie in objects or second columns: see raw_parts. -#}
{#- A table of JSON objects, every value as text: no reader shall guess what a value is. -#}
{% macro json_table(objects) -%}
    {%- set columns = [] -%}
    {%- for key in json_keys_of(objects, 'json') -%}
        {%- do columns.append(json_key_column('json', key)) -%}
    {%- endfor -%}
    {{ return({
        'from': '(select ' ~ (columns | join(', ') or 'json') ~ ' from ' ~ objects ~ ')',
    }) }}
{%- endmacro %}

{#- A table with the keys of an object of its rows as columns beside its own. -#}
{% macro unpacked(table, column) -%}
    {%- set json = json_text(table.columns[column].sql, table.columns[column].type) | trim -%}
    {%- set columns = [] -%}
    {%- for key in json_keys_of(table.from, json) if key | lower not in table.columns -%}
        {%- do columns.append(json_key_column(json, key)) -%}
    {%- endfor -%}
    {{ return('(select *, ' ~ columns | join(', ') ~ ' from ' ~ table.from ~ ')') }}
{%- endmacro %}

{% macro json_keys_of(relation, json) -%}
    {%- set found = {} -%}
    {%- for row in run_query(
        'select distinct ' ~ json_keys(json) ~ ' as json_key from ' ~ relation ~ ' order by 1'
    ) if row[0] and '"' not in row[0] and "'" not in row[0] -%}
        {%- do found.setdefault(row[0] | lower, row[0]) -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}

{% macro json_key_column(json, key) -%}
    {{ return(json_key(json, key) ~ ' as ' ~ adapter.quote(key)) }}
{%- endmacro %}

{#-
    dlt puts a value that does not fit the type of its column into a second one of the same name,
    `amount__v_double`: both are one column.
-#}
{% macro with_variants(columns) -%}
    {%- set found = dict(columns) -%}
    {%- for name, column in columns.items() if '__v_' in name -%}
        {%- set base = name.rsplit('__v_', 1)[0] -%}
        {%- if base in found -%}
            {%- set first = found[base] -%}
            {%- do found.update({base: {
                'sql': 'coalesce(' ~ told_as_text(first) ~ ', ' ~ told_as_text(column) ~ ')',
                'type': 'varchar',
            }}) -%}
            {%- do found.pop(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The columns of the contract that lie inside an object: a spelling with a dot leads there. -#}
{% macro open_objects(table, contract) -%}
    {%- for column in contract.columns.values() -%}
        {%- for path in object_paths(contract, column) -%}
            {%- set name = path | lower -%}
            {%- set outer = path.split('.')[0] | lower -%}
            {%- if name not in table.columns and outer in table.columns
                and may_hold_object(table.columns[outer].type) -%}
                {%- do table.columns.update({name: {
                    'sql': value_in_object(table.columns[outer], path.split('.', 1)[1]),
                    'type': 'varchar',
                }}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{% macro may_hold_object(type) -%}
    {{ return(type_family(type) == 'text' or is_nested(type)) }}
{%- endmacro %}

{#- JSON, a struct, a list or a map, whatever the engine calls it. -#}
{% macro is_nested(type) -%}
    {{ return(
        modules.re.search('^(json|struct|map|array|variant|super|object|row)|[]]$', type) is not none
    ) }}
{%- endmacro %}

{#- What lies at a path is a value, or an object with its value inside, as some taps write it. -#}
{% macro value_in_object(column, path) -%}
    {%- set json = json_text(column.sql, column.type) | trim -%}
    {%- set found = json_value(json, path) | trim -%}
    {{ return(
        'case when ' ~ found ~ " like '{%' then " ~ json_value(json, path ~ '.value') | trim
        ~ ' else ' ~ found ~ ' end'
    ) }}
{%- endmacro %}

{#-
    A column as staging can read it: of an object the value inside; one without is no value, and counted. Text that may be one, because a
    file has no type for it, is looked at where the contract says that its values are objects.
-#}
{% macro readable_column(column, spelled, contract) -%}
    {%- if is_nested(column.type) -%}
        {%- set json = json_text(column.sql, column.type) | trim -%}
        {{ return({
            'sql': 'case when ' ~ json ~ " like '{%value%' then " ~ json_value(json, 'value') | trim
                ~ ' when ' ~ json ~ " not in ('null', '{}') then " ~ unquoted(json) ~ ' end',
            'type': 'varchar', 'read_from': column.sql,
        }) }}
    {%- elif type_family(column.type) == 'text'
        and modules.re.match(contract.source_meta.get('objects', '$.'), spelled) -%}
        {{ return({
            'sql': 'case when ' ~ column.sql ~ " like '{%value%' then "
                ~ json_value(json_text(column.sql, column.type) | trim, 'value') | trim
                ~ ' else ' ~ column.sql ~ ' end',
            'type': 'varchar', 'read_from': column.sql,
        }) }}
    {%- endif -%}
    {{ return(column) }}
{%- endmacro %}

{#- A JSON text of a single value without its quotes. -#}
{% macro unquoted(json) -%}
    {{ return(
        'case when ' ~ json ~ " like '\"%' then substr(" ~ json ~ ', 2, length(' ~ json ~ ') - 2) else '
        ~ json ~ ' end'
    ) }}
{%- endmacro %}

{#- A value as a text that means the same instant or number wherever it is read. -#}
{% macro told_as_text(column) -%}
    {%- set family = type_family(column.type) -%}
    {%- if family == 'text' -%}
        {{ return(column.sql) }}
    {%- elif family == 'timestamp' -%}
        {{ return('cast(' ~ utc_timestamp(column.sql, column.type) ~ " as string) || 'Z'") }}
    {%- elif is_nested(column.type) -%}
        {{ return(json_text(column.sql, column.type) | trim) }}
    {%- else -%}
        {{ return('cast(' ~ column.sql ~ ' as string)') }}
    {%- endif -%}
{%- endmacro %}

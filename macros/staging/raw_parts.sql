{#-
    What the rows of one table of the contract are read from. Mostly one raw table; but a loader may
    divide it (`also`: deals and deals_archived), put it as a list into a column of another (`lists`)
    or as a table of its own below that, joined by the loader's key, or spread it over columns of
    another (`spread`). The contract says so in the meta of the table:

        also    [names of raw tables whose rows belong to it too]
        lists   [{of: table of the contract, column: [its spellings, dots lead into an object],
                carries: {column here: column there}}]; the columns of an element are the meta `element`
                of a column here, `.` for the element itself. Read where the table itself is missing.
        spread  {of: table of the contract, carries: as above, prefix: what the names of the columns begin
                with, name: column that takes the rest of the name, value: column that takes the value};
                likewise

    raw_parts(contract)             [as raw_table, each with columns by its own names]
    unioned_parts(contract, parts)  one relation with the columns of the contract
-#}
{% macro raw_parts(contract) -%}
    {%- set found = opened_tables(contract) -%}
    {%- if not found -%}
        {%- for list in contract.meta.get('lists', []) -%}
            {%- set parent = raw_table_contract(contract.source_name, list.of) -%}
            {%- for table in opened_tables(parent) if not table.problem -%}
                {%- set part = list_part(contract, list, parent, table) -%}
                {%- if part -%}{%- do found.append(part) -%}{%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not found and contract.meta.get('spread') -%}
        {%- set spread = contract.meta.spread -%}
        {%- set parent = raw_table_contract(contract.source_name, spread.of) -%}
        {%- for table in opened_tables(parent) if not table.problem -%}
            {%- set part = spread_part(contract, spread, parent, table) -%}
            {%- if part -%}{%- do found.append(part) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- The raw tables under the contract's own names, their columns known. -#}
{% macro opened_tables(contract) -%}
    {%- set present = raw_relations(contract.source_name) -%}
    {%- set found = [] -%}
    {%- for name in raw_table_names(contract, present) -%}
        {%- for table in present[name].get('pieces', [present[name]]) -%}
            {%- do open_table(table, contract, name) -%}
            {%- do found.append(table) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro raw_table_names(contract, present) -%}
    {%- if contract.name in var('left_out_tables', {}).get(contract.source_name, []) -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for spellings in [table_spellings(contract)] + contract.meta.get('also', []) -%}
        {%- set spelled = spelled_in(present, [spellings] if spellings is string else spellings) -%}
        {%- if spelled and spelled not in found -%}{%- do found.append(spelled) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro open_table(table, contract, name) -%}
    {%- if 'columns' not in table -%}
        {%- do table.update({'name': name}) -%}
        {%- if table.is_file and is_empty_file(table.place) -%}
            {%- do table.update({'problem': empty_file_told(table.place), 'columns': {}}) -%}
        {%- elif table.path -%}
            {%- do table.update(csv_table(table.path, contract)) -%}
        {%- else -%}
            {%- if table.objects -%}{%- do table.update(json_table(table.objects)) -%}{%- endif -%}
            {%- do table.update({'columns': with_variants(raw_columns(table))}) -%}
            {%- if '_airbyte_data' in table.columns -%}
                {%- do table.update({'from': unpacked(table, '_airbyte_data'), 'relation': none}) -%}
                {%- do table.update({'columns': raw_columns(table)}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- do open_objects(table, contract) -%}
{%- endmacro %}

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
    A column as staging can read it: of an object the value inside. Text that may be one, because a
    file has no type for it, is looked at where the contract says that its values are objects.
-#}
{% macro readable_column(column, spelled, contract) -%}
    {%- if is_nested(column.type) -%}
        {%- set json = json_text(column.sql, column.type) | trim -%}
        {{ return({
            'sql': 'case when ' ~ json ~ " like '{%' then " ~ json_value(json, 'value') | trim
                ~ ' when ' ~ json ~ " <> 'null' then " ~ unquoted(json) ~ ' end',
            'type': 'varchar',
        }) }}
    {%- elif type_family(column.type) == 'text'
        and modules.re.match(contract.source_meta.get('objects', '$.'), spelled) -%}
        {{ return({
            'sql': 'case when ' ~ column.sql ~ " like '{%' then "
                ~ json_value(json_text(column.sql, column.type) | trim, 'value') | trim
                ~ ' else ' ~ column.sql ~ ' end',
            'type': 'varchar',
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

{% macro list_part(contract, list, parent, table) -%}
    {%- set keys = parent_keys(list.carries, parent, table) -%}
    {%- set present = raw_relations(contract.source_name) -%}
    {%- for spelling in list.column if keys -%}
        {%- set child = present.get(table.name ~ '__' ~ spelling | replace('.', '__') | lower) -%}
        {%- if child and '_dlt_id' in table.columns -%}
            {{ return(child_part(contract, table, keys, child)) }}
        {%- endif -%}
        {%- set outer = spelling.split('.')[0] | lower -%}
        {%- set flat = spelled_in(
            table.columns, [spelling, spelling | replace('.', '__'), spelling | replace('.', '_')]
            | map('lower') | list
        ) -%}
        {%- if flat and may_hold_object(table.columns[flat].type) -%}
            {{ return(element_part(
                contract, table, keys,
                json_text(table.columns[flat].sql, table.columns[flat].type) | trim,
            )) }}
        {%- elif '.' in spelling and outer in table.columns
            and may_hold_object(table.columns[outer].type) -%}
            {{ return(element_part(
                contract, table, keys,
                json_value(
                    json_text(table.columns[outer].sql, table.columns[outer].type) | trim,
                    spelling.split('.', 1)[1],
                ) | trim,
            )) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
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

{#- The loader's own columns of the other table tell of its lists too. -#}
{% macro loader_names(table) -%}
    {%- set found = [] -%}
    {%- for name in loader_columns().values() | sum(start=[]) if name in table.columns -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro element_part(contract, table, keys, list) -%}
    {%- set selected = [] -%}
    {%- set columns = {} -%}
    {%- for name, key in keys.items() -%}
        {%- do selected.append(key.sql ~ ' as ' ~ name) -%}
        {%- do columns.update({name: {'sql': name, 'type': key.type}}) -%}
    {%- endfor -%}
    {%- for name in loader_names(table) -%}
        {%- do selected.append(table.columns[name].sql ~ ' as ' ~ name) -%}
        {%- do columns.update({name: {'sql': name, 'type': table.columns[name].type}}) -%}
    {%- endfor -%}
    {%- for column in contract.columns.values() if column.meta.get('element') -%}
        {%- set values = [] -%}
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
        'from': '(select ' ~ selected | join(', ') ~ ', ' ~ json_elements(list) | trim
            ~ ' as element from ' ~ table.from ~ ')',
        'columns': columns, 'place': table.place, 'is_text': true,
    }) }}
{%- endmacro %}

{% macro child_part(contract, table, keys, child) -%}
    {%- do open_table(child, contract, child.place) -%}
    {%- set selected = [table.columns['_dlt_id'].sql ~ ' as of_id'] -%}
    {%- set columns = dict(child.columns) -%}
    {%- for name, key in keys.items() -%}
        {%- do selected.append(key.sql ~ ' as ' ~ name ~ '_there') -%}
        {%- do columns.update({name: {'sql': name ~ '_there', 'type': key.type}}) -%}
    {%- endfor -%}
    {%- for name in loader_names(table) if name not in columns -%}
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

{% macro spread_part(contract, spread, parent, table) -%}
    {%- set keys = parent_keys(spread.carries, parent, table) -%}
    {%- set branches = [] -%}
    {%- set pattern = '^(property_|properties_)?' ~ spread.prefix ~ '(.+?)(__value)?$' -%}
    {%- for name, column in table.columns.items() if keys and '__timestamp' not in name -%}
        {%- set named = modules.re.match(pattern, name) -%}
        {%- if named and '__source' not in name -%}
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

{#- A value as a text that means the same instant or number wherever it is read. -#}
{% macro told_as_text(column) -%}
    {%- set family = type_family(column.type) -%}
    {%- if family == 'text' -%}
        {{ return(column.sql) }}
    {%- elif family == 'timestamp' -%}
        {{ return("cast(cast(" ~ column.sql ~ " as timestamp) as string) || 'Z'") }}
    {%- elif is_nested(column.type) -%}
        {{ return(json_text(column.sql, column.type) | trim) }}
    {%- else -%}
        {{ return('cast(' ~ column.sql ~ ' as string)') }}
    {%- endif -%}
{%- endmacro %}

{% macro unioned_parts(contract, parts) -%}
    {%- set names = [] -%}
    {%- set read = [] -%}
    {%- for part in parts -%}
        {%- set columns = {} -%}
        {%- for column in contract.columns.values() -%}
            {%- set spelled = spelled_in(part.columns, column_spellings(contract, column)) -%}
            {%- if spelled -%}
                {%- do columns.update({
                    column.name: readable_column(part.columns[spelled], spelled, contract)
                }) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name in loader_names(part) if name not in columns -%}
            {%- do columns.update({name: part.columns[name]}) -%}
        {%- endfor -%}
        {%- do names.extend(columns) -%}
        {%- do read.append(columns) -%}
    {%- endfor -%}
    {%- set types = {} -%}
    {%- for name in names | unique -%}
        {%- set given = [] -%}
        {%- for columns in read if name in columns -%}{%- do given.append(columns[name].type) -%}{%- endfor -%}
        {%- set families = [] -%}
        {%- for type in given -%}{%- do families.append(type_family(type)) -%}{%- endfor -%}
        {%- do types.update({
            name: given[0] if given | unique | list | length == 1
                else 'timestamp' if families | unique | list == ['timestamp'] else 'string'
        }) -%}
    {%- endfor -%}
    {%- set branches = [] -%}
    {%- for part in parts -%}
        {%- set columns = read[loop.index0] -%}
        {%- set selected = [] -%}
        {%- for name, type in types.items() -%}
            {%- set told = columns.get(name) -%}
            {%- do selected.append(
                ('cast(null as ' ~ type ~ ')' if not told
                else told.sql if told.type == type
                else 'cast(' ~ told.sql ~ ' as timestamp)' if type == 'timestamp'
                else told_as_text(told)) ~ ' as ' ~ adapter.quote(name)
            ) -%}
        {%- endfor -%}
        {%- do branches.append('select ' ~ selected | join(', ') ~ ' from ' ~ part.from) -%}
    {%- endfor -%}
    {%- set columns = {} -%}
    {%- for name, type in types.items() -%}
        {%- do columns.update({name: {'sql': adapter.quote(name), 'type': type}}) -%}
    {%- endfor -%}
    {{ return({
        'from': '(' ~ branches | join(' union all ') ~ ')',
        'columns': columns,
        'place': parts | map(attribute='place') | unique | join(' and '),
        'is_text': parts | selectattr('is_text', 'defined') | selectattr('is_text') | list | length > 0,
        'parts': parts,
    }) }}
{%- endmacro %}

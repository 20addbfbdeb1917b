{#-
    What the rows of one table of the contract are read from. Mostly one raw table; but a loader may
    divide it (`also`: deals and deals_archived), put it as a list into a column of another (`lists`)
    or as a table of its own below that, joined by the loader's key, or spread it over columns of
    another (`spread`). The contract says so in the meta of the table:

        also    [names of raw tables whose rows belong to it too]
        lists   [{of: table of the contract, column: [its spellings, dots lead into an object],
                carries: {column here: column there}}]; the columns of an element are the meta `element`
                of a column here, `.` for the element itself, and its meta `element_repeated` what the
                column is of an element that a list names more than once. Read where the table itself
                is missing.
        spread  {of: table of the contract, carries: as above, prefix: what the names of the columns begin
                with, without: [rests of a name that are no value of `name`], name: column that takes the
                rest of the name, value: column that takes the value}; likewise

    raw_parts(contract)             [as raw_table, each with columns by its own names]
    unioned_parts(contract, parts)  one relation with the columns of the contract
-#}
{% macro raw_parts(contract) -%}
    {%- set found = opened_tables(contract) -%}
    {%- if not found -%}
        {%- for list in contract.meta.get('lists', []) -%}
            {%- set parent = raw_table_contract(contract.source_name, list.of) -%}
            {%- for table in opened_tables(parent) if not table.problem -%}
                {%- do found.extend(list_parts(contract, list, parent, table)) -%}
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

{#- Whether the project says that a table of the contract is not to be read. -#}
{% macro is_left_out(source_name, table_name) -%}
    {{ return(table_name in var('left_out_tables', {}).get(source_name, [])) }}
{%- endmacro %}

{% macro raw_table_names(contract, present) -%}
    {%- if is_left_out(contract.source_name, contract.name) -%}
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
                else utc_timestamp(told.sql, told.type) if type == 'timestamp'
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

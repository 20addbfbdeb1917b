{#-
    The tables of a schema that nobody reads, likewise; one below a table of the contract holds a list
    of it, and what begins with an underscore is the loader's own.
-#}
{% macro tables_of_schema_judged(source_name, contracts) -%}
    {%- set present = raw_relations(source_name) -%}
    {%- set read = [] -%}
    {%- for contract in contracts[source_name].values() -%}
        {%- do read.extend(raw_table_names(contract, present)) -%}
    {%- endfor -%}
    {%- set judged = [] -%}
    {%- for name in present if not name.startswith('_') and name not in read
        and name.split('__')[0] not in read -%}
        {%- set like = table_like(name, contracts[source_name]) -%}
        {%- set place = var('raw_schemas')[source_name] ~ '.' ~ name -%}
        {%- set left_out = is_left_out(source_name, like) -%}
        {%- do judged.append({
            'file': place,
            'source_name': source_name,
            'table_name': like,
            'check_id': 'unread_file' if like and not left_out else 'extra_file',
            'read_instead': none,
            'told': 'The table ' ~ place ~ ' is not read' ~ (
                ', because the var left_out_tables names it.' if left_out
                else ', because no table is called so; is it ' ~ like ~ '?' if like
                else ': it is no table of the contract.'
            ),
        }) -%}
    {%- endfor -%}
    {{ return(judged) }}
{%- endmacro %}

{#- A second column of a CSV file with the same name comes as name_1 from DuckDB. -#}
{% macro raw_columns_doubled() -%}
    {%- set found = [] -%}
    {%- for tables in contracts_by_source().values() if execute -%}
        {%- for contract in tables.values() -%}
            {%- set table = raw_table_found(contract) -%}
            {#- Where loaders write a property under several names, each of them is the same. -#}
            {%- set is_read = table and not table.problem and not raw_fields_missing(contract, table)
                and not contract.source_meta.get('property_columns') -%}
            {%- set fields = raw_fields(contract, table) | selectattr('physical') | list
                if is_read else [] -%}
            {%- set used = [] -%}
            {%- for field in fields -%}
                {%- do used.append(field.physical.get('read_from', field.physical.sql)) -%}
            {%- endfor -%}
            {%- for field in fields -%}
                {%- set spellings = column_spellings(contract, contract.columns[field.name]) -%}
                {%- for name, physical in table.columns.items() if physical.sql not in used
                    and '.' not in name
                    and (name in spellings or modules.re.sub('_1$', '', name) in spellings) -%}
                    {%- do found.append({
                        'column': contract.source_name ~ '.' ~ contract.name ~ '.' ~ name,
                        'told': contract.source_name ~ '.' ~ contract.name ~ '.' ~ field.name
                            ~ ' is read from ' ~ field.physical.sql ~ ', and ' ~ physical.sql
                            ~ ' is not read: name the one that is meant in the var raw_columns.',
                    }) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

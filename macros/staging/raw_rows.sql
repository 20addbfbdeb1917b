{#-
    raw_rows(source_name, table_name): a raw table as its contract promises it, whatever it looked
    like. Every staging model starts with `source as ( {{ raw_rows('salesforce', 'lead') }} )`.

    Gives each column of the source YAML in its type, one row per key, and
        is_deleted       any delete flag of the CRM or the loader, or no active row any more
        row_copies       raw rows that share the key
        bad_values       names of the columns whose value could not be used and became null
        loader_sequence  the loader's sequence number
    Rows without a key are left out here and counted by int_raw_audit.

    A table that is missing and optional gives no rows. The models are views over this, so each
    column costs only when it is read.
-#}
{% macro raw_rows(source_name, table_name) -%}
    {%- set lineage = source(source_name, table_name) -%}
    {%- if not execute -%}
        select '{{ lineage }}' as parsed
    {%- else -%}
        {%- set contract = raw_table_contract(source_name, table_name) -%}
        {%- do crm_sources() -%}
        {%- set table = raw_table(contract) -%}
        {%- if table -%}
            {{ raw_rows_found(contract, table) }}
        {%- else -%}
            {{ raw_rows_missing(contract) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro raw_rows_missing(contract) -%}
    select
        {%- for column in contract.columns.values() if column.name != 'is_deleted' %}
        cast(null as {{ column.data_type }}) as {{ column.name }},
        {%- endfor %}
        false as is_deleted,
        cast(1 as bigint) as row_copies,
        cast(null as varchar) as bad_values,
        cast(null as bigint) as loader_sequence
    where false
{%- endmacro %}

{#-
    Rough keys are counted by a hash and only the doubtful rows (a key seen twice, or none) are
    ranked, so a table of many millions of rows never goes through a window or into memory. A CSV
    file is the exception: parsing it once and keeping it beats parsing it for each use.
-#}
{% macro raw_rows_found(contract, table) -%}
    {%- set fields = raw_fields(contract, table) -%}
    {%- set found = fields | selectattr('physical') | list -%}
    {%- set formats = {
        'date': raw_format(contract, 'date'), 'amount': raw_format(contract, 'amount'),
    } -%}
    with picked as {{ streamed() if not table.is_text }} (
        select
            {{ rough_key(contract, fields, formats) }} as rough_key,
            {%- for field in found %}
            {{ field.physical.sql }} as raw_{{ field.name }},
            {%- endfor %}
            {{ loader_values(table) | indent(12) }}
        from {{ table.from }}
    ),

    doubtful as (
        select {{ hash_64('rough_key') }} as key_hash
        from picked
        group by 1
        having count(*) > 1 or count(rough_key) = 0
    ),

    doubted as (
        select
            picked.*,
            {{ raw_key(contract, fields, formats, 'raw_') | indent(12) }} as row_key
        from picked
        semi join doubtful on {{ hash_64('picked.rough_key') }} = doubtful.key_hash
    ),

    ranked as (
        select
            picked.*,
            {{ raw_key(contract, fields, formats, 'raw_') | indent(12) }} as row_key,
            cast(1 as bigint) as row_copies,
            cast(1 as bigint) as row_rank
        from picked
        anti join doubtful on {{ hash_64('picked.rough_key') }} = doubtful.key_hash
        union all
        select
            doubted.*,
            count(*) over (partition by row_key) as row_copies,
            case
                when row_key is not null
                    then row_number() over (
                        partition by row_key
                        order by
                            {{ latest_first(contract, fields, formats) | indent(28) }}
                    )
            end as row_rank
        from doubted
    ),

    typed as (
        select
            *,
            {%- for field in fields %}
            {% if contract.meta.key == [field.name] and field.type == 'varchar' -%}
                row_key
            {%- elif field.physical -%}
                {{ cast_raw('raw_' ~ field.name, field.physical.type, field, formats) }}
            {%- else -%}
                cast(null as {{ field.type }})
            {%- endif %} as {{ field.name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from ranked
        where row_rank = 1
    )

    select
        {%- for field in fields if field.name != 'is_deleted' %}
        {{ field.name }},
        {%- endfor %}
        {%- if fields | selectattr('name', 'equalto', 'is_deleted') | list %}
        coalesce(is_deleted, false) or loader_is_deleted as is_deleted,
        {%- else %}
        loader_is_deleted as is_deleted,
        {%- endif %}
        row_copies,
        {{ bad_value_names(found) | indent(8) }} as bad_values,
        loader_sequence
    from typed
{%- endmacro %}

{#-
    The key of a row as one text: the id itself, or the columns of the key; null: quarantine.
    prefix: '' to read the physical columns, 'raw_' to read the columns of `picked`.
-#}
{% macro raw_key(contract, fields, formats, prefix='') -%}
    {%- set parts = [] -%}
    {%- set wanted = [] -%}
    {%- for field in fields if field.name in contract.meta.key and field.physical -%}
        {%- set column = prefix ~ field.name if prefix else field.physical.sql -%}
        {%- set part = cast_raw(column, field.physical.type, field, formats) -%}
        {%- set is_text = field.type == 'varchar' -%}
        {%- do parts.append(part if is_text else 'cast(' ~ part ~ ' as varchar)') -%}
        {%- if field.is_required -%}{%- do wanted.append(part ~ ' is not null') -%}{%- endif -%}
    {%- endfor -%}
    {%- set hashed = fields | selectattr('kind', 'equalto', 'row_hash') | list -%}
    {%- if hashed -%}
        coalesce({{ parts | join }}{{ ', ' if parts }}{{ raw_row_hash(fields, prefix) }})
    {%- elif contract.meta.key | length == 1 -%}
        {{ parts[0] if parts else 'cast(null as varchar)' }}
    {%- else -%}
        case
            when {{ wanted | join(' and ') }}
                then concat_ws('|', coalesce({{ parts | join(", ''), coalesce(") }}, ''))
        end
    {%- endif -%}
{%- endmacro %}

{#-
    Equal for rows of one key, cheap, and perhaps equal for others too. The two forms of a
    Salesforce id share 15 characters; trimming every id would double the cost of the view, and
    only one that begins with a blank needs it.
-#}
{% macro rough_key(contract, fields, formats) -%}
    {%- set key = fields | selectattr('name', 'in', contract.meta.key) | list -%}
    {%- if key | length == 1 and key[0].kind == 'salesforce_id' and key[0].physical
        and type_family(key[0].physical.type) == 'text' -%}
        {%- set id = key[0].physical.sql -%}
        substr(case when {{ id }} < '!' then nullif(trim({{ id }}), '') else {{ id }} end, 1, 15)
    {%- else -%}
        {{ raw_key(contract, fields, formats) }}
    {%- endif -%}
{%- endmacro %}

{#- A hash of everything the contract knows of a row; prefix: '' for the physical columns. -#}
{% macro raw_row_hash(fields, prefix) -%}
    md5(concat_ws('|'
    {%- for field in fields if field.physical %},
        coalesce(cast({{
            prefix ~ field.name if prefix else field.physical.sql
        }} as varchar), '')
    {%- endfor %}
    ))
{%- endmacro %}

{#- What the loader says of each row, in one type whoever the loader is. -#}
{% macro loader_values(table) -%}
    {%- set known = loader_columns() -%}
    {%- set deletes = [] -%}
    {%- for name in known.deleted_flags if name in table.columns -%}
        {%- set flag = loader_value(table, [name], 'boolean') -%}
        {%- do deletes.append('coalesce(' ~ flag ~ ', false)') -%}
    {%- endfor -%}
    {%- for name in known.deleted_instants if name in table.columns -%}
        {%- do deletes.append(loader_value(table, [name], 'timestamp') ~ ' is not null') -%}
    {%- endfor -%}
    {%- set active = loader_value(table, known.is_active, 'boolean') -%}
    {%- do deletes.append('not coalesce(' ~ active ~ ', true)') -%}
    coalesce({{ active }}, true) as loader_is_active,
    {{ loader_value(table, known.started_at, 'timestamp') }} as loader_started_at,
    {{ loader_value(table, known.loaded_at, 'timestamp') }} as loader_loaded_at,
    {{ loader_value(table, known.load_number, 'double') }} as loader_load_number,
    {{ loader_value(table, known.sequence, 'bigint') }} as loader_sequence,
    {{ deletes | join(' or ') }} as loader_is_deleted
{%- endmacro %}

{#- Loaders write ISO whatever the CRM's users do. -#}
{% macro loader_value(table, names, type) -%}
    {%- set spelled = spelled_in(table.columns, names) -%}
    {%- if spelled -%}
        {%- set column = table.columns[spelled] -%}
        {{ cast_raw(column.sql, column.type, {'type': type}, {'date': 'iso', 'amount': 'plain'}) }}
    {%- else -%}
        cast(null as {{ type }})
    {%- endif -%}
{%- endmacro %}

{#- The active row first, then the CRM's stamp, the loader's time and sequence, then a hash. -#}
{% macro latest_first(contract, fields, formats) -%}
    loader_is_active desc nulls last,
    loader_started_at desc nulls last,
    {%- for name in contract.meta.get('latest_by', []) -%}
        {%- for field in fields if field.physical and field.name == name %}
    {{ cast_raw('raw_' ~ name, field.physical.type, field, formats) }} desc nulls last,
        {%- endfor -%}
    {%- endfor %}
    loader_loaded_at desc nulls last,
    loader_load_number desc nulls last,
    loader_sequence desc nulls last,
    loader_is_deleted desc nulls last,
    {{ raw_row_hash(fields, 'raw_') }} nulls last
{%- endmacro %}

{#- The contract columns that hold something raw and nothing typed, comma separated. -#}
{% macro bad_value_names(fields) -%}
    nullif(concat_ws(',', cast(null as varchar)
    {%- for field in fields if type_family(field.type) != 'text' %},
        case
            when
            {%- if type_family(field.physical.type) == 'text' %} trim(raw_{{ field.name }}) <> ''
            {%- else %} raw_{{ field.name }} is not null
            {%- endif %} and {{ field.name }} is null
                then '{{ field.name }}'
        end
    {%- endfor %}
    ), '')
{%- endmacro %}

{#-
    raw_rows(source_name, table_name): a raw table as its contract promises it, whatever it looked
    like. Every staging model starts with `source as ( {{ raw_rows('salesforce', 'lead') }} )`.

    Gives each column of the source YAML in its type, one row per key, and
        is_deleted       any delete flag of the CRM or the loader, or no active row any more
        row_copies       raw rows that share the key
        bad_values       names of the columns whose value could not be used and became null
        row_doubts       what is used as it is and may be wrong: `copies` that contradict each other,
                         and names of date columns whose time leaves open which day is meant
        loader_sequence  the loader's sequence number
    Rows without a key are left out here and counted by int_raw_audit.

    A table that is missing and optional gives no rows. The models are mostly views over this, so each
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
        cast(null as string) as bad_values,
        cast(null as string) as row_doubts,
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
    with picked as {{ streamed() if not table.is_text }} (
        select
            {{ rough_key(contract, fields) }} as rough_key,
            {%- for field in found %}
            {{ field.physical.sql }} as raw_{{ field.name }},
            {%- endfor %}
            {{ loader_values(table, contract) | indent(12) }}
        from {{ table.from }}
    ),

    {{ doubted_rows(contract, fields) | indent(4) }}

    ranked as (
        select
            picked.*,
            {{ raw_key(contract, fields, 'raw_') | indent(12) }} as row_key,
            cast(1 as bigint) as row_copies,
            cast(1 as bigint) as row_rank,
            false as is_contradicted
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
                            {{ latest_first(contract, fields) | indent(28) }}
                    )
            end as row_rank,
            {{ is_contradicted(contract, fields) | indent(12) }} as is_contradicted
        from doubted
    ),

    typed as (
        select
            *,
            {%- for field in fields %}
            {% if contract.meta.key == [field.name] and field.type == 'string' -%}
                row_key
            {%- elif field.physical -%}
                {{ cast_raw('raw_' ~ field.name, field.physical.type, field, field.formats) }}
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
        {{ row_doubt_names(found) | indent(8) }} as row_doubts,
        loader_sequence
    from typed
{%- endmacro %}

{#- Of `picked` the keys seen twice, or never (`doubtful`), and their rows (`doubted`): two CTEs. -#}
{% macro doubted_rows(contract, fields) -%}
doubtful as (
    select {{ hash_64('rough_key') }} as key_hash
    from picked
    group by 1
    having count(*) > 1 or count(rough_key) = 0
),

doubted as (
    select
        picked.*,
        {{ raw_key(contract, fields, 'raw_') | indent(8) }} as row_key
    from picked
    semi join doubtful on {{ hash_64('picked.rough_key') }} = doubtful.key_hash
),
{%- endmacro %}

-- Rows in = rows out + deleted + duplicates + quarantined, for every raw table; a test holds it to
-- that.
with counted as (
    select
        source_name,
        table_name,
        cast(sum(row_count) as bigint) as rows_in,
        cast(sum(case when raw_row is not null then row_count else 0 end) as bigint)
            as quarantined_rows
    from {{ ref('int_raw_rows_counted') }}
    group by 1, 2
),

tallied as (
    select
        source_name,
        table_name,
        cast(sum(row_count) as bigint) as rows_out,
        cast(sum(deleted_rows) as bigint) as deleted_rows,
        cast(sum(duplicate_rows) as bigint) as duplicate_rows
    from {{ ref('int_raw_rows_tallied') }}
    group by 1, 2
),

staged as (
    {%- for table in staged_tables() %}
    select
        '{{ table.source_name }}' as source_name,
        '{{ table.table_name }}' as table_name,
        '{{ table.model }}' as model_name,
        {{ 'true' if table.is_present else 'false' }} as is_present,
        {{ table.lines_before_header }} as lines_before_header
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

raw_audit as (
    select
        staged.source_name,
        staged.table_name,
        staged.model_name,
        staged.is_present,
        coalesce(counted.rows_in, 0) as rows_in,
        coalesce(tallied.rows_out, 0) as rows_out,
        coalesce(tallied.deleted_rows, 0) as deleted_rows,
        coalesce(tallied.duplicate_rows, 0) as duplicate_rows,
        coalesce(counted.quarantined_rows, 0) as quarantined_rows,
        cast(staged.lines_before_header as bigint) as lines_before_header
    from staged
    left join tallied
        on staged.source_name = tallied.source_name
        and staged.table_name = tallied.table_name
    left join counted
        on staged.source_name = counted.source_name
        and staged.table_name = counted.table_name
)

select * from raw_audit

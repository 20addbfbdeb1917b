-- Files of the raw folder that nobody reads, and columns that a raw table has twice.
with raw_files as (select * from {{ ref('int_raw_files') }}),

raw_columns_doubled as (select * from {{ ref('int_raw_columns_doubled') }}),

findings as (
    select
        check_id,
        concat_ws(' as ', file_path, table_name) as row_id
    from raw_files
    where check_id is not null
    union all
    select
        'second_column' as check_id,
        column_name as row_id
    from raw_columns_doubled
)

select * from findings

with audit as (select * from {{ ref('int_raw_audit') }}),

broken as (
    select
        source_name,
        table_name
    from audit
    where rows_in <> rows_out + duplicate_rows + quarantined_rows
)

select * from broken

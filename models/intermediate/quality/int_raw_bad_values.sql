-- Values that could not be used and became null: how many, and the smallest five ids to look at.
with flagged as (
    select *
    from {{ ref('int_raw_rows_tallied') }}
    where bad_values is not null
),

bad_values as (
    select
        source_name,
        table_name,
        row_id,
        row_count,
        {{ each_part('bad_values') }} as column_name
    from flagged
),

numbered as (
    select
        *,
        row_number() over (
            partition by source_name, table_name, column_name
            order by row_id nulls last
        ) as row_place
    from bad_values
),

raw_bad_values as (
    select
        source_name,
        table_name,
        column_name,
        cast(sum(row_count) as bigint) as rows_failing,
        {{ joined_samples('row_id', 'row_place') }} as sample_ids
    from numbered
    group by 1, 2, 3
)

select * from raw_bad_values

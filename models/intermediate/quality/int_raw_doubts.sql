-- Rows that are used as they are and may be wrong: copies that contradict each other, days written
-- with a time that leaves the day open. How many, and the smallest five ids to look at.
with flagged as (
    select *
    from {{ ref('int_raw_rows_tallied') }}
    where row_doubts is not null
),

doubts as (
    select
        source_name,
        table_name,
        row_id,
        row_count,
        {{ each_part('row_doubts') }} as doubt
    from flagged
),

numbered as (
    select
        *,
        row_number() over (
            partition by source_name, table_name, doubt
            order by row_id nulls last
        ) as row_place
    from doubts
),

raw_doubts as (
    select
        source_name,
        table_name,
        case when doubt = 'copies' then 'contradicting_copies' else 'uncertain_day' end as check_id,
        case when doubt <> 'copies' then doubt end as column_name,
        cast(sum(row_count) as bigint) as rows_failing,
        {{ joined_samples('row_id', 'row_place') }} as sample_ids
    from numbered
    group by 1, 2, 3, 4
)

select * from raw_doubts

with stages as (select * from {{ ref('int_stages_mapped') }}),

dim_stages as (
    select
        stage_id,
        stage_name,
        pipeline_id,
        stage_order,
        is_qualified,
        is_won,
        is_lost,
        expected_days
    from stages
)

select * from dim_stages
order by pipeline_id, stage_order

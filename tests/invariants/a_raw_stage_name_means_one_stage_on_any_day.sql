with stage_names as (select * from {{ ref('int_stage_names_mapped') }}),

ordered as (
    select
        source,
        pipeline,
        stage_name,
        valid_from,
        lag(valid_to) over (
            partition by source, pipeline, stage_name order by valid_from, stage_id
        ) as valid_to_before
    from stage_names
),

overlapping as (
    select *
    from ordered
    where valid_to_before > valid_from
)

select * from overlapping

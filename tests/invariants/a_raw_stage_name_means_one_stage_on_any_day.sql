with stage_names as (select * from {{ ref('int_stage_names_mapped') }}),

overlapping as (
    select
        earlier.source,
        earlier.pipeline,
        earlier.stage_name
    from stage_names as earlier
    inner join stage_names as later
        on earlier.source = later.source
        and earlier.pipeline = later.pipeline
        and earlier.stage_name = later.stage_name
        and earlier.valid_from < later.valid_to
        and later.valid_from < earlier.valid_to
        and (earlier.valid_from, earlier.stage_id) < (later.valid_from, later.stage_id)
)

select * from overlapping

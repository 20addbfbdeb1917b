with versions as (select * from {{ ref('int_opportunity_versions') }}),

creation_events as (
    select
        opportunity_id,
        valid_from_day as event_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as opportunities_created_count
    from versions
    where version_number = 1
)

select * from creation_events

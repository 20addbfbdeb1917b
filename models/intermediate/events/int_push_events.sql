-- A push moves the close date of an open deal to a later fiscal quarter.
with pushes as (select * from {{ ref('int_opportunity_pushes') }}),

events as (
    select
        opportunity_id,
        pushed_on as event_on,
        rep_id,
        segment,
        'all' as slice_type,
        'all' as slice_id,
        1 as push_count
    from pushes
)

select * from events

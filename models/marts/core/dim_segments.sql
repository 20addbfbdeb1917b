-- Every segment that occurs, named in the seed or not.
with scope_keys as (select * from {{ ref('int_scope_keys') }}),

segments as (select * from {{ configured('segments') }}),

occurring as (
    select segment
    from scope_keys
    where scope = 'segment'
    union
    select segment
    from segments
    union
    select 'unassigned' as segment
),

dim_segments as (
    select
        occurring.segment,
        coalesce(
            segments.segment_name,
            case when occurring.segment = 'unassigned' then 'Unassigned' end,
            occurring.segment
        ) as segment_name,
        coalesce(segments.acv_tier, 'all') as acv_tier
    from occurring
    left join segments on occurring.segment = segments.segment
)

select * from dim_segments
order by segment

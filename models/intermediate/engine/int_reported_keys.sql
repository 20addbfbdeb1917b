-- The keys measures are reported under, and their numbers. A key made of one key of a day alone
-- needs no sum over keys: a rep of one team is all of that team's.
with keys as (select * from {{ ref('int_measure_keys') }}),

grouped as (
    select
        measure_id,
        scope,
        segment,
        team_id,
        rep_id,
        slice_type,
        slice_id,
        count(*) as key_count
    from keys
    group by 1, 2, 3, 4, 5, 6, 7
),

reported_keys as (
    select
        *,
        row_number() over (
            order by measure_id, scope, segment, team_id, rep_id, slice_type, slice_id
        ) as reported_number
    from grouped
)

select * from reported_keys

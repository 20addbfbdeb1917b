with team_rows as (select * from {{ ref('scorecard_team') }}),

rep_rows as (select * from {{ ref('scorecard_rep') }}),

misplaced as (
    select
        metric_id,
        scope,
        rep_id
    from team_rows
    where rep_id <> 'all' or scope in ('rep', 'rep_segment') or tier <> 'team'
    union all
    select
        metric_id,
        scope,
        rep_id
    from rep_rows
    where rep_id = 'all' or scope <> 'rep' or tier <> 'rep'
)

select * from misplaced

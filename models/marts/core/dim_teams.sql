with scope_keys as (select * from {{ ref('int_scope_keys') }}),

reps as (select * from {{ ref('dim_reps') }}),

managers as (
    select rep_id
    from {{ ref('int_managers_by_day') }}
    where calendar_day = {{ as_of_date() }}
),

occurring as (
    select team_id
    from scope_keys
    where scope = 'team'
    union
    select team_id
    from reps
    union
    select 'unassigned' as team_id
),

head_counts as (
    select
        reps.team_id,
        count(*) as active_reps
    from reps
    anti join managers on reps.rep_id = managers.rep_id
    where reps.is_active
    group by reps.team_id
),

teams as (
    select
        occurring.team_id,
        case when occurring.team_id = 'unassigned' then 'Unassigned' else occurring.team_id end
            as team_name,
        coalesce(head_counts.active_reps, 0) as active_reps
    from occurring
    left join head_counts on occurring.team_id = head_counts.team_id
)

select * from teams
order by team_id

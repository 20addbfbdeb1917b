-- Owners: most of them do not sell, and who does is told by what they own. A team is the only
-- hierarchy there is; of several the primary one counts.
with owners as (select * from {{ ref('stg_hubspot__owners') }}),

owner_teams as (select * from {{ ref('stg_hubspot__owner_teams') }}),

teams as (select * from {{ ref('stg_hubspot__teams') }}),

ranked_teams as (
    select
        owner_teams.rep_id,
        coalesce(teams.team_name, owner_teams.team_name, owner_teams.team_id) as team_id,
        row_number() over (
            partition by owner_teams.rep_id
            order by
                case when owner_teams.is_primary then 0 else 1 end asc,
                length(owner_teams.team_id) asc,
                owner_teams.team_id asc
        ) as choice
    from owner_teams
    left join teams on owner_teams.team_id = teams.team_id
    where not owner_teams.is_deleted
),

people as (
    select
        owners.rep_id,
        nullif(trim(concat_ws(' ', owners.first_name, owners.last_name)), '') as rep_name,
        ranked_teams.team_id,
        {{ crm_nulls('people', ['role', 'segment', 'manager_id', 'starts_on', 'ends_on']) -}}
        owners.created_at,
        not owners.is_deleted
        {%- if has_raw_column('hubspot', 'owner', 'active_user_id') %}
        and owners.active_user_id is not null
        {%- endif %} as is_active,
        false as is_rep_list
    from owners
    left join ranked_teams on owners.rep_id = ranked_teams.rep_id and ranked_teams.choice = 1
)

select * from people

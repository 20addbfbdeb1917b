-- Users: most of them do not sell, and who does is told by what they own.
with users as (select * from {{ ref('stg_salesforce__users') }}),

user_roles as (select * from {{ ref('stg_salesforce__user_roles') }}),

people as (
    select
        users.rep_id,
        users.rep_name,
        user_roles.role_name as team_id,
        users.title as role,
        {{ crm_nulls('people', ['segment', 'starts_on', 'ends_on']) -}}
        users.manager_id,
        users.created_at,
        users.is_active and not users.is_deleted as is_active,
        false as is_rep_list
    from users
    left join user_roles on users.role_id = user_roles.role_id
)

select * from people

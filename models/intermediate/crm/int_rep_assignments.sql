-- Where a rep belonged on any day: team, role, segment and manager. The planning
-- roster knows best, then the rep list of a CSV export; the CRM's user role stands for the days
-- before them. The last assignment reaches onward, because deals of a rep who left still belong to
-- the team he left them in. A start is never moved back: that would rewrite days already reported.
with roster as (select * from {{ ref('stg_planning__rep_roster') }}),

csv_reps as (select * from {{ ref('stg_csv_export__reps') }}),

users as (select * from {{ ref('stg_salesforce__users') }}),

user_roles as (select * from {{ ref('stg_salesforce__user_roles') }}),

segment_rules as (select * from {{ ref('segment_rules') }}),

known as (
    select
        rep_id,
        starts_on,
        team_id,
        role,
        segment,
        manager_id,
        1 as preference
    from roster
    where starts_on is null or starts_on <= {{ as_of_date() }}
    union all
    select
        {{ source_id('csv_export', 'rep_id') }} as rep_id,
        starts_on,
        team_id,
        role,
        segment,
        {{ source_id('csv_export', 'manager_id') }} as manager_id,
        2 as preference
    from csv_reps
    where starts_on is null or starts_on <= {{ as_of_date() }}
    union all
    select
        {{ source_id('salesforce', 'users.rep_id') }} as rep_id,
        cast(null as date) as starts_on,
        user_roles.role_name as team_id,
        users.title as role,
        cast(null as {{ dbt.type_string() }}) as segment,
        {{ source_id('salesforce', 'users.manager_id') }} as manager_id,
        3 as preference
    from users
    left join user_roles on users.role_id = user_roles.role_id
    where users.created_at is null or users.created_at < {{ as_of_end() }}
),

-- Of two rows that start on the same day the better source counts, then the first in alphabetical
-- order.
ranked as (
    select
        known.*,
        row_number() over (
            partition by known.rep_id, known.starts_on
            order by
                known.preference asc,
                known.team_id asc nulls last,
                known.segment asc nulls last,
                known.role asc nulls last,
                known.manager_id asc nulls last
        ) as choice
    from known
),

assignments as (
    select
        ranked.rep_id,
        row_number() over (
            partition by ranked.rep_id
            order by ranked.starts_on nulls first
        ) as assignment_number,
        ranked.starts_on,
        lead(ranked.starts_on) over (
            partition by ranked.rep_id
            order by ranked.starts_on nulls first
        ) as next_starts_on,
        coalesce(ranked.team_id, 'unassigned') as team_id,
        ranked.role,
        -- One spelling of a segment, as accounts and deals have it.
        coalesce(named.segment, ranked.segment) as segment,
        ranked.manager_id
    from ranked
    left join segment_rules as named
        on named.rule = 'field_value' and lower(ranked.segment) = named.raw_value
    where ranked.choice = 1
),

bounded as (
    select
        rep_id,
        assignment_number,
        coalesce(starts_on, date '1900-01-01') as valid_from,
        coalesce(next_starts_on, date '9999-12-31') as valid_to,
        team_id,
        role,
        segment,
        manager_id
    from assignments
)

select * from bounded

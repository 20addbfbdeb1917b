-- When each rep was at work: unbroken stretches of the planning roster, else of a CRM's rep list.
-- Rows that touch or overlap are one stretch; between two stretches the rep is on leave or gone.
-- A last day that lies after the as-of day is not known yet. Long, because two lists are joined
-- first.
with roster as (select * from {{ ref('stg_planning__rep_roster') }}),

people as (select * from {{ ref('int_crm_people') }}),

rostered as (
    select
        rep_id,
        coalesce(starts_on, date '1900-01-01') as starts_on,
        case when ends_on <= {{ as_of_date() }} + 1 then ends_on else date '9999-12-31' end
            as ends_on
    from roster
    where starts_on is null or starts_on <= {{ as_of_date() }}
),

listed as (
    select
        rep_id,
        coalesce(starts_on, date '1900-01-01') as starts_on,
        case when ends_on <= {{ as_of_date() }} + 1 then ends_on else date '9999-12-31' end
            as ends_on
    from people
    where is_rep_list and (starts_on is null or starts_on <= {{ as_of_date() }})
),

-- The roster goes first; but who has left by the rep list has left, whatever row the roster leaves
-- open.
known as (
    select
        rostered.rep_id,
        rostered.starts_on,
        case
            when rostered.ends_on = date '9999-12-31' and listed.ends_on > rostered.starts_on
                then listed.ends_on
            else rostered.ends_on
        end as ends_on
    from rostered
    left join listed on rostered.rep_id = listed.rep_id
    union all
    select
        listed.rep_id,
        listed.starts_on,
        listed.ends_on
    from listed
    anti join rostered on listed.rep_id = rostered.rep_id
),

marked as (
    select
        rep_id,
        starts_on,
        ends_on,
        max(ends_on) over (
            partition by rep_id
            order by starts_on, ends_on
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from known
    where ends_on > starts_on
),

numbered as (
    select
        rep_id,
        starts_on,
        ends_on,
        sum(case when starts_on <= covered_until then 0 else 1 end) over (
            partition by rep_id
            order by starts_on, ends_on
            rows between unbounded preceding and current row
        ) as stretch
    from marked
),

rep_periods as (
    select
        rep_id,
        cast(stretch as integer) as period_number,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on
    from numbered
    group by rep_id, stretch
)

select * from rep_periods

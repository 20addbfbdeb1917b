-- An as-of query over versions, as if the period had just ended, at the end of every quarter and of
-- every tenth week. It knows nothing of spans, changes or running sums. Of days for which a CRM
-- does not tell the close dates there is nothing to show.
with movements as (select * from {{ ref('pipeline_movements') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

assignments as (select * from {{ ref('int_rep_assignments') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

close_date_history as (select * from {{ ref('int_close_date_history') }}),

periods as (
    select
        period_type,
        period_start,
        window_end,
        {{ business_midnight('(window_end + 1)') }} as ends_at
    from {{ ref('int_calendar_periods') }}
    where
        period_type = 'quarter'
        or (
            period_type = 'week'
            and {{ days_between("date '1900-01-01'", 'period_start') }} % 70 = 0
        )
),

as_of_the_end as (
    select
        periods.period_type,
        periods.period_start,
        {{ fiscal_quarter_start('versions.close_date') }} as closing_quarter,
        versions.segment,
        coalesce(assignments.team_id, 'unassigned') as team_id,
        versions.rep_id,
        count(*) as deals,
        sum(coalesce(versions.amount, 0)) as amount
    from periods
    inner join versions
        on periods.ends_at > versions.valid_from
        and (versions.valid_to is null or periods.ends_at <= versions.valid_to)
    inner join opportunities on versions.opportunity_id = opportunities.opportunity_id
    inner join close_date_history
        on opportunities.source = close_date_history.source
        and (
            periods.window_end >= close_date_history.known_from
            or (
                not close_date_history.has_close_date_history
                and opportunities.is_current_at_as_of
                and periods.window_end = {{ as_of_date() }}
            )
        )
    left join assignments
        on versions.rep_id = assignments.rep_id
        and periods.window_end >= assignments.valid_from
        and periods.window_end < assignments.valid_to
    where versions.is_open and versions.close_date is not null
    group by 1, 2, 3, 4, 5, 6
),

closings as (
    select movements.*
    from movements
    inner join periods
        on movements.period_type = periods.period_type
        and movements.period_start = periods.period_start
    where movements.movement = 'closing'
),

broken as (
    select
        closings.period_start,
        as_of_the_end.period_start as expected_start
    from closings
    full join as_of_the_end
        on closings.period_type = as_of_the_end.period_type
        and closings.period_start = as_of_the_end.period_start
        and closings.closing_quarter = as_of_the_end.closing_quarter
        and closings.segment = as_of_the_end.segment
        and closings.team_id = as_of_the_end.team_id
        and closings.rep_id = as_of_the_end.rep_id
    where
        closings.deals is distinct from as_of_the_end.deals
        or closings.amount is distinct from as_of_the_end.amount
)

select * from broken

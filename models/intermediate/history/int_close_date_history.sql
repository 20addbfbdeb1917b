-- From which day on each CRM tells what close dates were on past days: that of the first change
-- record that names one. Before it, and where none ever does, past days know only the close date of
-- today's row, and that of a deal that has closed is how it ended.
with opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

recorded as (
    select
        source,
        min({{ business_day('changed_at') }}) as known_from
    from changes
    where
        (close_date <> {{ no_date() }} or old_close_date <> {{ no_date() }})
        and changed_at < {{ as_of_end() }}
    group by source
),

sources as (
    select distinct source
    from opportunities
),

close_date_history as (
    select
        sources.source,
        recorded.known_from is not null as has_close_date_history,
        recorded.known_from
    from sources
    left join recorded on sources.source = recorded.source
)

select * from close_date_history

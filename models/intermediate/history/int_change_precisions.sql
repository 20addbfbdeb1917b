-- Since when each log tells of stages, and since when with the time of day: what it lists of one
-- day before that came one after the other.
with changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

precisions as (
    select
        source,
        min(changed_at) as told_from,
        min(
            case
                when changed_at <> {{ business_midnight(business_day('changed_at')) }}
                    then changed_at
            end
        ) as timed_from
    from changes
    where stage_name is not null and changed_at is not null
    group by source
)

select * from precisions

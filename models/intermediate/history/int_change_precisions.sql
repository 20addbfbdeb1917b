-- Days are all an export knows in which no change of a stage has a time: what it lists of one day
-- came one after the other.
with changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

precisions as (
    select
        source,
        min(
            case
                when changed_at = {{ business_midnight(business_day('changed_at')) }} then 1
                else 0
            end
        ) = 1 as is_known_by_day
    from changes
    where stage_name is not null and changed_at is not null
    group by source
)

select * from precisions

-- What changed of a closed deal while it stayed closed, by day: its amount, or the closed stage it
-- stands in, which changes no amount.
with closings as (select * from {{ ref('int_closings') }}),

versions as (select * from {{ ref('int_opportunity_versions') }}),

compared as (
    select
        closings.opportunity_id,
        closings.visit_number,
        versions.version_number,
        versions.valid_from_day,
        versions.visit_number as version_visit_number,
        versions.amount,
        lag(versions.amount) over by_version as amount_before,
        lag(versions.visit_number) over by_version as version_visit_number_before
    from closings
    inner join versions
        on closings.opportunity_id = versions.opportunity_id
        and closings.visit_number <= versions.visit_number
        and closings.last_visit_number >= versions.visit_number
    window by_version as (
        partition by closings.opportunity_id, closings.visit_number
        order by versions.version_number
    )
),

corrections as (
    select
        opportunity_id,
        visit_number,
        valid_from_day as corrected_on,
        sum(coalesce(amount, 0) - coalesce(amount_before, 0)) as amount_change,
        -- 1 where an amount was given, -1 where it was taken away.
        sum(
            case when amount is not null then 1 else 0 end
            - case when amount_before is not null then 1 else 0 end
        ) as known_amount_change,
        max(case when amount is distinct from amount_before then 1 else 0 end) = 1
            as is_amount_corrected
    from compared
    where version_visit_number_before is not null
        and (
            amount is distinct from amount_before
            or version_visit_number <> version_visit_number_before
        )
    group by opportunity_id, visit_number, valid_from_day
)

select * from corrections

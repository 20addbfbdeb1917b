-- What each open deal was at the end of each period. A version is kept only if a period ended while
-- it lasted, and joined to those ends alone: days are never multiplied by deals.
with versions as (select * from {{ ref('int_opportunity_versions') }}),

visits as (select * from {{ ref('int_stage_visits') }}),

days as (select * from {{ ref('int_period_ends') }}),

spanned as (
    select
        versions.opportunity_id,
        versions.valid_from,
        versions.segment,
        versions.rep_id,
        versions.stage_id,
        versions.close_date,
        began.end_number as first_end_number,
        ended.end_number as end_number_after
    from versions
    inner join days as began on versions.valid_from_day = began.calendar_day
    left join days as ended on {{ business_day('versions.valid_to') }} = ended.calendar_day
    where versions.is_open
        and (ended.end_number is null or ended.end_number > began.end_number)
),

visiting as (
    select
        spanned.*,
        visits.entered_at as stage_entered_at
    from spanned
    inner join visits
        on spanned.opportunity_id = visits.opportunity_id
        and spanned.valid_from >= visits.entered_at
        and (visits.exited_at is null or spanned.valid_from < visits.exited_at)
),

states as (
    select
        visiting.opportunity_id,
        days.end_number,
        days.calendar_day as window_end,
        days.quarter_start,
        visiting.segment,
        visiting.rep_id,
        visiting.stage_id,
        visiting.stage_entered_at,
        visiting.close_date
    from visiting
    inner join days
        on visiting.first_end_number <= days.end_number
        and (visiting.end_number_after is null or visiting.end_number_after > days.end_number)
    where days.is_period_end
)

select * from states

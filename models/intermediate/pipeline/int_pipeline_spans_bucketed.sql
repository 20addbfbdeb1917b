-- Each run of days by the bucket of its close quarter. The bucket changes when the calendar turns,
-- so a run that crosses the start of a fiscal quarter is cut there.
with spans as (select * from {{ ref('int_pipeline_spans') }}),

quarters as (
    select distinct
        close_quarter,
        {{ fiscal_quarter_start('close_quarter', shift=-1) }} as quarter_before,
        {{ fiscal_quarter_start('close_quarter', shift=1) }} as quarter_after
    from spans
    where close_quarter is not null
),

-- From which day to which a close quarter stands in each bucket. A deal without a close date is not
-- expected in this quarter or the next; of one whose CRM does not tell it for these days nobody
-- knows.
buckets as (
    select
        close_quarter,
        'later' as close_bucket,
        date '1900-01-01' as from_day,
        quarter_before as to_day
    from quarters
    union all
    select
        close_quarter,
        'next' as close_bucket,
        quarter_before as from_day,
        close_quarter as to_day
    from quarters
    union all
    select
        close_quarter,
        'this' as close_bucket,
        close_quarter as from_day,
        quarter_after as to_day
    from quarters
    union all
    select
        close_quarter,
        'past_due' as close_bucket,
        quarter_after as from_day,
        date '9999-12-31' as to_day
    from quarters
),

bucketed as (
    select
        greatest(spans.from_day, coalesce(buckets.from_day, spans.from_day)) as from_day,
        least(spans.to_day, coalesce(buckets.to_day, spans.to_day)) as to_day,
        spans.segment,
        spans.team_id,
        spans.rep_id,
        spans.stage_id,
        case
            when spans.is_undated then 'unknown'
            else coalesce(buckets.close_bucket, 'later')
        end as close_bucket,
        spans.opportunity_type,
        spans.amount,
        spans.is_qualified
    from spans
    left join buckets
        on spans.close_quarter = buckets.close_quarter
        and spans.from_day < buckets.to_day
        and spans.to_day > buckets.from_day
)

select * from bucketed

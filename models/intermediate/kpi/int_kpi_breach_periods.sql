-- The periods of each breach episode. Each opening compares with the baseline frozen there until
-- the first period that is clean against it; what would open in between opens nothing. What could
-- not be judged for long lapses. Long, because that goes by the last judged period.
with openings as (select * from {{ ref('int_kpi_breach_openings') }}),

judgements as (select * from {{ ref('int_kpi_judgements') }}),

-- An opening within an episode opens nothing; the next one is the first after its close.
followed as (
    select * from {{ followed_on('openings') }} as followed_openings
),

episodes as (
    select
        series_id,
        place as opening_place,
        reference_value,
        coalesce(closing_place, 999999999) as closing_place
    from followed
),

bounded as (
    select
        episodes.*,
        opening.period_end as opened_on,
        closing.period_end as clean_on
    from episodes
    inner join judgements as opening
        on episodes.series_id = opening.series_id and episodes.opening_place = opening.place
    left join judgements as closing
        on episodes.series_id = closing.series_id and episodes.closing_place = closing.place
),

in_breach as (
    select
        concat_ws(
            ':', bounded.series_id, cast(bounded.opened_on as {{ dbt.type_string() }})
        ) as breach_id,
        judgements.trigger_id,
        judgements.metric_id,
        judgements.rule,
        judgements.threshold,
        judgements.direction,
        judgements.period_type,
        judgements.period_start,
        judgements.period_end,
        judgements.scope,
        judgements.segment,
        judgements.team_id,
        judgements.rep_id,
        judgements.slice_type,
        judgements.slice_id,
        judgements.metric_value,
        judgements.n,
        judgements.errors_worse,
        judgements.days_to_quarter_end,
        bounded.opened_on,
        bounded.clean_on,
        max(judgements.period_end) over (partition by bounded.series_id, bounded.opening_place)
        + {{ kpi_lapses_after() }} as lapses_on,
        bounded.reference_value as baseline,
        judgements.place - bounded.opening_place + 1 as periods_in_breach
    from bounded
    inner join judgements
        on bounded.series_id = judgements.series_id
        and bounded.opening_place <= judgements.place
        and bounded.closing_place > judgements.place
),

breach_periods as (
    select
        *,
        case
            when clean_on is not null then clean_on
            when lapses_on <= {{ as_of_date() }} then lapses_on
        end as closed_on,
        clean_on is null and lapses_on <= {{ as_of_date() }} as is_lapsed
    from in_breach
)

select * from breach_periods

-- Each band begins where the one before it ends, the first has no lower and the last no upper end,
-- and statuses follow each other from bad to good.
with bands as (select * from {{ configured('kpi_bands') }}),

metrics as (select * from {{ configured('metrics') }}),

chained as (
    select
        bands.metric_id,
        bands.acv_tier,
        bands.compared,
        bands.status,
        bands.lower,
        bands.upper,
        case bands.status when 'below' then 1 when 'watch' then 2 when 'target' then 3 else 4 end
        * case when metrics.better = 'up' then 1 else -1 end as goodness,
        row_number() over (
            partition by bands.metric_id, bands.acv_tier
            order by bands.lower asc nulls first, bands.upper asc nulls last
        ) as place,
        count(*) over (partition by bands.metric_id, bands.acv_tier) as bands_of_tier
    from bands
    inner join metrics on bands.metric_id = metrics.metric_id
),

neighbours as (
    select
        chained.*,
        lower_one.upper as upper_before,
        lower_one.goodness as goodness_before,
        lower_one.compared as compared_before
    from chained
    left join chained as lower_one
        on chained.metric_id = lower_one.metric_id
        and chained.acv_tier = lower_one.acv_tier
        and chained.place = lower_one.place + 1
),

broken as (
    select
        metric_id,
        acv_tier,
        concat(
            'The band ', status, ' of ', metric_id, ' (', acv_tier, ') does not begin where the '
            'one before it ends, or the line has no beginning or end.'
        ) as sentence
    from neighbours
    where
        (place = 1 and lower is not null)
        or (place = bands_of_tier and upper is not null)
        or (place > 1 and lower is distinct from upper_before)
        or (place > 1 and lower is null)
        or lower >= upper
        or goodness <= goodness_before
        or compared <> compared_before
)

select * from broken

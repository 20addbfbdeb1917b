-- The running quarter, the one before it and the one of a year before, where they have targets.
select
    curve.quarter_start,
    case
        when curve.quarter_start = today.quarter_start then 'this'
        when days_before.quarter_start is not null then 'before'
        else 'year_before'
    end as which_quarter,
    curve.segment,
    curve.days_to_quarter_end,
    days.date_day as on_day,
    curve.coverage,
    curve.required
from marts.coverage_curve as curve
inner join marts.dim_dates as today
    on today.date_day
    = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
left join marts.dim_dates as days_before
    on
    curve.quarter_start = days_before.quarter_start
    and days_before.date_day = today.quarter_start - 1
inner join marts.dim_dates as days
    on
    curve.quarter_start = days.quarter_start
    and curve.days_to_quarter_end = days.days_to_quarter_end
where
    curve.scope in ('company', 'segment')
    and curve.quarter_start in (
        select compared.quarter_start
        from marts.dim_dates as compared
        where
            compared.date_day in (
                today.quarter_start, today.quarter_start - 1, today.quarter_start - 365
            )
    )
order by curve.quarter_start asc, curve.segment asc, curve.days_to_quarter_end desc

select
    curve.quarter_start,
    curve.segment,
    curve.days_to_quarter_end,
    days.date_day as on_day,
    curve.coverage,
    curve.required
from marts.coverage_curve as curve
inner join marts.dim_dates as today
    on today.date_day
    = (select max(built.as_of_date) as as_of_date from marts.data_quality as built)
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

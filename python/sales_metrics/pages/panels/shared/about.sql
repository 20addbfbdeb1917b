select
    known.as_of_date,
    today.fiscal_quarter_name,
    today.quarter_start,
    today.quarter_end,
    today.days_to_quarter_end
from (select max(as_of_date) as as_of_date from marts.data_quality) as known
left join marts.dim_dates as today on known.as_of_date = today.date_day

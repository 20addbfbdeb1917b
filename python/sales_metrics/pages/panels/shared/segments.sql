select
    segment,
    segment_name
from marts.dim_segments as segments
where exists (
        select 1 as one
        from marts.fct_opportunities as deals
        where deals.segment = segments.segment
    )
order by segment

-- Each total and the differences after it make the next total, to the cent. Booking by the CRM's
-- date is another day than that of the move: the first total then stands on other weeks.
with steps as (
    select *
    from {{ ref('closings_reconciled') }}
    where bridge <> 'records' or place >= 6 or '{{ var("booking_date") }}' = 'history'
),

numbered as (
    select
        *,
        sum(case when is_total then 1 else 0 end) over (
            partition by bridge, outcome order by place
            rows between unbounded preceding and current row
        ) as total_number
    from steps
),

reached as (
    select
        bridge,
        outcome,
        total_number + 1 as total_number,
        sum(deals) as deals,
        sum(amount) as amount
    from numbered
    group by bridge, outcome, total_number
)

select
    numbered.bridge,
    numbered.outcome,
    numbered.step,
    numbered.deals,
    reached.deals as deals_reached,
    numbered.amount,
    reached.amount as amount_reached
from numbered
inner join reached
    on numbered.bridge = reached.bridge
    and numbered.outcome = reached.outcome
    and numbered.total_number = reached.total_number
where numbered.is_total
    and (
        numbered.deals is distinct from reached.deals
        or numbered.amount is distinct from reached.amount
    )

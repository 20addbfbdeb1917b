-- The closing, what corrected it and what took it back leave exactly the amount the deal has as it
-- stands closed, and nothing of one that does not. A deleted record keeps what was booked.
with closings as (select * from {{ ref('int_closing_events') }}),

deals as (
    select *
    from {{ ref('fct_opportunities') }}
    where status <> 'deleted'
),

booked as (
    select
        opportunity_id,
        sum(won_amount) as won_amount,
        sum(lost_amount) as lost_amount,
        sum(won_with_amount_count) as won_with_amount
    from closings
    group by opportunity_id
),

broken as (
    select deals.opportunity_id
    from deals
    left join booked on deals.opportunity_id = booked.opportunity_id
    where
        coalesce(booked.won_amount, 0)
        <> case when deals.status = 'won' then coalesce(deals.amount, 0) else 0 end
        or coalesce(booked.lost_amount, 0)
        <> case when deals.status = 'lost' then coalesce(deals.amount, 0) else 0 end
        or coalesce(booked.won_with_amount, 0)
        <> case when deals.status = 'won' and deals.amount is not null then 1 else 0 end
)

select * from broken

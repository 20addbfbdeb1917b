-- Recurring revenue of every account at the end of each month, from its first movement on: a year
-- is looked back to, so months count that are over, also those before the first deal.
with movements as (select * from {{ ref('int_arr_movements_signed') }}),

by_month as (
    select
        account_id,
        month_start,
        min(segment) as segment,
        sum(amount) as amount
    from movements
    group by account_id, month_start
),

first_months as (
    select
        account_id,
        min(month_start) as first_month,
        min(segment) as segment
    from by_month
    group by account_id
),

days as (
    {{ date_spine('(select min(month_start) from by_month)', as_of_date()) }}
),

months as (
    select distinct {{ month_start('calendar_day') }} as month_start
    from days
    where {{ month_start('calendar_day', shift=1) }} - 1 <= {{ as_of_date() }}
),

grid as (
    select
        first_months.account_id,
        first_months.segment,
        months.month_start
    from first_months
    inner join months on first_months.first_month <= months.month_start
),

balances as (
    select
        grid.account_id,
        grid.segment,
        grid.month_start,
        {{ month_start('grid.month_start', shift=1) }} - 1 as month_end,
        cast(
            coalesce(
                sum(by_month.amount) over (
                    partition by grid.account_id order by grid.month_start
                    rows between unbounded preceding and current row
                ), 0
            ) as decimal(18, 2)
        ) as arr_amount
    from grid
    left join by_month
        on grid.account_id = by_month.account_id and grid.month_start = by_month.month_start
)

select * from balances

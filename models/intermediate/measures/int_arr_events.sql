-- Recurring revenue won and lost, the revenue a month began with, and what it cost to win, each on
-- the last day of its month. Margins are those of the month and segment. No rep has a share in it.
with movements as (select * from {{ ref('int_arr_movements_signed') }}),

balances as (select * from {{ ref('int_arr_balances') }}),

margins as (
    select
        {{ month_start('month_start') }} as month_start,
        coalesce(segment, 'unassigned') as segment,
        max(gross_margin) as gross_margin
    from {{ ref('stg_planning__gross_margin') }}
    where not is_deleted and gross_margin is not null
    group by 1, 2
),

spend as (
    select
        {{ month_start('month_start', shift=1) }} - 1 as event_on,
        coalesce(segment, 'unassigned') as segment,
        sum(amount) as spend_amount
    from {{ ref('stg_planning__spend') }}
    where not is_deleted and amount is not null
    group by 1, 2
),

first_new as (
    select
        account_id,
        min(month_start) as month_start
    from movements
    where kind = 'new'
    group by 1
),

moved as (
    select
        movements.month_end as event_on,
        movements.month_start,
        movements.segment,
        sum(movements.amount) filter (where movements.kind = 'new') as new_arr_amount,
        sum(movements.amount) filter (where movements.kind = 'expansion') as expansion_arr_amount,
        -sum(movements.amount) filter (where movements.kind = 'churn') as churned_arr_amount,
        -sum(movements.amount) filter (where movements.kind = 'contraction')
            as contracted_arr_amount,
        count(distinct case when movements.kind = 'churn' then movements.account_id end)
            as churned_customer_count,
        count(distinct first_new.account_id) as new_customer_count
    from movements
    left join first_new
        on movements.account_id = first_new.account_id
        and movements.month_start = first_new.month_start
    group by 1, 2, 3
),

opened as (
    select
        {{ month_start('month_end', shift=2) }} - 1 as event_on,
        {{ month_start('month_start', shift=1) }} as month_start,
        segment,
        sum(arr_amount) as opening_arr_amount,
        count(*) as opening_customer_count
    from balances
    where arr_amount > 0
    group by 1, 2, 3
),

keys as (
    select
        event_on,
        segment
    from moved
    union
    select
        event_on,
        segment
    from opened
    union
    select
        event_on,
        segment
    from spend
),

events as (
    select
        keys.event_on,
        'unassigned' as rep_id,
        keys.segment,
        'all' as slice_type,
        'all' as slice_id,
        moved.new_arr_amount,
        moved.expansion_arr_amount,
        moved.churned_arr_amount,
        moved.contracted_arr_amount,
        moved.churned_customer_count,
        moved.new_customer_count,
        opened.opening_customer_count,
        cast(opened.opening_arr_amount * margins.gross_margin / 12 as decimal(28, 4))
            as opening_monthly_margin_amount,
        spend.spend_amount,
        cast(moved.new_arr_amount * margins.gross_margin / 12 as decimal(28, 4))
            as new_monthly_margin_amount
    from keys
    left join moved on keys.event_on = moved.event_on and keys.segment = moved.segment
    left join opened on keys.event_on = opened.event_on and keys.segment = opened.segment
    left join spend on keys.event_on = spend.event_on and keys.segment = spend.segment
    left join margins
        on {{ month_start('keys.event_on') }} = margins.month_start
        and keys.segment = margins.segment
    where keys.event_on <= {{ as_of_date() }}
)

select * from events

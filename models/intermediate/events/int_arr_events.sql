-- Recurring revenue won and lost, the revenue a month began with, and what it cost to win, each on
-- the last day of its month; the customers it began with on its first, so that a quarter counts
-- those of its beginning once. A margin or spend that is given for `all` is every segment's that
-- has none of its own, or nobody's. No rep has a share in it. Long, because what is divided by one
-- another has to cover the same months.
with movements as (select * from {{ ref('int_arr_movements_signed') }}),

balances as (select * from {{ ref('int_arr_balances') }}),

segment_names as (select * from {{ ref('int_segment_names') }}),

margins as (
    select
        {{ month_start('stated.month_start') }} as month_start,
        coalesce(segment_names.segment, stated.segment, 'all') as segment,
        max(stated.gross_margin) as gross_margin
    from {{ ref('stg_planning__gross_margin') }} as stated
    left join segment_names on lower(stated.segment) = segment_names.spelling
    where stated.gross_margin is not null
    group by 1, 2
),

spend as (
    select
        {{ month_start('stated.month_start') }} as month_start,
        {{ month_start('stated.month_start', shift=1) }} - 1 as event_on,
        coalesce(
            nullif(coalesce(segment_names.segment, stated.segment), 'all'), 'unassigned'
        ) as segment,
        sum(stated.amount) as spend_amount
    from {{ ref('stg_planning__spend') }} as stated
    left join segment_names on lower(stated.segment) = segment_names.spelling
    where stated.amount is not null
    group by 1, 2, 3
),

months_with_spend as (select distinct month_start from spend),

months_with_margin as (select distinct month_start from margins),

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
    where movements.kind <> 'start'
    group by 1, 2, 3
),

opened as (
    select
        {{ month_start('month_start', shift=1) }} as first_day,
        {{ month_start('month_start', shift=2) }} - 1 as event_on,
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
        first_day as event_on,
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
        -- Lifetime value divides a margin by them: where the margin is not known, neither counts.
        case
            when coalesce(margins.gross_margin, common_margins.gross_margin) is not null
                then moved.churned_customer_count
        end as churned_customer_count,
        moved.new_customer_count,
        openings.opening_customer_count,
        cast(
            opened.opening_arr_amount
            * coalesce(margins.gross_margin, common_margins.gross_margin) / 12
            as decimal(28, 4)
        ) as opening_monthly_margin_amount,
        -- Nor is spend held against the margins of other months or segments. What is nobody's is
        -- held against whatever is known.
        case
            when coalesce(margins.gross_margin, common_margins.gross_margin) is not null
                or (
                    keys.segment = 'unassigned' and months_with_margin.month_start is not null
                )
                then spend.spend_amount
        end as spend_amount,
        case
            when months_with_spend.month_start is not null
                then
                    cast(
                        moved.new_arr_amount
                        * coalesce(margins.gross_margin, common_margins.gross_margin) / 12
                        as decimal(28, 4)
                    )
        end as new_monthly_margin_amount
    from keys
    left join moved on keys.event_on = moved.event_on and keys.segment = moved.segment
    left join opened on keys.event_on = opened.event_on and keys.segment = opened.segment
    left join opened as openings
        on keys.event_on = openings.first_day and keys.segment = openings.segment
    left join spend on keys.event_on = spend.event_on and keys.segment = spend.segment
    left join margins
        on {{ month_start('keys.event_on') }} = margins.month_start
        and keys.segment = margins.segment
    left join margins as common_margins
        on {{ month_start('keys.event_on') }} = common_margins.month_start
        and common_margins.segment = 'all'
    left join months_with_spend
        on {{ month_start('keys.event_on') }} = months_with_spend.month_start
    left join months_with_margin
        on {{ month_start('keys.event_on') }} = months_with_margin.month_start
    where keys.event_on <= {{ as_of_date() }}
)

select * from events

-- Movements of recurring revenue by account and month, with the sign their kind demands whichever
-- way the file writes it. A month counts once it is over: until then nobody knows what it holds.
-- What an account starts with is no movement of its month: it stands on the day before. Movements
-- of a merged account are the survivor's, in the survivor's segment. The segment is the account's
-- own as it stands on the as-of day, by the CRM's log where it keeps one: all movements of a
-- customer are in one segment.
with movements as (select * from {{ ref('stg_planning__arr_movements') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

signed as (
    select
        coalesce(accounts.surviving_account_id, movements.account_id) as account_id,
        case
            when lower(movements.kind) = 'start'
                then {{ month_start('movements.month_start', shift=-1) }}
            else {{ month_start('movements.month_start') }}
        end as month_start,
        case
            when lower(movements.kind) = 'start' then {{ month_start('movements.month_start') }}
            else {{ month_start('movements.month_start', shift=1) }}
        end - 1 as month_end,
        {{ month_start('movements.month_start', shift=1) }} - 1 as known_on,
        coalesce(
            survivors.segment_by_account_field, survivors.segment_by_account_rule, 'unassigned'
        ) as segment,
        lower(movements.kind) as kind,
        case
            when lower(movements.kind) in ('contraction', 'churn') then -abs(movements.amount)
            when lower(movements.kind) in ('start', 'new', 'expansion') then abs(movements.amount)
        end as amount
    from movements
    left join accounts on movements.account_id = accounts.account_id
    left join accounts as survivors on accounts.surviving_account_id = survivors.account_id
    where movements.amount is not null
),

arr_movements_signed as (
    select *
    from signed
    where amount is not null and known_on <= {{ as_of_date() }}
)

select * from arr_movements_signed

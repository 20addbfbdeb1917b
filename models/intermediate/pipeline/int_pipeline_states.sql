-- The open pipeline by its keys, as runs of days over which nothing changed: every span adds to its
-- keys on its first day and takes away on the day it ends, and a running sum does the rest. No deal
-- is ever joined to days.
{%- set keys = [
    'segment', 'team_id', 'rep_id', 'stage_id', 'close_bucket', 'opportunity_type',
] %}
with spans as (select * from {{ ref('int_pipeline_spans_bucketed') }}),

deltas as (
    {% for edge, sign in [('from_day', ''), ('to_day', '-')] -%}
    {% if not loop.first %}union all{% endif %}
    select
        {{ edge }} as change_day,
        {{ keys | join(',\n        ') }},
        {{ sign }}1 as deals,
        {{ sign }}coalesce(amount, 0) as amount,
        case when is_qualified then {{ sign }}1 else 0 end as qualified_deals,
        case when is_qualified then {{ sign }}coalesce(amount, 0) else 0 end as qualified_amount
    from spans
    where {{ edge }} <= {{ as_of_date() }}
    {% endfor -%}
),

changes as (
    select
        change_day,
        {{ keys | join(',\n        ') }},
        sum(deals) as deals,
        sum(amount) as amount,
        sum(qualified_deals) as qualified_deals,
        sum(qualified_amount) as qualified_amount
    from deltas
    group by 1, 2, 3, 4, 5, 6, 7
),

running as (
    select
        {{ keys | join(',\n        ') }},
        change_day as from_day,
        lead(change_day) over by_day as next_change_day,
        sum(deals) over so_far as deals,
        sum(amount) over so_far as amount,
        sum(qualified_deals) over so_far as qualified_deals,
        sum(qualified_amount) over so_far as qualified_amount
    from changes
    window
        by_day as (
            partition by {{ keys | join(', ') }}
            order by change_day
        ),
        so_far as (
            partition by {{ keys | join(', ') }}
            order by change_day rows between unbounded preceding and current row
        )
),

states as (
    select
        {{ keys | join(',\n        ') }},
        from_day,
        coalesce(next_change_day, {{ as_of_date() }} + 1) as to_day,
        cast(deals as bigint) as deals,
        cast(amount as decimal(18, 2)) as amount,
        cast(qualified_deals as bigint) as qualified_deals,
        cast(qualified_amount as decimal(18, 2)) as qualified_amount
    from running
    where deals > 0
)

select * from states

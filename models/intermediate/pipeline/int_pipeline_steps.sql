-- The steps of every walk, in a fixed order: arrival, transfer at the opening amount, change of
-- amount, change of date, outcome. Each step that happened is a row; outflows are negative, so that
-- opening and steps add up to closing. The doc block movement mirrors the list.
{%- set has_new_keys = (
    'from_segment <> to_segment or from_team_id <> to_team_id or from_rep_id <> to_rep_id'
) %}
{%- set steps = [
    ('created', 'from', 'from', 1, 'from_amount', "arrival = 'created'"),
    ('reopened', 'from', 'from', 1, 'from_amount', "arrival = 'reopened'"),
    ('transferred_out', 'from', 'from', -1, '-from_amount', has_new_keys),
    ('transferred_in', 'to', 'from', 1, 'from_amount', has_new_keys),
    ('increased', 'to', 'from', 0, 'to_amount - from_amount', 'to_amount > from_amount'),
    ('decreased', 'to', 'from', 0, 'to_amount - from_amount', 'to_amount < from_amount'),
    ('pushed_out', 'to', 'from', -1, '-to_amount', 'from_quarter is distinct from to_quarter'),
    ('pushed_in_from_past', 'to', 'to', 1, 'to_amount', 'from_quarter < to_quarter'),
    (
        'pulled_in', 'to', 'to', 1, 'to_amount',
        'from_quarter > to_quarter or (from_quarter is null and not coalesce(from_undated, false))',
    ),
    ('first_known', 'to', 'to', 1, 'to_amount', 'from_quarter is null and from_undated'),
    ('won', 'to', 'to', -1, '-to_amount', "outcome = 'won'"),
    ('lost', 'to', 'to', -1, '-to_amount', "outcome = 'lost'"),
    ('deleted', 'to', 'to', -1, '-to_amount', "outcome = 'deleted'"),
] %}
with walks as (select * from {{ ref('int_pipeline_walks') }}),

pipeline_steps as (
    {% for movement, keys, quarter, deals, amount, condition in steps -%}
    {% if not loop.first %}union all{% endif %}
    select
        period_type,
        period_start,
        {{ quarter }}_quarter as close_quarter,
        {{ keys }}_segment as segment,
        {{ keys }}_team_id as team_id,
        {{ keys }}_rep_id as rep_id,
        '{{ movement }}' as movement,
        opportunity_id,
        cast({{ deals }} as bigint) as deals,
        cast({{ amount }} as decimal(18, 2)) as amount
    from walks
    where {{ quarter }}_quarter is not null and ({{ condition }})
    {% endfor -%}
)

select * from pipeline_steps

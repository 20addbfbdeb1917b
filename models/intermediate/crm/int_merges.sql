-- Where a merged record ended: at the last of its chain, up to 32 merges away. Not every engine has
-- recursive queries, so each step doubles how far the one before it could see. Whose chain leads
-- back to itself, goes on for longer or names a record that is not there stands for itself: it has
-- no survivor here.
with links as (select * from {{ ref('int_merge_links') }}),

steps_1 as (
    select
        record_kind,
        record_id,
        master_id as reached_id
    from links
    where is_master_known
),
{% for reach in [2, 4, 8, 16, 32] %}
steps_{{ reach }} as (
    select
        nearer.record_kind,
        nearer.record_id,
        coalesce(farther.reached_id, nearer.reached_id) as reached_id
    from steps_{{ reach // 2 }} as nearer
    left join steps_{{ reach // 2 }} as farther
        on nearer.record_kind = farther.record_kind and nearer.reached_id = farther.record_id
),
{% endfor %}
merges_resolved as (
    select
        links.record_kind,
        links.record_id,
        links.master_id,
        case when onward.record_id is null then steps_32.reached_id end as survivor_id
    from links
    left join steps_32
        on links.record_kind = steps_32.record_kind and links.record_id = steps_32.record_id
    left join steps_1 as onward
        on steps_32.record_kind = onward.record_kind and steps_32.reached_id = onward.record_id
)

select * from merges_resolved

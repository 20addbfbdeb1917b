-- Which incident each breach belongs to, named by the breach that began it. A breach joins the
-- earliest breach of its kin that is open on the day it opens, and through it the one that joined
-- before: what began the incident never changes when more is known. Where the beginning is no kin
-- of a breach (two segments under one company), the breach begins an incident of its own, which
-- others may join: that is the second round. Chains of more than six steps begin anew.
with kin as (select * from {{ ref('int_kpi_breach_kin') }}),

rejoined_0 as (
    select distinct breach_id
    from kin
),

{% for round in [1, 2] -%}
joined_{{ round }}_0 as (
    select
        kin.breach_id,
        min_by(kin.earlier_breach_id, kin.earlier_rank_in_time) as joined_id
    from kin
    inner join rejoined_{{ round - 1 }} as those on kin.breach_id = those.breach_id
    inner join rejoined_{{ round - 1 }} as earlier on kin.earlier_breach_id = earlier.breach_id
    where kin.is_open_then
    group by kin.breach_id
),

{% for step in range(1, 7) -%}
joined_{{ round }}_{{ step }} as (
    select
        reached.breach_id,
        further.joined_id
    from joined_{{ round }}_{{ step - 1 }} as reached
    inner join joined_{{ round }}_0 as further on reached.joined_id = further.breach_id
),

{% endfor -%}
founded_{{ round }} as (
    select
        reached.breach_id,
        reached.joined_id as incident_id
    from joined_{{ round }}_6 as reached
    inner join joined_{{ round }}_0 as beginning
        on reached.joined_id = beginning.breach_id and beginning.joined_id = beginning.breach_id
    inner join kin
        on reached.breach_id = kin.breach_id and reached.joined_id = kin.earlier_breach_id
),

rejoined_{{ round }} as (
    select those.breach_id
    from rejoined_{{ round - 1 }} as those
    anti join founded_{{ round }} as founded on those.breach_id = founded.breach_id
),

{% endfor -%}
incident_members as (
    select * from founded_1
    union all
    select * from founded_2
    union all
    select
        breach_id,
        breach_id as incident_id
    from rejoined_2
)

select * from incident_members

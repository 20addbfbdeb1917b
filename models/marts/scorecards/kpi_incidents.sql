-- One cause, one row: breaches of one metric and slice that overlap in time and lie inside one
-- another. The one with the most evidence speaks for all of them. Long, because it is described by
-- what speaks for it, by all that belong to it, and by what it costs.
with breaches as (select * from {{ ref('kpi_breaches') }}),

interventions as (select * from {{ ref('int_kpi_interventions') }}),

metrics as (select * from {{ configured('metrics') }}),

owners as (select * from {{ configured('kpi_owners') }}),

metric_values as (select * from {{ ref('metric_values') }}),

members as (
    select
        case when metrics.better = 'up' then 1 else -1 end as direction,
        metrics.kind,
        metrics.label,
        owners.stake,
        breaches.*,
        row_number() over (
            partition by breaches.incident_id
            order by
                case when breaches.closed_on is null then 1 else 2 end asc,
                -- A narrower place speaks where it says more. What has hit all of a segment shows
                -- in it by the root of its teams more than in one of them, what hit one team the
                -- other way round. What people do themselves hits those who do it.
                breaches.errors_worse
                - case
                    when breaches.scope in ('company', 'segment') then 0
                    when metrics.stack = 'activity' then 0
                    else 1
                end desc nulls last,
                breaches.opened_on asc,
                case breaches.scope when 'company' then 1 when 'segment' then 2 else 3 end asc,
                breaches.breach_id asc
        ) as place
    from breaches
    inner join metrics on breaches.metric_id = metrics.metric_id
    inner join owners on breaches.metric_id = owners.metric_id
),

lives as (
    select
        incident_id,
        min(opened_on) as opened_on,
        case when count(closed_on) = count(*) then max(closed_on) end as closed_on,
        min(escalated_on) as escalated_on,
        max(case severity when 'critical' then 1 else 0 end) as is_critical,
        count(*) as members_count,
        {{ joined_samples('breach_id', 'place') }} as members
    from members
    group by incident_id
),

speaking as (
    select
        *,
        coalesce(baseline, threshold_value) as compared,
        {% for value in ('opening_value', 'metric_value') -%}
        case
            when {{ value }} is not null then {{ kpi_value_text(value, 'kind') }}
            when unit = 'minutes' then 'more than half still wait'
            else 'nothing was won'
        end as {{ value }}_text,
        {% endfor -%}
        {{ kpi_value_text('baseline', 'kind') }} as baseline_text,
        {{ kpi_value_text('threshold_value', 'kind') }} as threshold_text
    from members
    where place = 1
),

-- What the place won in the 90 days to the value: about a quarter at today's volume.
won as (
    select
        period_type,
        period_start,
        segment,
        team_id,
        rep_id,
        numerator as won_amount
    from metric_values
    where metric_id = 'avg_deal_size_t90' and slice_type = 'all'
),

costed as (
    select
        speaking.*,
        -- Never more than all of it, and never less than nothing.
        won.won_amount * greatest(
            case speaking.stake
                when 'proportional'
                    then 1 - greatest(speaking.metric_value, 0) / nullif(speaking.compared, 0)
                when 'inverse' then 1 - speaking.compared / nullif(speaking.metric_value, 0)
            end,
            case when speaking.stake is not null then 0.0 end
        ) as amount_at_stake
    from speaking
    left join won
        on speaking.period_type = won.period_type
        and speaking.value_period_start = won.period_start
        and speaking.segment = won.segment
        and speaking.team_id = won.team_id
        and speaking.rep_id = won.rep_id
),

kpi_incidents as (
    select
        lives.incident_id,
        lives.opened_on,
        lives.closed_on,
        case
            when lives.closed_on is not null then 'closed'
            when lives.escalated_on is not null then 'escalated'
            else 'open'
        end as status,
        costed.metric_id,
        costed.slice_type,
        costed.slice_id,
        costed.scope,
        costed.segment,
        costed.team_id,
        costed.rep_id,
        case when lives.is_critical = 1 then 'critical' else 'warning' end as severity,
        costed.owner_role,
        costed.owner_id,
        costed.owner_name,
        costed.intervention,
        lives.opened_on + cast({{ days_between('costed.opened_on', 'costed.due_on') }} as integer)
            as due_on,
        costed.escalate_to,
        lives.escalated_on,
        interventions.acknowledged_on,
        interventions.snoozed_until,
        interventions.acted_on,
        costed.breach_id,
        costed.trigger_id,
        costed.rule,
        costed.period_type,
        costed.value_period_start,
        costed.value_period_end,
        costed.opening_value,
        costed.metric_value,
        costed.worst_value,
        costed.baseline,
        costed.threshold_value,
        costed.unit,
        costed.n,
        concat(
            costed.opening_value_text,
            case
                when costed.n > 0 then concat(' of ', cast(costed.n as string), ' cases')
                else ''
            end,
            case
                when costed.baseline is null then ''
                else concat(', ', costed.baseline_text, ' to compare with')
            end,
            '; the line is ',
            costed.threshold_text,
            case
                when costed.metric_value_text = costed.opening_value_text then ''
                else concat('; at last ', costed.metric_value_text)
            end
        ) as evidence,
        cast(costed.amount_at_stake as decimal(18, 2)) as amount_at_stake,
        cast(lives.members_count as bigint) as members_count,
        lives.members,
        lives.opened_on as first_seen_on,
        costed.days_left_in_quarter,
        lives.closed_on is not null and costed.is_lapsed as is_lapsed,
        {{ as_of_date() }} as as_of_date
    from lives
    inner join costed on lives.incident_id = costed.incident_id
    left join interventions on lives.incident_id = interventions.incident_id
)

select * from kpi_incidents
order by opened_on, incident_id

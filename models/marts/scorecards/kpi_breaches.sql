-- One row per episode: who answers for it, what is done about it and by when. Long, because
-- episodes are summed up before they are described.
with breach_periods as (select * from {{ ref('int_kpi_breach_periods') }}),

triggers as (select * from {{ configured('kpi_triggers') }}),

owners as (select * from {{ configured('kpi_owners') }}),

breach_owners as (select * from {{ ref('int_kpi_breach_owners') }}),

incident_members as (select * from {{ ref('int_kpi_incident_members') }}),

acts as (select * from {{ ref('int_kpi_acts') }}),

metrics as (select * from {{ configured('metrics') }}),

-- What is worst depends on which way the trigger looks.
directed as (
    select
        breach_periods.*,
        incident_members.incident_id,
        count(*) over (partition by breach_periods.breach_id) as periods_so_far,
        breach_periods.opened_on
        + cast(ceil(owners.intervention_hours / 24.0) as integer) as due_on,
        case
            when breach_periods.rule = 'below' then 1
            when breach_periods.rule in ('points_below_baseline', 'pct_change_below', 'declining')
                and breach_periods.direction = 1
                then 1
            else 0
        end as looks_down
    from breach_periods
    inner join owners on breach_periods.metric_id = owners.metric_id
    left join incident_members on breach_periods.breach_id = incident_members.breach_id
),

episodes as (
    select
        breach_periods.breach_id,
        min(breach_periods.opened_on) as opened_on,
        max(breach_periods.closed_on) as closed_on,
        bool_or(breach_periods.is_lapsed) as is_lapsed,
        count(*) as periods_in_breach,
        -- Null is the worst: nothing was won, or no answer came.
        case
            when count(breach_periods.metric_value) < count(*) then null
            when min(breach_periods.looks_down) = 1 then min(breach_periods.metric_value)
            else max(breach_periods.metric_value)
        end as worst_value,
        max(
            case
                when breach_periods.periods_in_breach = breach_periods.periods_so_far
                    then breach_periods.metric_value
            end
        ) as metric_value,
        max(breach_periods.errors_worse) as errors_worse,
        max(breach_periods.period_start) as value_period_start,
        max(breach_periods.period_end) as value_period_end
    from directed as breach_periods
    group by breach_periods.breach_id
),

-- Nobody is told above while somebody acts, or for as long as it is put off. What is told later
-- takes nothing back.
escalations as (
    select
        directed.breach_id,
        min(directed.period_end) as escalated_on
    from directed
    inner join triggers on directed.trigger_id = triggers.trigger_id
    anti join acts
        on directed.incident_id = acts.incident_id
        and directed.period_end >= acts.taken_on
        and (acts.is_act or directed.period_end <= acts.snoozed_until)
    where directed.periods_in_breach > triggers.escalate_after_periods
        and directed.period_end > directed.due_on
    group by directed.breach_id
),

openings as (
    select *
    from directed
    where periods_in_breach = 1
),

breaches as (
    select
        openings.breach_id,
        openings.incident_id,
        openings.trigger_id,
        openings.metric_id,
        openings.rule,
        openings.period_type,
        openings.scope,
        openings.segment,
        openings.team_id,
        openings.rep_id,
        openings.slice_type,
        openings.slice_id,
        episodes.opened_on,
        episodes.closed_on,
        cast(episodes.periods_in_breach as bigint) as periods_in_breach,
        openings.metric_value as opening_value,
        episodes.worst_value,
        openings.threshold,
        openings.baseline,
        openings.n,
        triggers.severity,
        owners.owner_role,
        breach_owners.owner_id,
        breach_owners.owner_name,
        owners.intervention,
        coalesce(triggers.escalate_to, owners.escalate_to) as escalate_to,
        escalations.escalated_on,
        openings.due_on,
        cast(openings.days_to_quarter_end as bigint) as days_left_in_quarter,
        episodes.metric_value,
        episodes.errors_worse,
        metrics.unit,
        episodes.value_period_start,
        episodes.value_period_end,
        {{ kpi_threshold_value('openings', 'openings.baseline') }} as threshold_value,
        case
            when episodes.closed_on is not null then 'closed'
            when escalations.escalated_on is not null then 'escalated'
            else 'open'
        end as status,
        episodes.is_lapsed,
        {{ as_of_date() }} as as_of_date
    from openings
    inner join episodes on openings.breach_id = episodes.breach_id
    left join escalations on openings.breach_id = escalations.breach_id
    inner join triggers on openings.trigger_id = triggers.trigger_id
    inner join owners on openings.metric_id = owners.metric_id
    inner join metrics on openings.metric_id = metrics.metric_id
    left join breach_owners on openings.breach_id = breach_owners.breach_id
)

select * from breaches
order by opened_on, metric_id, scope, segment, team_id, rep_id, slice_id, trigger_id

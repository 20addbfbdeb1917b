-- What proves that something is measured at all (metric_evidence): a company that never logs a
-- missed meeting has no show rate of 100 %, and one that gives no loss reasons none that is
-- dominant. Long, because each proof comes from a table of its own.
with activities as (
    select *
    from {{ ref('int_activities_credited') }}
    where is_meeting and outcome in ('held', 'no_show')
),

losses as (
    select *
    from {{ ref('int_loss_events') }}
    where lost_by_reason_count > 0 and slice_id <> 'unknown'
),

closings as (
    select *
    from {{ ref('int_closing_events') }}
    where closed_count = 1
),

visits as (select * from {{ ref('int_stage_visits') }}),

-- A move the CRM recorded leads into a visit that had not to be inferred.
moves as (
    select
        entered_on,
        entry_rep_id as rep_id,
        entry_segment as segment
    from visits
    where visit_number > 1 and not is_inferred
),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

close_date_history as (select * from {{ ref('int_close_date_history') }}),

-- A win that is only known from the deal's row, or before which nothing is on record, was qualified
-- on its day for want of another: it has no cycle, and says nothing of which losses were qualified.
closed as (
    select
        closings.event_on,
        closings.rep_id,
        closings.segment,
        case
            when closings.won_count = 1
                and (
                    closings.won_cycle_days > 0
                    or not (visits.is_inferred or coalesce(visits_before.is_inferred, false))
                )
                then 1
        end as timed_win_count,
        case
            when closings.lost_count = 1 and closings.decided_qualified_count = 1 then 1
        end as qualified_loss_count,
        case
            when coalesce(closings.event_on >= close_date_history.known_from, false) then null
            else 1
        end as closed_unrecorded_count
    from closings
    inner join visits
        on closings.opportunity_id = visits.opportunity_id
        and closings.visit_number = visits.visit_number
    left join visits as visits_before
        on closings.opportunity_id = visits_before.opportunity_id
        and closings.visit_number = visits_before.visit_number + 1
    inner join opportunities on closings.opportunity_id = opportunities.opportunity_id
    left join close_date_history on opportunities.source = close_date_history.source
),

-- Whose close date only today's row tells.
standing as (
    select
        {{ as_of_date() }} as event_on,
        rep_id,
        segment
    from {{ ref('int_pipeline_spans') }}
    where is_unrecorded
        and from_day <= {{ as_of_date() }}
        and to_day > {{ as_of_date() }}
),

proofs as (
    {% set measures = [
        'missed_meeting_count', 'held_discovery_count', 'reasoned_loss_count',
        'recorded_move_count', 'timed_win_count', 'timed_closing_count',
        'closed_unrecorded_count', 'unrecorded_count',
    ] -%}
    {% set proofs = [
        ('activities', 'occurred_on', {
            'missed_meeting_count': "case when outcome = 'no_show' then 1 end",
            'held_discovery_count': "case when activity_type = 'discovery' and outcome = 'held'"
                ~ ' and opportunity_id is not null then 1 end',
        }),
        ('losses', 'event_on', {'reasoned_loss_count': 'lost_by_reason_count'}),
        ('moves', 'entered_on', {'recorded_move_count': '1'}),
        ('closed', 'event_on', {
            'timed_win_count': 'timed_win_count',
            'timed_closing_count': 'coalesce(timed_win_count, qualified_loss_count)',
            'closed_unrecorded_count': 'closed_unrecorded_count',
        }),
        ('standing', 'event_on', {'unrecorded_count': '1'}),
    ] -%}
    {% for relation, day, told in proofs -%}
    {% if not loop.first %}union all{% endif %}
    select
        {{ day }} as event_on,
        rep_id,
        {%- for measure in measures %}
        cast({{ told.get(measure, 'null') }} as bigint) as {{ measure }},
        {%- endfor %}
        segment
    from {{ relation }}
    {% endfor -%}
),

events as (
    select
        event_on,
        rep_id,
        segment,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        'all' as slice_type,
        'all' as slice_id
    from proofs
    group by event_on, rep_id, segment
)

select * from events

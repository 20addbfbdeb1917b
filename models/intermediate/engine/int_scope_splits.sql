-- From which day on a rep or team has had more than one segment. Until then a row of rep and
-- segment (team and segment) would only repeat the rep's (the team's), and is not written. A split
-- never begins earlier in a later build: what is measured on the ends of periods counts on those of
-- ended weeks, months and quarters alone, which every later build has too, and a plan from the
-- quarter on in which it is held against what was won. Long, because events, states and plans each
-- have a first day of their own.
with daily as (select * from {{ ref('int_measures_daily') }}),

terms as (select * from {{ ref('int_metric_terms') }}),

periods as (select * from {{ ref('int_calendar_periods') }}),

states as (select * from {{ ref('int_pipeline_states') }}),

events as (
    select distinct measure_id
    from terms
    where window_id not in ('start', 'point', 'whole', 'month', 'quarter')
),

plans as (
    select distinct terms.measure_id
    from terms
    anti join events on terms.measure_id = events.measure_id
    where terms.window_id in ('whole', 'month', 'quarter')
),

ended as (
    select distinct period_end
    from periods
    where is_complete and period_type <> 'day'
),

held as (
    select
        daily.segment,
        daily.team_id,
        daily.rep_id,
        min(
            case
                when plans.measure_id is not null
                    then {{ fiscal_quarter_start('daily.measured_on') }}
                else daily.measured_on
            end
        ) as first_day
    from daily
    left join events on daily.measure_id = events.measure_id
    left join plans on daily.measure_id = plans.measure_id
    left join ended on daily.measured_on = ended.period_end
    where events.measure_id is not null
        or plans.measure_id is not null
        or ended.period_end is not null
    group by 1, 2, 3
    union all
    select
        segment,
        team_id,
        rep_id,
        min(from_day) as first_day
    from states
    group by 1, 2, 3
),

scoped as (
    {% for scope, team, rep in [
        ('team_segment', 'team_id', "'all'"), ('rep_segment', "'all'", 'rep_id'),
    ] -%}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ scope }}' as scope,
        {{ team }} as team_id,
        {{ rep }} as rep_id,
        segment,
        min(first_day) as first_day
    from held
    group by 1, 2, 3, 4
    {% endfor -%}
),

placed as (
    select
        *,
        row_number() over (
            partition by scope, team_id, rep_id order by first_day, segment
        ) as place
    from scoped
),

splits as (
    select
        scope,
        team_id,
        rep_id,
        first_day as split_on
    from placed
    where place = 2
)

select * from splits

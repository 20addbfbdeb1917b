-- The stage names a change of pipeline alone finds and leaves: it gives the name that was there
-- another meaning. A table, for where nobody moves deals between pipelines the records of all
-- changes need not be looked up in it.
with changes as (select * from {{ ref('int_opportunity_changes_unioned') }}),

stage_records as (
    select
        opportunity_id,
        changed_at,
        {{ tuple_of([
            'changed_at', 'coalesce(loader_sequence, 9223372036854775807)', 'change_id',
        ]) }} as place,
        stage_name,
        old_stage_name
    from changes
    where stage_name is not null and changed_at is not null
),

moves as (
    select
        source,
        opportunity_id,
        change_id,
        changed_at
    from changes
    where pipeline is not null and stage_name is null
),

-- The stage name a change of pipeline alone finds: the last one by then, else the first to come.
carried_names as (
    select
        moves.source,
        moves.change_id,
        coalesce(
            max_by(stage_records.stage_name, stage_records.place) filter (
                where stage_records.changed_at <= moves.changed_at
            ),
            min_by(
                coalesce(stage_records.old_stage_name, stage_records.stage_name),
                stage_records.place
            )
        ) as stage_name,
        coalesce(
            max_by(stage_records.stage_name, stage_records.place) filter (
                where stage_records.changed_at < moves.changed_at
            ),
            min_by(
                coalesce(stage_records.old_stage_name, stage_records.stage_name),
                stage_records.place
            )
        ) as old_stage_name
    from moves
    inner join stage_records on moves.opportunity_id = stage_records.opportunity_id
    group by moves.source, moves.change_id
)

select * from carried_names

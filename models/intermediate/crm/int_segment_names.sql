-- How segments may be spelled in planning files: as a mapping spells them (segment_rules), as they
-- are called (segments), or `all`, in any letter case. One rule for every plan, so that a quota,
-- its ramp and its target meet.
with segment_rules as (select * from {{ configured('segment_rules') }}),

segments as (select * from {{ configured('segments') }}),

spellings as (
    select
        lower(raw_value) as spelling,
        segment,
        1 as preference
    from segment_rules
    where rule = 'field_value' and raw_value is not null
    union all
    select
        lower(segment) as spelling,
        segment,
        2 as preference
    from segments
    union all
    select
        'all' as spelling,
        'all' as segment,
        0 as preference
),

segment_names as (
    select
        spelling,
        min_by(segment, {{ tuple_of(['preference', 'segment']) }}) as segment
    from spellings
    group by spelling
)

select * from segment_names

-- Words of a CRM that no mapping knows, with how often they stand in its records: what to add to
-- the mapping, the most frequent first. A word is shown by its first forty characters.
with activities as (select * from {{ ref('int_activities_typed') }}),

opportunities as (select * from {{ ref('int_opportunities_unioned') }}),

opportunity_types as (select * from {{ configured('opportunity_types') }}),

found as (
    {%- for column, check in {
        'unknown_status': 'unknown_activity_status',
        'unknown_direction': 'unknown_direction',
        'unknown_outcome': 'unknown_meeting_outcome',
    }.items() %}
    select
        '{{ check }}' as check_id,
        substr({{ column }}, 1, 40) as raw_word
    from activities
    where {{ column }} is not null
    union all
    {%- endfor %}
    select
        'unmapped_opportunity_type' as check_id,
        substr(opportunities.opportunity_type, 1, 40) as raw_word
    from opportunities
    anti join opportunity_types
        on lower(opportunities.opportunity_type) = opportunity_types.raw_type
    where opportunities.opportunity_type is not null
),

unknown_words as (
    select
        check_id,
        raw_word,
        count(*) as rows_failing
    from found
    group by check_id, raw_word
)

select * from unknown_words

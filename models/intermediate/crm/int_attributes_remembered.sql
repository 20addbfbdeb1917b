-- How attributes without a history in the CRM stood when earlier builds read them (the raw table
-- known_attributes): one row per record, attribute and state. What the first build said reaches
-- back to the beginning; another value begins on the day of the build that first had it, so that no
-- period that had ended is restated. What the CRM says now, where it is something else, begins with
-- the as-of day, or after the last build that is remembered; of two builds of one day the later
-- counts. A value that was filled in later reaches back too: before, nothing was said. Long,
-- because entries and today's row become one list.
with entries as (
    select *
    from {{ ref('stg_ledger__known_attributes') }}
    where not is_deleted and known_on is not null
),

stated as (select * from {{ ref('int_attributes_stated') }}),

remembered_until as (
    select max(known_on) as last_known_on
    from entries
),

ordered as (
    select
        record_kind,
        record_id,
        attribute_name,
        attribute_value,
        known_on,
        count(attribute_value) over (
            partition by record_kind, record_id, attribute_name
            order by known_on
            rows between unbounded preceding and current row
        ) as values_so_far,
        row_number() over (
            partition by record_kind, record_id, attribute_name order by known_on desc
        ) as place_from_last
    from entries
),

last_entries as (
    select *
    from ordered
    where place_from_last = 1 and values_so_far > 0
),

told as (
    select
        record_kind,
        record_id,
        attribute_name,
        attribute_value,
        known_on as began_on,
        1 as place_of_day
    from ordered
    where values_so_far > 0
    union all
    select
        last_entries.record_kind,
        last_entries.record_id,
        last_entries.attribute_name,
        stated.attribute_value,
        case
            when remembered_until.last_known_on > {{ as_of_date() }}
                then remembered_until.last_known_on + 1
            else {{ as_of_date() }}
        end as began_on,
        2 as place_of_day
    from last_entries
    inner join stated
        on last_entries.record_kind = stated.record_kind
        and last_entries.record_id = stated.record_id
        and last_entries.attribute_name = stated.attribute_name
        and (stated.attribute_value is distinct from last_entries.attribute_value)
    cross join remembered_until
),

ranked as (
    select
        *,
        row_number() over (
            partition by record_kind, record_id, attribute_name, began_on order by place_of_day desc
        ) as choice
    from told
),

compared as (
    select
        *,
        row_number() over (
            partition by record_kind, record_id, attribute_name order by began_on
        ) as place,
        lag(attribute_value) over (
            partition by record_kind, record_id, attribute_name order by began_on
        ) as value_before
    from ranked
    where choice = 1
),

states as (
    select
        record_kind,
        record_id,
        attribute_name,
        row_number() over (
            partition by record_kind, record_id, attribute_name order by began_on
        ) as state_number,
        case
            when place = 1 then timestamp '1900-01-01 00:00:00'
            else {{ business_midnight('began_on') }}
        end as valid_from,
        attribute_value,
        value_before
    from compared
    where place = 1 or (attribute_value is distinct from value_before)
),

attributes_remembered as (
    select
        states.record_kind,
        states.record_id,
        states.attribute_name,
        states.state_number,
        states.valid_from,
        lead(states.valid_from) over (
            partition by states.record_kind, states.record_id, states.attribute_name
            order by states.valid_from
        ) as valid_to,
        states.attribute_value,
        states.value_before
    from states
)

select * from attributes_remembered

-- What decided an account's segment, and when, where the CRM logs changes of it or earlier builds
-- are remembered: one row per account and state, for the accounts with either. The old value of the
-- first change reaches back to the beginning, also that of one after the as-of day: it tells what
-- stood until then. A field of neither is today's. Long, because each field is carried by itself.
{%- set fields = ['segment', 'employees'] %}
with changes as (select * from {{ ref('int_crm_account_changes') }}),

remembered as (
    select *
    from {{ ref('int_attributes_remembered') }}
    where record_kind = 'account'
),

attributes as (
    select *
    from {{ ref('int_attributes_stated') }}
    where record_kind = 'account'
),

segment_rules as (select * from {{ configured('segment_rules') }}),

placed as (
    select
        *,
        row_number() over (
            partition by account_id
            order by changed_at asc, loader_sequence asc nulls last, change_id asc
        ) as place
    from changes
),

-- Within one instant only the last change was ever visible.
logged as (
    select
        account_id,
        field,
        changed_at,
        max_by(new_value is not null, place) as has_value,
        max_by(coalesce(new_value, ''), place) as new_value,
        min_by(old_value is not null, place) as had_value,
        min_by(coalesce(old_value, ''), place) as old_value
    from placed
    group by account_id, field, changed_at
),

numbered as (
    select
        *,
        row_number() over (partition by account_id, field order by changed_at) as change_number,
        lead(changed_at) over (partition by account_id, field order by changed_at) as next_at
    from logged
),

-- The CRM's own log knows the instant; what builds remember stands in where it is silent.
stated as (
    select
        account_id,
        field,
        timestamp '1900-01-01 00:00:00' as valid_from,
        changed_at as valid_to,
        case when had_value then old_value end as field_value
    from numbered
    where change_number = 1
    union all
    select
        account_id,
        field,
        changed_at as valid_from,
        next_at as valid_to,
        case when has_value then new_value end as field_value
    from numbered
    union all
    select
        remembered.record_id as account_id,
        remembered.attribute_name as field,
        remembered.valid_from,
        remembered.valid_to,
        remembered.attribute_value as field_value
    from remembered
    anti join numbered
        on remembered.record_id = numbered.account_id and remembered.attribute_name = numbered.field
),

beginnings as (
    select distinct
        account_id,
        valid_from
    from stated
    where valid_from < {{ as_of_end() }}
),

-- One row per beginning, with each field as it stood then.
carried as (
    select
        beginnings.account_id,
        {%- for field in fields %}
        max(case when stated.field = '{{ field }}' then stated.field_value end)
            as logged_{{ field }},
        coalesce(bool_or(stated.field = '{{ field }}'), false) as logs_{{ field }},
        {%- endfor %}
        beginnings.valid_from
    from beginnings
    inner join stated
        on beginnings.account_id = stated.account_id
        and {{ in_force('stated', 'beginnings.valid_from', open_ended=true) }}
    group by beginnings.account_id, beginnings.valid_from
),

current_values as (
    select
        record_id as account_id,
        {%- for field in fields %}
        max(case when attribute_name = '{{ field }}' then attribute_value end) as {{ field }},
        {%- endfor %}
        count(*) as attributes_stated
    from attributes
    group by record_id
),

valued as (
    select
        carried.account_id,
        carried.valid_from,
        lead(carried.valid_from) over (
            partition by carried.account_id order by carried.valid_from
        ) as valid_to,
        case
            when carried.logs_segment then nullif(trim(carried.logged_segment), '')
            else current_values.segment
        end as segment_value,
        case
            when carried.logs_employees then {{ text_as(
                'trim(carried.logged_employees)', 'bigint', {'date': 'iso', 'amount': 'plain'}
            ) }}
            else cast(current_values.employees as bigint)
        end as employees
    from carried
    inner join current_values on carried.account_id = current_values.account_id
),

account_versions as (
    select
        valued.*,
        coalesce(named_rules.segment, valued.segment_value) as segment_by_account_field,
        sized.segment as segment_by_account_rule
    from valued
    left join segment_rules as named_rules
        on named_rules.rule = 'field_value'
        and lower(valued.segment_value) = named_rules.raw_value
    left join segment_rules as sized
        on sized.rule = 'employees'
        and valued.employees >= coalesce(sized.lower_bound, 0)
        and (valued.employees < sized.upper_bound or sized.upper_bound is null)
)

select * from account_versions

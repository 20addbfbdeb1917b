with changes as (select * from {{ ref('stg_salesforce__account_field_history') }}),

named as (
    select
        account_id,
        case
            when {{ names_field('field_name', 'salesforce', 'account', 'segment') }}
                then 'segment'
            when {{ names_field('field_name', 'salesforce', 'account', 'number_of_employees') }}
                then 'employees'
        end as field,
        changed_at,
        loader_sequence,
        change_id,
        old_value,
        new_value
    from changes
    where not is_deleted and changed_at is not null
),

account_changes as (
    select *
    from named
    where field is not null
)

select * from account_changes

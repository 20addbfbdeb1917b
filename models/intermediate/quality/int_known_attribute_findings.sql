-- Entries of known_attributes that stand for nothing: of an attribute nobody remembers, or of a
-- record no CRM has.
with entries as (
    select *
    from {{ ref('stg_ledger__known_attributes') }}
    where not is_deleted and known_on <= {{ as_of_date() }}
),

stated as (select * from {{ ref('int_attributes_stated') }}),

attributes as (
    select distinct
        record_kind,
        attribute_name
    from stated
),

records as (
    select distinct
        record_kind,
        record_id
    from stated
),

findings as (
    select
        case
            when attributes.attribute_name is null then 'unknown_attribute'
            else 'unknown_remembered_record'
        end as check_id,
        concat_ws(
            ' ', 'known_attributes', entries.record_kind, entries.record_id, entries.attribute_name,
            cast(entries.known_on as {{ dbt.type_string() }})
        ) as row_id
    from entries
    left join attributes
        on entries.record_kind = attributes.record_kind
        and entries.attribute_name = attributes.attribute_name
    left join records
        on entries.record_kind = records.record_kind and entries.record_id = records.record_id
    where attributes.attribute_name is null or records.record_id is null
)

select * from findings

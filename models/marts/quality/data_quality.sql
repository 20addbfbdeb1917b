-- Raw tables are checked row by row and column by column, the later rooms record by record; checks
-- that found nothing are there with zero. Long, because each kind of check is one branch.
with checks as (select * from {{ ref('quality_checks') }}),

audit as (
    select *
    from {{ ref('int_raw_audit') }}
    where is_present
),

bad_values as (select * from {{ ref('int_raw_bad_values') }}),

doubts as (select * from {{ ref('int_raw_doubts') }}),

findings as (select * from {{ ref('int_quality_findings') }}),

unknown_words as (select * from {{ ref('int_unknown_words') }}),

counted as (
    {%- for table_name, relation in {
        'raw_files': ref('int_raw_files'),
        'opportunities': ref('int_opportunities_unioned'),
        'opportunity_changes': ref('int_opportunity_changes_unioned'),
        'activities': ref('int_activities_typed'),
        'leads': ref('int_leads_unioned'),
        'people': ref('int_crm_people'),
        'kpi_roles': configured('kpi_roles'),
    }.items() %}
    select
        '{{ table_name }}' as table_name,
        count(*) as rows_checked
    from {{ relation }}
    union all
    {%- endfor %}
    select
        'meetings' as table_name,
        count(*) as rows_checked
    from {{ ref('int_activities_typed') }}
    where is_meeting and not is_deleted
    union all
    -- What no CRM holds is checked as a whole.
    select
        source_name as table_name,
        cast(coalesce(sum(rows_out), 0) as bigint) as rows_checked
    from {{ ref('int_raw_audit') }}
    where source_name in ('planning', 'ledger')
    group by source_name
),

checked as (
    select
        table_name,
        rows_checked
    from counted
    union all
    select
        'records' as table_name,
        cast(sum(rows_checked) as bigint) as rows_checked
    from counted
    where table_name in ('opportunities', 'opportunity_changes', 'activities', 'leads')
),

placed as (
    select
        check_id,
        row_id,
        row_number() over (partition by check_id order by row_id asc nulls last) as place
    from findings
),

placed_words as (
    select
        check_id,
        concat(raw_word, ' (', rows_failing, ')') as counted_word,
        rows_failing,
        row_number() over (partition by check_id order by rows_failing desc, raw_word asc) as place
    from unknown_words
),

found as (
    select
        check_id,
        count(*) as rows_failing,
        {{ joined_samples('row_id', 'place') }} as sample_ids
    from placed
    group by check_id
    union all
    select
        check_id,
        cast(sum(rows_failing) as bigint) as rows_failing,
        {{ joined_samples('counted_word', 'place') }} as sample_ids
    from placed_words
    group by check_id
),

raw_rows as (
    select
        'duplicate_rows' as check_id,
        concat(source_name, '.', table_name) as table_name,
        rows_in as rows_checked,
        duplicate_rows as rows_failing,
        cast(null as {{ dbt.type_string() }}) as sample_ids
    from audit
    union all
    select
        'quarantined_rows' as check_id,
        concat(source_name, '.', table_name) as table_name,
        rows_in as rows_checked,
        quarantined_rows as rows_failing,
        cast(null as {{ dbt.type_string() }}) as sample_ids
    from audit
    union all
    select
        'unusable_value' as check_id,
        concat(audit.source_name, '.', audit.table_name, '.', bad_values.column_name) as table_name,
        audit.rows_in as rows_checked,
        bad_values.rows_failing,
        bad_values.sample_ids
    from bad_values
    inner join audit
        on bad_values.source_name = audit.source_name
        and bad_values.table_name = audit.table_name
    union all
    select
        doubts.check_id,
        concat_ws('.', audit.source_name, audit.table_name, doubts.column_name) as table_name,
        audit.rows_in as rows_checked,
        doubts.rows_failing,
        doubts.sample_ids
    from doubts
    inner join audit
        on doubts.source_name = audit.source_name
        and doubts.table_name = audit.table_name
    union all
    select
        'lines_before_header' as check_id,
        concat(source_name, '.', table_name) as table_name,
        rows_in as rows_checked,
        lines_before_header as rows_failing,
        cast(null as {{ dbt.type_string() }}) as sample_ids
    from audit
    where lines_before_header > 0
    union all
    select
        'deleted_rows' as check_id,
        concat(source_name, '.', table_name) as table_name,
        rows_in as rows_checked,
        deleted_rows as rows_failing,
        cast(null as {{ dbt.type_string() }}) as sample_ids
    from audit
    where deleted_rows > 0
),

records as (
    select
        checks.check_id,
        checks.table_name,
        checked.rows_checked,
        coalesce(found.rows_failing, 0) as rows_failing,
        found.sample_ids
    from checks
    inner join checked on checks.table_name = checked.table_name
    left join found on checks.check_id = found.check_id
),

results as (
    select * from raw_rows
    union all
    select * from records
),

data_quality as (
    select
        results.check_id,
        results.table_name,
        checks.severity,
        checks.treatment,
        results.rows_checked,
        results.rows_failing,
        results.sample_ids,
        {{ as_of_date() }} as as_of_date
    from results
    inner join checks on results.check_id = checks.check_id
)

select * from data_quality
order by severity, check_id, table_name

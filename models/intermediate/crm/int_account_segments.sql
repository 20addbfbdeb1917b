-- What an account says of its segment, and when: as it stood then where the CRM logs it or builds
-- remember it, of others as it stands today. With a row for every account it is never empty, which
-- DuckDB would take for a sign that few deals are left and turn its reader's other joins round.
with account_versions as (select * from {{ ref('int_account_versions') }}),

accounts as (select * from {{ ref('int_accounts_resolved') }}),

account_segments as (
    select
        account_id,
        valid_from,
        valid_to,
        segment_by_account_field,
        segment_by_account_rule
    from account_versions
    union all
    select
        accounts.account_id,
        timestamp '1900-01-01 00:00:00' as valid_from,
        cast(null as timestamp) as valid_to,
        accounts.segment_by_account_field,
        accounts.segment_by_account_rule
    from accounts
    anti join account_versions on accounts.account_id = account_versions.account_id
)

select * from account_segments

{{ crm_rows('account_changes') }}

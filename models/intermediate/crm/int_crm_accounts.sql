{{ crm_rows('accounts') }}

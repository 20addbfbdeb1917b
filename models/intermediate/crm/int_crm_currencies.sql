{{ crm_rows('currencies') }}

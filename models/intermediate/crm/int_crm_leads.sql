{{ crm_rows('leads') }}

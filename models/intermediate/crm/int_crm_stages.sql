{{ crm_rows('stages') }}

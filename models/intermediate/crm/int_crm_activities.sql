{{ crm_rows('activities') }}

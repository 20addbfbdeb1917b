{{ crm_rows('opportunities') }}

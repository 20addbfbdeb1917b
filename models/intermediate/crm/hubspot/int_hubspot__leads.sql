{{ no_crm_rows('leads') }}

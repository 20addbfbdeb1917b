{{ crm_rows('opportunity_changes') }}

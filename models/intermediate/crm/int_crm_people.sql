{{ crm_rows('people') }}

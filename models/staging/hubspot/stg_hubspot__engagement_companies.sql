{{ hubspot__staged_of_engagements('company', ['company_id as account_id']) }}

{{ hubspot__staged_of_engagements('contact', ['contact_id']) }}

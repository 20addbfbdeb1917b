{{ hubspot__staged_engagements('call', ['disposition', 'direction', 'status', 'activity_type']) }}

{{ hubspot__staged_engagements('meeting', ['outcome', 'started_at', 'activity_type']) }}

{{ hubspot__staged_engagements('task', ['status', 'task_type', 'completed_at']) }}

{#-
    The measures that are summed, by the event model that has each as a column. The catalog (seeds/catalog/
    measures.csv) says what each counts; the test every_measure_of_the_catalog_is_summed holds the two together.
-#}
{% macro event_measures() -%}
    {{ return({
        'int_creation_events': ['opportunities_created_count'],
        'int_qualification_events': [
            'qualified_count', 'qualified_amount', 'qualified_won_by_now_count',
            'qualified_open_by_now_count', 'new_logo_qualified_count', 'new_logo_qualified_amount',
            'expansion_qualified_count', 'expansion_qualified_amount',
        ],
        'int_closing_events': [
            'closed_count', 'won_count', 'won_amount', 'lost_count', 'lost_amount',
            'won_standing_count', 'won_standing_amount', 'won_with_amount_count', 'won_cycle_days',
            'lost_standing_count', 'decided_qualified_count', 'decided_with_amount_count',
            'decided_qualified_amount',
        ],
        'int_loss_events': ['lost_by_reason_count'],
        'int_push_events': ['push_count'],
        'int_stage_exit_events': ['stage_exit_count', 'stage_advanced_count'],
        'int_stage_outcome_events': ['stage_resolved_count', 'stage_won_count'],
        'int_transition_events': [
            'transition_count', 'skipped_transition_count', 'backward_transition_count',
            'deals_advanced_count',
        ],
        'int_activity_events': [
            'calls_count', 'emails_sent_count', 'replies_count', 'meetings_booked_count',
            'meetings_held_count', 'meetings_kept_or_missed_count', 'demos_run_count',
            'opportunity_demos_count', 'demos_without_discovery_count',
        ],
        'int_lead_events': [
            'leads_count', 'watched_leads_count', 'leads_converted_by_now_count',
        ],
        'int_quota_events': ['quota_amount', 'ramped_quota_amount'],
        'int_headcount_events': ['active_rep_count'],
        'int_pipeline_state_events': [
            'open_count', 'open_amount', 'open_qualified_count', 'open_qualified_amount',
            'weighted_amount', 'crm_weighted_amount', 'open_new_logo_count', 'open_new_logo_amount', 'open_expansion_count',
            'open_expansion_amount', 'undated_count',
        ],
        'int_arr_events': [
            'new_arr_amount', 'expansion_arr_amount', 'churned_arr_amount', 'contracted_arr_amount',
            'new_customer_count', 'churned_customer_count', 'opening_customer_count',
            'opening_monthly_margin_amount', 'new_monthly_margin_amount', 'spend_amount',
        ],
        'int_trial_events': [
            'trials_started_count', 'trials_activated_count', 'trials_converted_count',
        ],
        'int_call_score_events': ['scored_call_count', 'call_score_sum'],
        'int_open_deal_events': [
            'past_due_deal_count', 'task_judged_deal_count', 'overdue_task_deal_count',
            'staged_deal_count', 'staged_deal_days', 'expected_deal_count', 'stalled_deal_count',
            'health_deal_count',
        ],
        'int_overdue_task_events': ['overdue_task_count'],
        'int_evidence_events': [
            'missed_meeting_count', 'held_discovery_count', 'reasoned_loss_count',
            'recorded_move_count', 'timed_win_count', 'timed_closing_count', 'closed_unrecorded_count',
            'unrecorded_count',
        ],
    }) }}
{%- endmacro %}

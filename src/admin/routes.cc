// Every operation of openapi.yaml and its handler; a test compares the two.
#include <array>

#include "admin/api.h"
#include "admin/handlers.h"
#include "admin/records.h"

namespace mailsync::admin {
namespace {

using crm::RecordType;

template <RecordType type>
Answer list_each(Api& api, const Request& request) {
  return list_of_type(api, request, type);
}
template <RecordType type>
Answer get_each(Api& api, const Request& request) {
  return record_of_type(api, request, type);
}
template <RecordType type>
Answer create_each(Api& api, const Request& request) {
  return create_of_type(api, request, type);
}
template <RecordType type>
Answer update_each(Api& api, const Request& request) {
  return update_of_type(api, request, type);
}
template <RecordType type>
Answer delete_each(Api& api, const Request& request) {
  return delete_of_type(api, request, type);
}

constexpr std::array kRoutes{
    Route{"signIn", "POST", "/api/v1/session", &sign_in, Access::Public},
    Route{"getSession", "GET", "/api/v1/session", &get_session},
    Route{"signOut", "DELETE", "/api/v1/session", &sign_out},
    Route{"changePassword", "POST", "/api/v1/session/password", &change_password},
    Route{"beginSecondFactor", "POST", "/api/v1/session/second-factor", &begin_second_factor},
    Route{"confirmSecondFactor", "POST", "/api/v1/session/second-factor/confirm", &confirm_second_factor},
    Route{"removeSecondFactor", "POST", "/api/v1/session/second-factor/remove", &remove_second_factor},

    Route{"getSetup", "GET", "/api/v1/setup", &get_setup, Access::Public},
    Route{"createFirstAdministrator", "POST", "/api/v1/setup/first-administrator",
          &create_first_administrator, Access::Public},
    Route{"lookAtLink", "POST", "/api/v1/one-time-links/look", &look_at_link, Access::Public},
    Route{"useLink", "POST", "/api/v1/one-time-links/use", &use_link, Access::Public},

    Route{"listAccountUsers", "GET", "/api/v1/account/users", &list_account_users, Access::Administrators},
    Route{"inviteUser", "POST", "/api/v1/account/users", &invite_user, Access::Administrators},
    Route{"getAccountUser", "GET", "/api/v1/account/users/{id}", &get_account_user, Access::Administrators},
    Route{"changeAccountUser", "PATCH", "/api/v1/account/users/{id}", &change_account_user,
          Access::Administrators},
    Route{"resetPassword", "POST", "/api/v1/account/users/{id}/reset", &reset_password,
          Access::Administrators},
    Route{"takeSecondFactorAway", "DELETE", "/api/v1/account/users/{id}/second-factor",
          &take_second_factor_away, Access::Administrators},
    Route{"listOrganizations", "GET", "/api/v1/account/organizations", &list_organizations,
          Access::Administrators},
    Route{"createOrganization", "POST", "/api/v1/account/organizations", &create_organization,
          Access::SystemAdministrators},
    Route{"renameOrganization", "PATCH", "/api/v1/account/organizations/{id}", &rename_organization,
          Access::SystemAdministrators},
    Route{"deleteOrganization", "DELETE", "/api/v1/account/organizations/{id}", &delete_organization,
          Access::SystemAdministrators},

    Route{"getEmailConfiguration", "GET", "/api/v1/account/organizations/{id}/email-configuration",
          &get_email_configuration, Access::Administrators},
    Route{"changeEmailConfiguration", "PATCH", "/api/v1/account/organizations/{id}/email-configuration",
          &change_email_configuration, Access::Administrators},
    Route{"removeEmailConfiguration", "DELETE", "/api/v1/account/organizations/{id}/email-configuration",
          &remove_email_configuration, Access::Administrators},
    Route{"startConnectionTest", "POST", "/api/v1/account/organizations/{id}/email-configuration/test",
          &start_connection_test, Access::Administrators},
    Route{"getConnectionTest", "GET", "/api/v1/account/organizations/{id}/email-configuration/test",
          &get_connection_test, Access::Administrators},
    Route{"startReachCheck", "POST", "/api/v1/account/organizations/{id}/email-configuration/reach",
          &start_reach_check, Access::Administrators},
    Route{"getReachCheck", "GET", "/api/v1/account/organizations/{id}/email-configuration/reach",
          &get_reach_check, Access::Administrators},

    Route{"getLicences", "GET", "/api/v1/account/licences", &get_licences, Access::Administrators},
    Route{"changeLicences", "PATCH", "/api/v1/account/licences", &change_licences,
          Access::SystemAdministrators},
    Route{"giveLicences", "POST", "/api/v1/account/licences/give", &give_licences, Access::Administrators},
    Route{"takeLicences", "POST", "/api/v1/account/licences/take", &take_licences, Access::Administrators},
    Route{"getPanel", "GET", "/api/v1/mail-sync", &get_panel, Access::Administrators},
    Route{"changePanel", "PATCH", "/api/v1/mail-sync", &change_panel, Access::SystemAdministrators},
    Route{"connectDatabase", "POST", "/api/v1/mail-sync/connect", &connect_database,
          Access::SystemAdministrators},
    Route{"listDatabases", "GET", "/api/v1/mail-sync/databases", &list_databases, Access::Administrators},
    Route{"listPanelUsers", "GET", "/api/v1/mail-sync/users", &list_panel_users, Access::Administrators},
    Route{"exportPanelUsers", "GET", "/api/v1/mail-sync/users/export", &export_panel_users,
          Access::Administrators},
    Route{"startUserOperation", "POST", "/api/v1/mail-sync/operations", &start_user_operation,
          Access::Administrators},
    Route{"getUserOperation", "GET", "/api/v1/mail-sync/operations/{id}", &get_user_operation,
          Access::Administrators},
    Route{"listProfiles", "GET", "/api/v1/mail-sync/profiles", &list_profiles, Access::Administrators},
    Route{"createProfile", "POST", "/api/v1/mail-sync/profiles", &create_profile,
          Access::SystemAdministrators},
    Route{"changeProfile", "PATCH", "/api/v1/mail-sync/profiles/{id}", &change_profile,
          Access::SystemAdministrators},
    Route{"deleteProfile", "DELETE", "/api/v1/mail-sync/profiles/{id}", &delete_profile,
          Access::SystemAdministrators},
    Route{"getStatistics", "GET", "/api/v1/mail-sync/statistics", &get_statistics, Access::Administrators},
    Route{"getNetworkNeeds", "GET", "/api/v1/mail-sync/network-needs", &get_network_needs,
          Access::Administrators},
    Route{"setOrganizationProfile", "POST", "/api/v1/account/organizations/{id}/profile",
          &set_organization_profile, Access::Administrators},
    Route{"listAuditLog", "GET", "/api/v1/audit-log", &list_audit, Access::Administrators},
    Route{"exportAuditLog", "GET", "/api/v1/audit-log/export", &export_audit, Access::Administrators},
    Route{"checkAuditLog", "GET", "/api/v1/audit-log/check", &check_audit_log, Access::SystemAdministrators},

    Route{"listUsers", "GET", "/api/v1/users", &list_users},

    Route{"listPeople", "GET", "/api/v1/people", &list_each<RecordType::Person>},
    Route{"createPerson", "POST", "/api/v1/people", &create_each<RecordType::Person>},
    Route{"getPerson", "GET", "/api/v1/people/{id}", &get_each<RecordType::Person>},
    Route{"updatePerson", "PATCH", "/api/v1/people/{id}", &update_each<RecordType::Person>},
    Route{"deletePerson", "DELETE", "/api/v1/people/{id}", &delete_each<RecordType::Person>},

    Route{"listOrganisations", "GET", "/api/v1/organisations", &list_each<RecordType::Organisation>},
    Route{"createOrganisation", "POST", "/api/v1/organisations", &create_each<RecordType::Organisation>},
    Route{"getOrganisation", "GET", "/api/v1/organisations/{id}", &get_each<RecordType::Organisation>},
    Route{"updateOrganisation", "PATCH", "/api/v1/organisations/{id}",
          &update_each<RecordType::Organisation>},
    Route{"deleteOrganisation", "DELETE", "/api/v1/organisations/{id}",
          &delete_each<RecordType::Organisation>},

    Route{"listLeads", "GET", "/api/v1/leads", &list_each<RecordType::Lead>},
    Route{"createLead", "POST", "/api/v1/leads", &create_each<RecordType::Lead>},
    Route{"getLead", "GET", "/api/v1/leads/{id}", &get_each<RecordType::Lead>},
    Route{"updateLead", "PATCH", "/api/v1/leads/{id}", &update_each<RecordType::Lead>},
    Route{"deleteLead", "DELETE", "/api/v1/leads/{id}", &delete_each<RecordType::Lead>},

    Route{"listOpportunities", "GET", "/api/v1/opportunities", &list_each<RecordType::Opportunity>},
    Route{"createOpportunity", "POST", "/api/v1/opportunities", &create_each<RecordType::Opportunity>},
    Route{"getOpportunity", "GET", "/api/v1/opportunities/{id}", &get_each<RecordType::Opportunity>},
    Route{"updateOpportunity", "PATCH", "/api/v1/opportunities/{id}", &update_each<RecordType::Opportunity>},
    Route{"deleteOpportunity", "DELETE", "/api/v1/opportunities/{id}", &delete_each<RecordType::Opportunity>},

    Route{"listCases", "GET", "/api/v1/cases", &list_each<RecordType::Case>},
    Route{"createCase", "POST", "/api/v1/cases", &create_each<RecordType::Case>},
    Route{"getCase", "GET", "/api/v1/cases/{id}", &get_each<RecordType::Case>},
    Route{"updateCase", "PATCH", "/api/v1/cases/{id}", &update_each<RecordType::Case>},
    Route{"deleteCase", "DELETE", "/api/v1/cases/{id}", &delete_each<RecordType::Case>},

    Route{"listTasks", "GET", "/api/v1/tasks", &list_each<RecordType::Task>},
    Route{"createTask", "POST", "/api/v1/tasks", &create_each<RecordType::Task>},
    Route{"getTask", "GET", "/api/v1/tasks/{id}", &get_each<RecordType::Task>},
    Route{"updateTask", "PATCH", "/api/v1/tasks/{id}", &update_each<RecordType::Task>},
    Route{"deleteTask", "DELETE", "/api/v1/tasks/{id}", &delete_each<RecordType::Task>},

    Route{"listMeetings", "GET", "/api/v1/meetings", &list_each<RecordType::Meeting>},
    Route{"createMeeting", "POST", "/api/v1/meetings", &create_each<RecordType::Meeting>},
    Route{"getMeeting", "GET", "/api/v1/meetings/{id}", &get_each<RecordType::Meeting>},
    Route{"updateMeeting", "PATCH", "/api/v1/meetings/{id}", &update_each<RecordType::Meeting>},
    Route{"deleteMeeting", "DELETE", "/api/v1/meetings/{id}", &delete_each<RecordType::Meeting>},

    Route{"listEmails", "GET", "/api/v1/emails", &list_emails},
    Route{"getEmail", "GET", "/api/v1/emails/{id}", &get_email},
    Route{"narrowEmail", "PATCH", "/api/v1/emails/{id}", &narrow_email},
    Route{"getEmailOriginal", "GET", "/api/v1/emails/{id}/original", &get_email_original},
    Route{"listAttachments", "GET", "/api/v1/emails/{id}/attachments", &list_attachments},
    Route{"getAttachment", "GET", "/api/v1/emails/{id}/attachments/{attachment_id}", &get_attachment},
    Route{"listOutbox", "GET", "/api/v1/emails/outbox", &list_outbox},
    Route{"sendEmail", "POST", "/api/v1/emails/outbox", &send_email},
    Route{"getOutboxMessage", "GET", "/api/v1/emails/outbox/{id}", &get_outbox_message},

    Route{"getRecord", "GET", "/api/v1/records/{id}", &get_record},
    Route{"getTimeline", "GET", "/api/v1/records/{id}/timeline", &get_timeline},
    Route{"listRecordLinks", "GET", "/api/v1/records/{id}/links", &list_record_links},

    Route{"listViews", "GET", "/api/v1/views", &list_views},
    Route{"createView", "POST", "/api/v1/views", &create_view},
    Route{"updateView", "PATCH", "/api/v1/views/{id}", &update_view},
    Route{"deleteView", "DELETE", "/api/v1/views/{id}", &delete_view},

    Route{"listMailboxes", "GET", "/api/v1/mailboxes", &list_mailboxes},
    Route{"getMailbox", "GET", "/api/v1/mailboxes/{id}", &get_mailbox},
    Route{"syncMailbox", "POST", "/api/v1/mailboxes/{id}/sync", &sync_mailbox},
    Route{"pauseMailbox", "POST", "/api/v1/mailboxes/{id}/pause", &pause_mailbox},
    Route{"resumeMailbox", "POST", "/api/v1/mailboxes/{id}/resume", &resume_mailbox},
    Route{"getSignInOutcome", "GET", "/api/v1/oauth/outcomes/{id}", &get_sign_in_outcome},
    Route{"listIssues", "GET", "/api/v1/issues", &list_issues},
    Route{"getReview", "GET", "/api/v1/issues/{id}/review", &get_review},
    Route{"answerIssue", "POST", "/api/v1/issues/{id}/answer", &answer_issue},
    Route{"listRuns", "GET", "/api/v1/runs", &list_runs},
    Route{"startDryRuns", "POST", "/api/v1/dry-runs", &start_dry_runs},
    Route{"startDryRun", "POST", "/api/v1/mailboxes/{id}/dry-runs", &start_dry_run},
    Route{"startMailbox", "POST", "/api/v1/mailboxes/{id}/start", &start_mailbox},
    Route{"previewUndo", "POST", "/api/v1/mailboxes/{id}/undos", &preview_undo},
    Route{"listChanges", "GET", "/api/v1/mailboxes/{id}/changes", &list_changes},
    Route{"listPlans", "GET", "/api/v1/plans", &list_plans},
    Route{"getPlan", "GET", "/api/v1/plans/{id}", &get_plan},
    Route{"listPlanItems", "GET", "/api/v1/plans/{id}/items", &list_plan_items},
    Route{"approvePlan", "POST", "/api/v1/plans/{id}/approve", &approve_plan},
    Route{"rejectPlan", "POST", "/api/v1/plans/{id}/reject", &reject_plan},
    Route{"explain", "GET", "/api/v1/explain", &explain_items},
    Route{"events", "GET", "/api/v1/events", &open_events},

    Route{"healthz", "GET", "/healthz", &get_health, Access::Public},
    Route{"readyz", "GET", "/readyz", &get_readiness, Access::Public},
    Route{"metrics", "GET", "/metrics", &get_metrics, Access::Public},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace mailsync::admin

// The operations of openapi.yaml that are not the same for every type of record, by the file that has them.
#pragma once

#include <memory>

#include "admin/router.h"
#include "sync/state_store.h"

namespace mailsync::admin {

// session.cc
Task<Answer> sign_in(Api& api, std::shared_ptr<const Request> request);
Task<Answer> sign_out(Api& api, std::shared_ptr<const Request> request);
Answer get_session(Api& api, const Request& request);
Answer change_password(Api& api, const Request& request);

// entry.cc
Answer get_setup(Api& api, const Request& request);
Answer create_first_administrator(Api& api, const Request& request);
Answer look_at_link(Api& api, const Request& request);
Answer use_link(Api& api, const Request& request);

// second_factor.cc
Task<Answer> begin_second_factor(Api& api, std::shared_ptr<const Request> request);
Task<Answer> confirm_second_factor(Api& api, std::shared_ptr<const Request> request);
Task<Answer> remove_second_factor(Api& api, std::shared_ptr<const Request> request);
Task<Answer> take_second_factor_away(Api& api, std::shared_ptr<const Request> request);

// account_users.cc
Answer list_account_users(Api& api, const Request& request);
Answer get_account_user(Api& api, const Request& request);
Answer invite_user(Api& api, const Request& request);
Answer change_account_user(Api& api, const Request& request);
Answer reset_password(Api& api, const Request& request);

// organizations.cc
Answer list_organizations(Api& api, const Request& request);
Answer create_organization(Api& api, const Request& request);
Answer rename_organization(Api& api, const Request& request);
Answer delete_organization(Api& api, const Request& request);

// email_configuration.cc
Answer get_email_configuration(Api& api, const Request& request);
Task<Answer> change_email_configuration(Api& api, std::shared_ptr<const Request> request);
Task<Answer> remove_email_configuration(Api& api, std::shared_ptr<const Request> request);

// connection_tests.cc
Task<Answer> start_connection_test(Api& api, std::shared_ptr<const Request> request);
Task<Answer> get_connection_test(Api& api, std::shared_ptr<const Request> request);
Task<Answer> start_reach_check(Api& api, std::shared_ptr<const Request> request);
Task<Answer> get_reach_check(Api& api, std::shared_ptr<const Request> request);

// licences.cc
Answer get_licences(Api& api, const Request& request);
Task<Answer> change_licences(Api& api, std::shared_ptr<const Request> request);
Task<Answer> give_licences(Api& api, std::shared_ptr<const Request> request);
Task<Answer> take_licences(Api& api, std::shared_ptr<const Request> request);

// panel.cc
Answer get_panel(Api& api, const Request& request);
Answer connect_database(Api& api, const Request& request);
Answer change_panel(Api& api, const Request& request);
Answer list_databases(Api& api, const Request& request);
// panel_list.cc
Task<Answer> list_panel_users(Api& api, std::shared_ptr<const Request> request);
Task<Answer> export_panel_users(Api& api, std::shared_ptr<const Request> request);
// panel_operations.cc
Task<Answer> start_user_operation(Api& api, std::shared_ptr<const Request> request);
Task<Answer> get_user_operation(Api& api, std::shared_ptr<const Request> request);
// profiles.cc
Answer list_profiles(Api& api, const Request& request);
Answer create_profile(Api& api, const Request& request);
Task<Answer> change_profile(Api& api, std::shared_ptr<const Request> request);
Answer delete_profile(Api& api, const Request& request);
Answer set_organization_profile(Api& api, const Request& request);

// statistics.cc
Answer get_statistics(Api& api, const Request& request);
Answer get_network_needs(Api& api, const Request& request);

// audit_log.cc
Answer list_audit(Api& api, const Request& request);
Answer export_audit(Api& api, const Request& request);
Answer check_audit_log(Api& api, const Request& request);

// users.cc
Answer list_users(Api& api, const Request& request);

// emails.cc
Answer list_emails(Api& api, const Request& request);
Answer get_email(Api& api, const Request& request);
Answer narrow_email(Api& api, const Request& request);
Answer get_email_original(Api& api, const Request& request);
Answer list_attachments(Api& api, const Request& request);
Answer get_attachment(Api& api, const Request& request);

// outbox.cc
Answer list_outbox(Api& api, const Request& request);
Answer send_email(Api& api, const Request& request);
Answer get_outbox_message(Api& api, const Request& request);

// timeline.cc
Answer get_record(Api& api, const Request& request);
Answer get_timeline(Api& api, const Request& request);
Answer list_record_links(Api& api, const Request& request);

// views.cc
Answer list_views(Api& api, const Request& request);
Answer create_view(Api& api, const Request& request);
Answer update_view(Api& api, const Request& request);
Answer delete_view(Api& api, const Request& request);

// mailboxes.cc
Task<Answer> list_mailboxes(Api& api, std::shared_ptr<const Request> request);
Task<Answer> get_mailbox(Api& api, std::shared_ptr<const Request> request);
Task<Answer> sync_mailbox(Api& api, std::shared_ptr<const Request> request);
Task<Answer> pause_mailbox(Api& api, std::shared_ptr<const Request> request);
Task<Answer> start_mailbox(Api& api, std::shared_ptr<const Request> request);
Task<Answer> resume_mailbox(Api& api, std::shared_ptr<const Request> request);

// issues.cc
Answer list_issues(Api& api, const Request& request);
Answer answer_issue(Api& api, const Request& request);
// reviews.cc
Task<Answer> get_review(Api& api, std::shared_ptr<const Request> request);
// runs.cc
Task<Answer> list_runs(Api& api, std::shared_ptr<const Request> request);

// sign_in_outcome.cc
Task<Answer> get_sign_in_outcome(Api& api, std::shared_ptr<const Request> request);

// dry_runs.cc
// The id of the plan when it is made; for operations on many.
Task<Result<std::string>> dry_run_to_end(Api& api, sync::Mailbox mailbox);
Task<Answer> start_dry_run(Api& api, std::shared_ptr<const Request> request);
Task<Answer> start_dry_runs(Api& api, std::shared_ptr<const Request> request);
// undos.cc
Task<Answer> preview_undo(Api& api, std::shared_ptr<const Request> request);
// plans.cc
Answer list_plans(Api& api, const Request& request);
Answer get_plan(Api& api, const Request& request);
Answer list_plan_items(Api& api, const Request& request);
Answer list_changes(Api& api, const Request& request);
Task<Answer> approve_plan(Api& api, std::shared_ptr<const Request> request);
Task<Answer> reject_plan(Api& api, std::shared_ptr<const Request> request);
// explain.cc
Task<Answer> explain_items(Api& api, std::shared_ptr<const Request> request);

// events.cc
Task<Answer> open_events(Api& api, std::shared_ptr<const Request> request);

// health.cc
Answer get_health(Api& api, const Request& request);
Answer get_readiness(Api& api, const Request& request);
Answer get_metrics(Api& api, const Request& request);

}  // namespace mailsync::admin

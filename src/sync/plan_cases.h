// The cases of plan(), one file each, and the small facts they share. Inside src/sync alone: everybody else
// sees plan.h.
#pragma once

#include "sync/plan.h"

namespace mailsync::sync {

using model::FieldNames;

// ---- facts (plan_facts.cc) ----

Issue issue_about(const Situation& s, std::string key, std::string severity, std::string title,
                  std::string remedy);
// "what:<remote id>", or "what:record:<id>" where there is no item.
std::string key_of(const Situation& s, std::string_view what);
Directions directions(const Situation& s);
Plan skip(std::string reason);
// A write of these fields to this item would make the server mail people, and nobody asked for that.
bool would_mail(const Situation& s, const Fields& written);
// Takes the remote write back and says so.
void wait_for_send(const Situation& s, Plan& plan, const Fields& fields);
Link new_link(const Situation& s, MadeBy made_by);
// The link alone moves.
Plan freeze(const Situation& s, LinkState state, std::string cause, std::string rule);
void report_conflicts(Plan& plan, const Merge& merged);

// ---- not linked (plan_new.cc) ----

Plan create_record(const Situation& s);
Plan plan_new_item(const Situation& s);
// An item whose record was deleted, and that is wanted all the same: what others made of it meanwhile, or
// else that very record again.
Plan plan_orphan(const Situation& s);
Plan plan_new_record(const Situation& s);

// ---- one side of a pair is gone (plan_ended.cc) ----

// The item is gone from the mailbox, for certain.
Plan plan_removed_item(const Situation& s);
Plan plan_deleted_record(const Situation& s);
Plan plan_out_of_scope(const Situation& s);

// ---- a pair (plan_pair.cc) ----

Plan plan_pair(const Situation& s);

}  // namespace mailsync::sync

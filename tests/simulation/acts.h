// What users do, one kind of edit after another, and what they do it with.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "tests/simulation/rig.h"

namespace mailsync::sim {

struct Edit {
  const char* name;
  bool (*act)(Rig& rig, Random& random);  // false: there was nothing to do it to
  int weight = 1;
};

std::span<const Edit> contact_edits();
std::span<const Edit> task_edits();
std::span<const Edit> email_edits();
std::span<const Edit> meeting_edits();
std::span<const Edit> crm_edits();
std::span<const Edit> settings_edits();

// ---- with what ----

Seat& any_seat(Rig& rig, Random& random);
using Wanted = std::function<bool(const lab::Item&)>;
lab::Item* any_item(Seat& seat, lab::IdKind kind, Random& random, const Wanted& wanted = {});
lab::Item* item_of(Seat& seat, const Thing& thing);
// By the tag in its name, title or subject.
std::string label_of(const lab::Item& item);
Thing* thing_of(Rig& rig, const lab::Item& item);
std::optional<crm::Record> any_record(Rig& rig, crm::RecordType type, Random& random);
Thing* thing_of(Rig& rig, const crm::Record& record);

// Words as people and programs write them: other scripts, combining marks, quotes, markup, long lines.
std::string nasty(Random& random);
bool is_marked(const lab::Item& item);
void set_marked(Rig& rig, Seat& seat, lab::Item& item, bool marked);
void set_field(Rig& rig, Seat& seat, lab::Item& item, std::string_view name, json::value value);
inline void set_text(Rig& rig, Seat& seat, lab::Item& item, std::string_view name, const std::string& text) {
  set_field(rig, seat, item, name, json::value(json::string(text)));
}
std::string text_in(const lab::Item& item, std::string_view name);
bool in_folder(const Seat& seat, const lab::Item& item, std::string_view well_known);

// A CRM user changes a record by hand. False when the CRM does not take it.
bool change(Rig& rig, const Seat& as, const crm::Record& record, const model::Fields& fields,
            std::optional<UserId> owner = {}, bool send = false);
std::optional<crm::Record> create(Rig& rig, const Seat& as, crm::RecordType type, const model::Fields& fields,
                                  bool send = false);
std::string quoted(const std::string& text);  // as a JSON string
std::string plain(const model::Fields& fields,
                  std::string_view name);  // the text of a JSON string; "" if none
Seat* seat_of(Rig& rig, UserId user);

}  // namespace mailsync::sim

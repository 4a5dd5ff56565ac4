// What a client writes, as the world keeps it. Creating an item and changing one come down to the same: a
// list of properties, each set to the content of an element or deleted.
#pragma once

#include "lab/fronts/ews/call.h"
#include "lab/fronts/ews/shape.h"

namespace mailsync::lab::ews {

struct Setting {
  std::string uri;  // "contacts:EmailAddress/EmailAddress1"; empty for an extended property
  Node value;       // the property's element (an Entry for an indexed one); none: delete it
  std::optional<ExtendedField> extended;
};

// Every property in an item's element of a CreateItem, or the one in a SetItemField's.
std::vector<Setting> settings_of(Node item, IdKind kind);
// Of one t:SetItemField, t:DeleteItemField or t:AppendToItemField.
std::expected<std::vector<Setting>, Problem> settings_of_update(Node update, IdKind kind);

// Only what changes goes into `patch`; `fields` is the item as it is now, for lists of which one entry
// changes.
std::expected<void, Problem> apply(const Call& call, IdKind kind, const json::object& fields,
                                   const std::vector<Setting>& settings, json::object& patch);

// The files of the types. false: the property is not known there.
using Applied = std::expected<bool, Problem>;
struct Edit {
  const Call& call;
  const json::object& before;
  json::object& patch;
  // The field as it will be: from the patch, or from before.
  json::value now(std::string_view field) const;
  // Sets a member of what is kept beside Graph's fields; empty text removes it.
  void beside(std::string_view name, const std::string& text) const;
};
Applied set_contact(const Edit& edit, const Setting& setting);
Applied set_task(const Edit& edit, const Setting& setting);
Applied set_calendar(const Edit& edit, const Setting& setting);
Applied set_message(const Edit& edit, const Setting& setting);
// Start, end and zone of an event come one by one; this makes them one. ErrorCalendar… when they do not fit.
std::expected<void, Problem> settle_event(const Edit& edit, bool whole_series);

json::array read_recipients(Node list);
// xs:dateTime with an offset, or without one in the zone of the call.
std::optional<Instant> read_time(const Call& call, std::string_view text);

}  // namespace mailsync::lab::ews

// Items as Graph shows them: what is stored, and what the service adds or rewrites on the way out.
#pragma once

#include "lab/fronts/graph/call.h"
#include "lab/fronts/graph/odata.h"

namespace mailsync::lab::graph {

// `select` and `expand` as the request has them; empty = the default set.
json::object render_message(const Call& call, const Item& item, const Selection& select,
                            const std::vector<Expansion>& expand);
json::object render_contact(const Call& call, const Item& item, const std::vector<Expansion>& expand = {});
json::object render_task(const Call& call, const Item& item, const std::vector<Expansion>& expand);
// A single event, a master, or one occurrence of it.
json::object render_event(const Call& call, const Item& item, std::optional<uint32_t> day,
                          const std::vector<Expansion>& expand);
// The few properties that a delta gives of an unchanged occurrence.
json::object render_bare_occurrence(const Call& call, const Item& master, uint32_t day);
json::object render_attachment(const Call& call, const Attachment& attachment, bool with_bytes);
json::object render_container(const Call& call, const Container& container);

std::string etag_of(uint64_t version);

// Lists of single-value extended properties, open extensions and attachments that were asked for by $expand.
void add_expansions(const Call& call, const Item& item, json::object& out,
                    const std::vector<Expansion>& expand);

std::string base64_of(std::string_view bytes);
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace mailsync::lab::graph

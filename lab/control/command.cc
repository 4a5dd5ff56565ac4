#include "lab/control/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "lab/fronts/identity/encoding.h"
#include "net/curl_client.h"

namespace mailsync::lab {

namespace {

namespace json = boost::json;

constexpr size_t kShownLines = 6;
constexpr size_t kShownChars = 400;

struct Target {
  std::string url;
  std::string demo = "build/demo/demo.json";
  std::string ca;
  bool as_json = false;
};

struct Ask {
  std::string method = "GET";
  std::string path;  // after /lab
  identity::Fields query;
  json::value body;
};

std::string text_in(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

// Of the file that the demo (or --write) left: {"lab": {"control": …}}, or the same without "lab" around it.
Result<std::string> url_of(const Target& target) {
  if (!target.url.empty()) return target.url;
  std::ifstream file(target.demo);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  boost::system::error_code problem;
  const json::value parsed = json::parse(text.empty() ? "null" : text, problem);
  if (problem || !parsed.is_object())
    return fail(ErrorKind::ItemInvalid, "No lab is known here: " + target.demo +
                                            " is missing or unreadable. Start the demo, or give --url.");
  const json::object* place = &parsed.as_object();
  if (const json::value* lab = place->if_contains("lab"); lab && lab->is_object()) place = &lab->as_object();
  for (const char* name : {"control", "url"})
    if (std::string url = text_in(*place, name); !url.empty()) return url;
  return fail(ErrorKind::ItemInvalid,
              target.demo + " names no lab: it lacks \"lab\": {\"control\": \"http://…\"}.");
}

Result<json::value> ask_lab(const Target& target, const Ask& ask) {
  TRY(const std::string base, url_of(target));
  net::AsioExecutor executor(1);
  net::CurlClient client(executor,
                         {.ca_file = target.ca, .addresses = {.allow_private = true, .allowed_hosts = {}}});
  net::HttpRequest request;
  request.method = ask.method;
  request.url = identity::with_query(base + "/lab" + ask.path, ask.query);
  request.max_body_bytes = size_t{1} << 30;
  if (!ask.body.is_null()) {
    request.headers.add("Content-Type", "application/json");
    request.body = json::serialize(ask.body);
  }
  const auto fetched = executor.run_task(net::fetch(client, std::move(request)));
  if (!fetched)
    return fail(fetched.error().kind,
                fetched.error().message +
                    (target.url.empty() ? ". " + target.demo + " names it: is the demo still running?" : ""));
  const net::HttpAnswer& answer = *fetched;
  boost::system::error_code problem;
  json::value parsed = json::parse(answer.body, problem);
  if (problem)
    return fail(ErrorKind::Transient, base + " does not answer like a lab: " + answer.body.substr(0, 200));
  if (answer.status >= 300)
    return fail(ErrorKind::ItemInvalid,
                parsed.is_object() ? text_in(parsed.as_object(), "error") : answer.body);
  return parsed;
}

// "a.b=1" → {"a": {"b": 1}}; what is not JSON is a string.
Result<json::object> fields_of(const std::vector<std::string>& assignments) {
  json::object out;
  for (const std::string& one : assignments) {
    const size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorKind::ItemInvalid, "\"" + one + "\" is not field=value.");
    boost::system::error_code problem;
    json::value value = json::parse(one.substr(equals + 1), problem);
    if (problem) value = json::string(one.substr(equals + 1));
    json::object* place = &out;
    std::string_view path = std::string_view(one).substr(0, equals);
    while (path.contains('.')) {
      const std::string_view head = path.substr(0, path.find('.'));
      json::value& inner = (*place)[head];
      if (!inner.is_object()) inner.emplace_object();
      place = &inner.as_object();
      path.remove_prefix(head.size() + 1);
    }
    (*place)[path] = std::move(value);
  }
  return out;
}

std::string joined(const json::value* list) {
  std::string out;
  if (list && list->is_array())
    for (const json::value& one : list->as_array())
      if (one.is_string()) out += (out.empty() ? "" : ", ") + std::string(one.as_string());
  return out;
}

void print_list(const json::object& answer) {
  if (answer.at("items").as_array().empty()) fmt::print("Nothing like that is there.\n");
  for (const json::value& entry : answer.at("items").as_array()) {
    const json::object& item = entry.as_object();
    const std::string categories = joined(item.if_contains("categories"));
    fmt::print("{}  {:<7} {:<28} {:<12} {}{}\n", text_in(item, "id"), text_in(item, "kind"),
               text_in(item, "mailbox"), text_in(item, "container"), text_in(item, "title"),
               categories.empty() ? "" : "  [" + categories + "]");
  }
  fmt::print("{} in all\n", json::serialize(answer.at("total")));
}

// A text as a person wants to see it: long ones (bodies) by their beginning; --json has all of it.
std::string shown(const json::value& value) {
  if (!value.is_string()) return json::serialize(value);
  const std::string_view text = value.as_string();
  std::string_view begin = text.substr(0, kShownChars);
  for (size_t line = 0, at = 0; (at = begin.find('\n', at)) != std::string_view::npos; ++at)
    if (++line == kShownLines) begin = begin.substr(0, at);
  if (begin.size() == text.size()) return std::string(text);
  while (!begin.empty() && (begin.back() & 0xC0) == 0x80) begin.remove_suffix(1);  // no half character
  if (!begin.empty() && (begin.back() & 0xC0) == 0xC0) begin.remove_suffix(1);
  return fmt::format("{} … ({} bytes in all: --json shows them)", begin, text.size());
}

void print_indented(const json::value& value, int depth) {
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  if (value.is_object()) {
    for (const auto& [name, inner] : value.as_object()) {
      const bool nested = (inner.is_object() && !inner.as_object().empty()) ||
                          (inner.is_array() && !inner.as_array().empty() && !inner.as_array()[0].is_string());
      fmt::print("{}{}:{}{}\n", indent, std::string_view(name), nested ? "" : " ",
                 nested ? "" : shown(inner));
      if (nested) print_indented(inner, depth + 1);
    }
  } else if (value.is_array()) {
    for (const json::value& inner : value.as_array()) {
      if (inner.is_object()) {
        fmt::print("{}-\n", indent);
        print_indented(inner, depth + 1);
      } else {
        fmt::print("{}- {}\n", indent, shown(inner));
      }
    }
  } else {
    fmt::print("{}{}\n", indent, shown(value));
  }
}

// What one command was given; each command uses some of it.
struct Given {
  std::string id, kind, mailbox, container, category, without_category, text, to, subject, content;
  size_t limit = 50;
  bool clear = false;
  bool outside = false;
  bool reset = false;
  int64_t seconds = 0;
  std::string patch;
  std::vector<std::string> fields;

  // --patch first, then the single fields over it.
  Result<json::value> body() const {
    TRY(json::object single, fields_of(fields));
    if (patch.empty()) return json::value(std::move(single));
    boost::system::error_code problem;
    json::value whole = json::parse(patch, problem);
    if (problem || !whole.is_object()) return fail(ErrorKind::ItemInvalid, "--patch takes a JSON object.");
    for (auto& [name, value] : single) whole.as_object()[name] = std::move(value);
    return whole;
  }
};

identity::Fields filled(const Given& given) {
  identity::Fields query;
  for (const auto& [name, value] : identity::Fields{{"kind", given.kind},
                                                    {"mailbox", given.mailbox},
                                                    {"container", given.container},
                                                    {"category", given.category},
                                                    {"without_category", given.without_category},
                                                    {"text", given.text}})
    if (!value.empty()) query.emplace_back(name, value);
  return query;
}

Result<Ask> ask_of(std::string_view command, const Given& given) {
  const std::string item = "/items/" + identity::percent_encode(given.id);
  if (command == "list") {
    Ask ask{.path = "/items", .query = filled(given)};
    ask.query.emplace_back("limit", std::to_string(given.limit));
    return ask;
  }
  if (command == "show") return Ask{.path = item};
  if (command == "delete") return Ask{.method = "DELETE", .path = item};
  if (command == "set-category")
    return Ask{.method = "PUT",
               .path = item + "/category",
               .body = json::object{{"category", given.category}, {"set", !given.clear}}};
  if (command == "move")
    return Ask{
        .method = "POST", .path = item + "/move", .body = json::object{{"container", given.container}}};
  if (command == "mailboxes") return Ask{.path = "/mailboxes"};
  if (command == "counters") return Ask{.method = given.reset ? "DELETE" : "GET", .path = "/counters"};
  if (command == "outbox") {
    Ask ask{.path = "/outbox"};
    if (given.outside) ask.query.emplace_back("outside", "true");
    return ask;
  }
  if (command == "dump") return Ask{.path = "/dump", .query = filled(given)};
  if (command == "clock")
    return Ask{.method = "POST", .path = "/clock", .body = json::object{{"shift_seconds", given.seconds}}};
  if (command == "send")
    return Ask{
        .method = "POST",
        .path = "/send",
        .query = filled(given),
        .body = json::object{
            {"message",
             json::object{{"subject", given.subject},
                          {"body", json::object{{"contentType", "text"}, {"content", given.content}}},
                          {"toRecipients", json::array{json::object{
                                               {"emailAddress", json::object{{"address", given.to}}}}}}}}}};
  TRY(json::value body, given.body());
  if (command == "edit") return Ask{.method = "PATCH", .path = item, .body = std::move(body)};
  if (command == "create")
    return Ask{.method = "POST", .path = "/items", .query = filled(given), .body = std::move(body)};
  if (command == "user")
    return Ask{
        .method = "PATCH", .path = "/users/" + identity::percent_encode(given.id), .body = std::move(body)};
  if (body.as_object().empty()) return Ask{.path = "/switches"};
  return Ask{.method = "PUT", .path = "/switches", .body = std::move(body)};
}

// What an act did, in a line; empty where the answer itself is what was asked for.
std::string confirmation(std::string_view command, const Given& given, const json::value& answer) {
  const json::object none, &item = answer.is_object() ? answer.as_object() : none;
  std::string title;
  for (const char* name : {"subject", "displayName", "title"})
    if (title.empty()) title = text_in(item, name);
  if (command == "set-category")
    return fmt::format("\"{}\" is {} the category {}.", title, given.clear ? "no longer in" : "in",
                       given.category);
  if (command == "edit") return fmt::format("\"{}\" is changed.", title);
  if (command == "move") return fmt::format("\"{}\" is in {}.", title, given.container);
  if (command == "create") return fmt::format("\"{}\" is created: {}", title, text_in(item, "id"));
  if (command == "delete") return given.id + " is deleted.";
  if (command == "send") return fmt::format("\"{}\" is sent to {}.", given.subject, given.to);
  return "";
}

int run(std::string_view command, const Target& target, const Given& given) {
  Result<Ask> ask = ask_of(command, given);
  Result<json::value> answer = ask ? ask_lab(target, *ask) : Result<json::value>(fail(ask.error()));
  if (!answer) {
    fmt::print(stderr, "mailsync-lab {}: {}\n", command, answer.error().message);
    return 1;
  }
  if (target.as_json || command == "dump") {
    fmt::print("{}\n", json::serialize(*answer));
  } else if (command == "list") {
    print_list(answer->as_object());
  } else if (const std::string done = confirmation(command, given, *answer); !done.empty()) {
    fmt::print("{}\n", done);
  } else {
    print_indented(*answer, 0);
  }
  return 0;
}

}  // namespace

void add_commands(CLI::App& app, std::shared_ptr<int> status) {
  auto target = std::make_shared<Target>();
  auto given = std::make_shared<Given>();
  const auto add = [&](const char* name, const char* what) {
    CLI::App* command = app.add_subcommand(name, what);
    command->add_option("--url", target->url, "The lab's control address; otherwise read from --demo");
    command->add_option("--demo", target->demo, "The file that describes a running demo");
    command->add_option("--ca", target->ca, "PEM file of the authority behind an https address");
    command->add_flag("--json", target->as_json, "Print the answer as JSON");
    command->callback(
        [=, command_name = std::string(name)] { *status = run(command_name, *target, *given); });
    return command;
  };
  const auto with_id = [&](CLI::App* command) {
    command->add_option("id", given->id, "The item's id")->required();
  };
  const auto with_where = [&](CLI::App* command) {
    command->add_option("--kind", given->kind, "email, contact, task or meeting");
    command->add_option("--mailbox", given->mailbox, "Its address");
  };
  const auto with_fields = [&](CLI::App* command) {
    command->add_option("--patch", given->patch, "A JSON object of Graph fields");
    command->add_option("fields", given->fields, "field=value; a.b=value goes deeper; values may be JSON");
  };

  CLI::App* list = add("list", "What is in the mailboxes, the newest first");
  with_where(list);
  list->add_option("--container", given->container, "A folder, list or calendar");
  list->add_option("--category", given->category, "Only items with this category");
  list->add_option("--without-category", given->without_category, "Only items without it");
  list->add_option("--text", given->text, "Only items with this in their title");
  list->add_option("--limit", given->limit, "At most this many lines")->check(CLI::Range(1, 1'000'000));
  with_id(add("show", "All of one item"));
  CLI::App* edit = add("edit", "Change an item as its owner would");
  with_id(edit);
  with_fields(edit);
  CLI::App* category = add("set-category", "Put an item into a category");
  with_id(category);
  category->add_option("category", given->category, "The category's name")->required();
  category->add_flag("--clear", given->clear, "Take it out instead");
  with_id(add("delete", "Delete an item as its owner would"));
  CLI::App* move = add("move", "Move an item to another folder");
  with_id(move);
  move->add_option("container", given->container, "Where to")->required();
  CLI::App* create = add("create", "Create an item; an email arrives in the Inbox");
  with_where(create);
  create->add_option("--container", given->container, "A folder, list or calendar");
  with_fields(create);
  CLI::App* send = add("send", "Send an email from a mailbox");
  send->add_option("--mailbox", given->mailbox, "Whose")->required();
  send->add_option("--to", given->to, "To whom")->required();
  send->add_option("--subject", given->subject);
  send->add_option("--body", given->content);
  add("mailboxes", "The mailboxes and their folders");
  add("counters", "What was asked of the lab")
      ->add_flag("--reset", given->reset, "And start again from zero");
  add("outbox", "Mails that left a mailbox")
      ->add_flag("--outside", given->outside, "Only those to outsiders");
  with_where(add("dump", "A whole mailbox, one kind, as canonical JSON"));
  with_fields(add("switches", "See or set how the lab misbehaves: faults.ignore_if_match=true"));
  add("clock", "Move the lab's clock")
      ->add_option("seconds", given->seconds, "Forward by this many")
      ->required();
  CLI::App* user = add("user", "Switches of one person: mfa_required=true, change_password=true");
  user->add_option("address", given->id, "Whose")->required();
  with_fields(user);
}

}  // namespace mailsync::lab

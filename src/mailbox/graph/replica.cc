#include "mailbox/graph/replica.h"

#include "base/log.h"

namespace mailsync::graph {

using model::Kind;
using sync::RemoteItem;

namespace {

class Bytes final : public sync::ByteStream {
 public:
  explicit Bytes(std::unique_ptr<net::BodyStream> body) : body_(std::move(body)) {}
  Task<Result<std::string>> next() override { return body_->next(); }

 private:
  std::unique_ptr<net::BodyStream> body_;
};

template <typename T>
void fill(std::vector<Result<RemoteItem>>& out, const std::vector<Result<BatchAnswer>>& answers, T make) {
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto members = answers[i] ? answers[i]->body.if_object() : std::nullopt;
    if (members)
      out.push_back(make(*members, i));
    else if (!answers[i])
      out.push_back(fail(answers[i].error()));
    else
      out.push_back(fail(ErrorKind::Transient,
                         "Microsoft 365 answered without the item; it is asked for again later."));
  }
}

}  // namespace

Replica::Replica(std::shared_ptr<Client> client, ReplicaOptions options)
    : client_(std::move(client)),
      options_(std::move(options)),
      one_at_a_time_(client_->executor(),
                     {.at_once = 1, .per_period = 1'000'000, .period = std::chrono::minutes(1)}) {}

sync::Capabilities Replica::capabilities(Kind kind) const {
  sync::Capabilities out{.readable = true,
                         .writable = kind != Kind::Email,
                         .precondition = sync::Precondition::Soft,
                         .create_once = sync::CreateOnce::MarkerSearch,
                         .silent_writes = kind != Kind::Meeting,
                         .fields = kind == Kind::Email ? model::FieldNames{} : model::all_fields(kind)};
  if (kind == Kind::Meeting) out.create_once = sync::CreateOnce::IdempotentId;  // transactionId
  return out;
}

Task<Result<const FolderMap*>> Replica::folders() {
  const Instant now = client_->executor().clock().now();
  if (!folders_ || now - folders_->read_at > options_.folders_max_age) {
    CO_TRY(folders_, co_await read_folders(*client_, options_.profile));
  }
  co_return &*folders_;
}

Task<Result<std::vector<sync::Collection>>> Replica::collections() {
  CO_TRY(const FolderMap* map, co_await folders());
  co_return map->collections;
}

Task<Result<sync::ChangePage>> Replica::changes(sync::Collection collection, Cursor cursor) {
  CO_TRY(FeedCursor place, read_cursor(cursor, client_->options().base_url, client_->options().user));
  Result<sync::ChangePage> page = fail(ErrorKind::Unsupported, "");
  switch (collection.kind) {
    case Kind::Email:
      page = co_await mail_changes(collection, std::move(place));
      break;
    case Kind::Contact:
      page = co_await contact_changes(collection, std::move(place));
      break;
    case Kind::Task:
      page = co_await task_changes(collection, std::move(place));
      break;
    case Kind::Meeting:
      page = co_await meeting_changes(collection, std::move(place));
      break;
  }
  // A folder that is gone: the list of folders is out of date.
  if (!page && page.error().kind == ErrorKind::Gone) folders_.reset();
  co_return page;
}

void Replica::place(RemoteItem& item) const {
  if (!folders_) return;
  item.in_deleted_items = folders_->deleted.contains(item.container);
  if (item.kind == Kind::Contact) item.container = folders_->contact_container(item.container);
}

void Replica::judge_place(RemoteItem& item) const {
  if (!folders_ || item.in_deleted_items) return;
  item.left_scope = item.kind == Kind::Meeting ? is_outside_window(item.fields)
                                               : !folders_->follows(item.kind, item.container);
}

Task<std::vector<Result<RemoteItem>>> Replica::fetch(Kind kind, std::vector<RemoteId> ids) {
  std::vector<Result<RemoteItem>> out;
  if (ids.empty()) co_return out;
  if (const auto known = co_await folders(); !known)
    co_return std::vector<Result<RemoteItem>>(ids.size(), fail(known.error()));
  std::vector<BatchStep> steps;
  for (const RemoteId& id : ids) {
    BatchStep step;
    step.headers.add("Prefer", kind == Kind::Meeting
                                   ? "IdType=\"ImmutableId\", outlook.body-content-type=\"text\""
                                   : "IdType=\"ImmutableId\"");
    switch (kind) {
      case Kind::Email:
        step.url = client_->message_path(id.value, false);
        break;
      case Kind::Contact:
        step.url = client_->contact_path(id.value);
        break;
      case Kind::Meeting:
        step.url = client_->event_path(id.value);
        break;
      case Kind::Task: {
        const auto parts = parts_of_task_id(id.value).value_or(std::pair(std::string("-"), id.value));
        step.url = client_->task_path(parts.first, parts.second);
        break;
      }
    }
    steps.push_back(std::move(step));
  }
  const auto answers = co_await client_->read_all(std::move(steps), "Reading items of the mailbox");
  switch (kind) {
    case Kind::Email:
      fill(out, answers, [this](const JsonObject& from, size_t) {
        RemoteItem item = item_of(read_message(from), options_.profile.category);
        place(item);
        return item;
      });
      break;
    case Kind::Contact:
      fill(out, answers, [this](const JsonObject& from, size_t) { return contact_item(read_contact(from)); });
      break;
    case Kind::Meeting:
      fill(out, answers, [this](const JsonObject& from, size_t) { return meeting_item(read_event(from)); });
      break;
    case Kind::Task:
      fill(out, answers, [&](const JsonObject& from, size_t at) {
        const auto parts = parts_of_task_id(ids[at].value);
        return task_item(read_task(from), parts ? parts->first : "");
      });
      break;
  }
  for (auto& item : out)
    if (item) judge_place(*item);
  co_return out;
}

Task<Result<std::unique_ptr<sync::ByteStream>>> Replica::open_blob(RemoteId id, std::string attachment) {
  if (attachment.empty()) {
    CO_TRY(auto body, co_await client_->open_message(id.value));
    co_return std::make_unique<Bytes>(std::move(body));
  }
  CO_TRY(auto body, co_await client_->open_attachment(id.value, std::move(attachment)));
  co_return std::make_unique<Bytes>(std::move(body));
}

Task<Result<std::optional<RemoteItem>>> Replica::find_by_operation(Kind kind, OperationId operation,
                                                                   model::Fields) {
  operation = client_->own(std::move(operation));
  switch (kind) {
    case Kind::Contact:
      co_return co_await find_contact(std::move(operation));
    case Kind::Task:
      co_return co_await find_task(std::move(operation));
    case Kind::Meeting:
      co_return co_await find_meeting(std::move(operation));
    case Kind::Email:
      break;
  }
  co_return std::nullopt;
}

Task<Result<RemoteItem>> Replica::apply(sync::RemoteWrite write) {
  return carry_out(std::move(write), Mode::Write);
}

Task<Result<RemoteItem>> Replica::rehearse(sync::RemoteWrite write) {
  return carry_out(std::move(write), Mode::Rehearse);
}

sync::RemoteItem would_store(RemoteItem item, const sync::RemoteWrite& write) {
  item.kind = write.kind;
  if (write.id) item.id = write.id;
  item.fields = model::overlaid(std::move(item.fields), write.fields);
  return item;
}

Task<Result<RemoteItem>> Replica::carry_out(sync::RemoteWrite write, Mode mode) {
  using Op = sync::RemoteWrite::Op;
  CO_TRY_VOID(co_await folders());
  write.operation = client_->own(std::move(write.operation));
  if (mode == Mode::Write && write.mark && write.op == Op::Create) CO_TRY_VOID(co_await ensure_category());
  const bool create = write.op == Op::Create, update = write.op == Op::Update;
  switch (write.kind) {
    case Kind::Contact:
      co_return co_await (create   ? create_contact(std::move(write), mode)
                          : update ? update_contact(std::move(write), mode)
                                   : delete_contact(std::move(write), mode));
    case Kind::Task:
      co_return co_await (create   ? create_task(std::move(write), mode)
                          : update ? update_task(std::move(write), mode)
                                   : delete_task(std::move(write), mode));
    case Kind::Meeting:
      co_return co_await (create   ? create_meeting(std::move(write), mode)
                          : update ? update_meeting(std::move(write), mode)
                                   : delete_meeting(std::move(write), mode));
    case Kind::Email:
      break;
  }
  co_return fail(ErrorKind::Unsupported, "Emails in a mailbox are not changed by Mail Sync.");
}

Task<Result<Version>> Replica::set_mark(Kind kind, RemoteId id, bool marked) {
  if (marked) CO_TRY_VOID(co_await ensure_category());
  // Somebody else may be writing categories too: read, merge, write, a few times (F38).
  constexpr int kTries = 3;
  for (int tries = 1;; ++tries) {
    Result<Version> version = fail(ErrorKind::Unsupported, "");
    switch (kind) {
      case Kind::Email:
        version = co_await mark_email(id.value, marked);
        break;
      case Kind::Contact:
        version = co_await mark_contact(id.value, marked);
        break;
      case Kind::Task:
        version = co_await mark_task(id.value, marked);
        break;
      case Kind::Meeting:
        version = co_await mark_meeting(id.value, marked);
        break;
    }
    if (version || version.error().kind != ErrorKind::VersionStale || tries >= kTries) co_return version;
  }
}

Task<Result<void>> Replica::ensure_category() {
  if (category_exists_) co_return Result<void>{};
  const auto permit = co_await one_at_a_time_.acquire();
  if (category_exists_) co_return Result<void>{};
  const auto names = co_await client_->master_categories();
  // The colour is a nicety: without the right to the list, items still carry the name.
  if (!names && names.error().kind == ErrorKind::Forbidden) {
    log::error("the category list is not reachable", names.error());
  } else if (!names) {
    co_return fail(names.error());
  } else if (!has_category(*names, options_.profile.category)) {
    const auto made = co_await client_->create_master_category(options_.profile.category);
    const bool there =
        made || made.error().kind == ErrorKind::VersionStale || made.error().kind == ErrorKind::Forbidden;
    if (!there) co_return fail(made.error());
  }
  category_exists_ = true;
  co_return Result<void>{};
}

bool shows_what_was(const model::Fields& before, const model::Fields& written, const model::Fields& answer) {
  for (const auto& [name, words] : model::changed(before, written)) {
    const auto was = before.find(name), shown = answer.find(name);
    const std::string_view old = was == before.end() ? model::kCleared : std::string_view(was->second);
    const std::string_view now = shown == answer.end() ? model::kCleared : std::string_view(shown->second);
    if (old == now) return true;
  }
  return false;
}

bool changed_by_others(const model::Fields& before, const model::Fields& written, const model::Fields& after,
                       const model::FieldNames& may_follow) {
  for (const auto& [name, words] : model::changed(before, after))
    if (!written.contains(name) && !may_follow.contains(name)) return true;
  return false;
}

}  // namespace mailsync::graph

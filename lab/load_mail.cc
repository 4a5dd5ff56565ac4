// The part of load.h that reads messages.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include "lab/json_read.h"
#include "lab/load.h"
#include "lab/load_mime.h"
#include "lab/mail.h"

namespace mailsync::lab {
namespace {

namespace fs = std::filesystem;

struct RawMail {
  std::string name;
  std::string bytes;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Without the mbox line before the first header.
std::string without_envelope(std::string bytes) {
  if (!bytes.starts_with("From ")) return bytes;
  auto line = bytes.find('\n');
  return line == std::string::npos ? std::string() : bytes.substr(line + 1);
}

std::vector<std::string> messages_of_mbox(const std::string& bytes) {
  std::vector<std::string> out;
  size_t begin = 0;
  while (begin < bytes.size()) {
    auto next = bytes.find("\n\nFrom ", begin);
    size_t end = next == std::string::npos ? bytes.size() : next + 1;
    out.push_back(without_envelope(bytes.substr(begin, end - begin)));
    begin = next == std::string::npos ? bytes.size() : next + 2;
  }
  return out;
}

bool is_message_file(const fs::path& path) {
  auto ending = path.extension().string();
  auto folder = path.parent_path().filename().string();
  return ending == ".eml" || ending == ".txt" || folder == "cur" || folder == "new";
}

// `most` of them, evenly spread.
template <typename T>
std::vector<T> picked(std::vector<T> all, size_t most) {
  if (all.size() <= most) return all;
  std::vector<T> out;
  for (size_t i = 0; i < most; ++i) out.push_back(std::move(all[i * all.size() / most]));
  return out;
}

struct Ready {
  std::string name;
  LoadedMessage message;
  std::shared_ptr<const std::string> bytes;
  Instant received;
};

std::string shifted(std::string_view iso, Duration by) {
  auto at = Instant::from_iso(iso);
  return at ? (*at + by).to_iso() : std::string(iso);
}

void store(World& world, Mailbox& mailbox, const Ready& mail, Duration shift, bool marked,
           const std::string& category, uint64_t folder, Instant now) {
  json::object fields = mail.message.fields;
  Instant received = mail.received + shift;
  fields["receivedDateTime"] = received.to_iso();
  fields["sentDateTime"] = shifted(mail.message.date.value_or(mail.received).to_iso(), shift);
  fields["isRead"] = world.random().below(10) != 0;
  if (marked) fields["categories"] = json::array{json::value(category)};
  bool no_id = text_of(fields, "internetMessageId").empty();
  fill_message(world, mailbox, fields, now);
  if (no_id) fields["internetMessageId"] = nullptr;
  Item& item = world.add(mailbox, IdKind::Message, folder, std::move(fields), received);
  item.mime = mail.bytes;
  item.attachments = mail.message.attachments;
  for (auto& attachment : item.attachments) {
    attachment.number = world.new_number();
    attachment.fields["lastModifiedDateTime"] = received.to_iso();
  }
}

// The same message as if it were another one: only the first Message-ID differs.
std::string under_another_id(std::string bytes, size_t turn) {
  for (size_t line = 0; line < bytes.size() && bytes[line] != '\n';) {
    size_t end = std::min(bytes.find('\n', line), bytes.size());
    auto open = bytes.find('<', line);
    if (same_address(std::string_view(bytes).substr(line, 11), "Message-ID:") && open < end) {
      bytes.insert(open + 1, "again" + std::to_string(turn) + ".");
      break;
    }
    line = end + 1;
  }
  return bytes;
}

void repeat_until(std::vector<RawMail>& raw, size_t most) {
  size_t once = raw.size();
  for (size_t i = 0; once > 0 && raw.size() < most; ++i)
    raw.push_back({raw[i % once].name, under_another_id(raw[i % once].bytes, i / once + 1)});
}

std::vector<Ready> read_all(const fs::path& path, const MailWish& wish, Loaded& loaded) {
  std::vector<RawMail> raw;
  auto files = files_to_load(
      path, [](const fs::path& file) { return is_message_file(file) || file.extension() == ".mbox"; });
  if (files.empty()) loaded.problems.push_back(path.string() + ": no message files there");
  bool single = std::ranges::none_of(files, [](auto& file) { return file.extension() == ".mbox"; });
  if (single) files = picked(std::move(files), wish.most);
  for (auto& file : files) {
    std::string bytes = read_file(file);
    if (file.extension() == ".mbox")
      for (auto& message : messages_of_mbox(bytes)) raw.push_back({file.string(), std::move(message)});
    else
      raw.push_back({file.string(), without_envelope(std::move(bytes))});
  }
  raw = picked(std::move(raw), wish.most);
  if (wish.repeat && wish.most != SIZE_MAX) repeat_until(raw, wish.most);
  std::vector<Ready> out;
  for (auto& [name, bytes] : raw) {
    if (bytes.empty()) {
      loaded.problems.push_back(name + ": empty");
      continue;
    }
    Ready ready{.name = name, .message = parse_mime(bytes), .bytes = nullptr, .received = {}};
    auto at = ready.message.received ? ready.message.received : ready.message.date;
    if (!at) loaded.problems.push_back(name + ": no date in it; taken as the oldest");
    ready.received = at.value_or(Instant{});
    ready.bytes = std::make_shared<const std::string>(std::move(bytes));
    out.push_back(std::move(ready));
  }
  Instant oldest{INT64_MAX};
  for (auto& mail : out)
    if (mail.received.us) oldest = std::min(oldest, mail.received);
  for (auto& mail : out)
    if (!mail.received.us) mail.received = oldest.us == INT64_MAX ? Instant{} : oldest;
  return out;
}

}  // namespace

void Loaded::add(const Loaded& other) {
  messages += other.messages;
  contacts += other.contacts;
  tasks += other.tasks;
  events += other.events;
  marked += other.marked;
  problems.insert(problems.end(), other.problems.begin(), other.problems.end());
}

Loaded load_mail(World& world, const std::vector<Mailbox*>& mailboxes, const fs::path& path,
                 const MailWish& wish, Instant now) {
  Loaded loaded;
  auto mails = read_all(path, wish, loaded);
  if (mails.empty() || mailboxes.empty()) return loaded;
  Instant newest{};
  for (auto& mail : mails) newest = std::max(newest, mail.received);
  Duration shift = Instant{now.us / 1'000'000 * 1'000'000} - newest;
  std::vector<size_t> order(mails.size());
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[world.random().below(i)]);
  std::vector<bool> marked(mails.size());
  auto count = static_cast<size_t>(std::lround(static_cast<double>(mails.size()) * wish.share_marked));
  for (size_t i = 0; i < count; ++i) marked[order[i]] = true;
  std::map<Mailbox*, uint64_t> lists;
  for (Mailbox* mailbox : mailboxes)
    lists[mailbox] =
        world
            .add_container(*mailbox, ContainerKind::MailFolder, "Lists", mailbox->well_known("inbox")->number)
            .number;
  for (size_t i = 0; i < mails.size(); ++i) {
    for (size_t copy = 0;
         copy < (wish.shared_every && mailboxes.size() > 1 && i % wish.shared_every == 0 ? 2u : 1u); ++copy) {
      Mailbox& mailbox = *mailboxes[(i + copy) % mailboxes.size()];
      uint64_t folder = i % 10 == 7 ? lists[&mailbox] : mailbox.well_known("inbox")->number;
      store(world, mailbox, mails[i], shift, marked[i], wish.category, folder, now);
      ++loaded.messages;
      loaded.marked += marked[i];
    }
  }
  return loaded;
}

}  // namespace mailsync::lab

// The commands of the program, one function each. Every one reports through Output and returns an exit code.
#pragma once

#include <string>
#include <vector>

#include "server/data.h"
#include "server/output.h"
#include "server/settings.h"

namespace mailsync::server {

struct UserWish {
  std::string login;
  std::string name;  // "": the part before the @
  bool admin = false;
  bool password_from_stdin = false;  // its first line; else one is made and printed
};
Exit add_user(const Settings& settings, Output& output, const UserWish& wish);
Exit list_users(const Settings& settings, Output& output);
Exit set_password(const Settings& settings, Output& output, const UserWish& wish);
Exit set_user_disabled(const Settings& settings, Output& output, const std::string& login, bool disabled);

struct LicenceWish {
  std::optional<int64_t> bought;
  std::optional<bool> module;
  std::string login;  // to give to, or to take from
  bool take = false;
};
// command_licences.cc
Exit change_licences(const Settings& settings, Output& output, const LicenceWish& wish);

// command_audit.cc
Exit verify_audit(const Settings& settings, Output& output);

// The mailboxes of these addresses; none named: all.
Result<std::vector<sync::Mailbox>> chosen_mailboxes(Data& data, const std::vector<std::string>& addresses);

struct MailboxWish {
  std::string address;
  std::string user;         // login; "": the address
  std::string remote_user;  // how the server names it; "": the address
};
Exit add_mailbox(const Settings& settings, Output& output, const MailboxWish& wish);
Exit list_mailboxes(const Settings& settings, Output& output);
Exit remove_mailbox(const Settings& settings, Output& output, const std::string& address);
Exit pause_mailbox(const Settings& settings, Output& output, const std::string& address, bool pause);
// The [profile] of the settings, to these mailboxes; none named: to all.
Exit apply_profile(const Settings& settings, Output& output, const std::vector<std::string>& addresses);

// A line for a master key file, to `file` (made new, mode 0600) or to standard output.
Exit make_master_key(Output& output, const std::string& file);

// Wraps every data key with the first master key; with `new_key` a new one is put first in the key file
// before.
Exit rotate_keys(const Settings& settings, Output& output, bool new_key);

// One pass over these mailboxes (none named: over all), with progress.
Exit sync_once(const Settings& settings, Output& output, const std::vector<std::string>& addresses);

// What a pass over these mailboxes (none named: over all) would do; the report is kept. Writes nothing else.
Exit sync_dry(const Settings& settings, Output& output, const std::vector<std::string>& addresses);

struct UndoWish {
  std::string address;
  std::string change, run, since;  // exactly one
  bool yes = false;                // carry it out; else only show it
};
Exit undo(const Settings& settings, Output& output, const UndoWish& wish);

struct ExplainWish {
  std::string words;    // part of a subject or name, an address, or an id
  std::string address;  // only this mailbox
  bool without_content = false;
};
Exit explain(const Settings& settings, Output& output, const ExplainWish& wish);

// Every connection, file and permission, and what to do where something is wrong.
Exit doctor(const Settings& settings, Output& output);

// The server, until SIGTERM or SIGINT.
Exit serve(const Settings& settings, Output& output);

}  // namespace mailsync::server

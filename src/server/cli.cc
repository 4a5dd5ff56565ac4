#include "server/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "base/log.h"
#include "server/commands.h"

namespace mailsync::server {
namespace {

constexpr const char* kVersion = "Mail Sync 0.1.0";

// What the command line asked for, filled in while it is parsed.
struct Wanted {
  std::string config;
  bool json = false;
  bool needs_settings = true;
  std::function<Exit(const Settings&, Output&)> command;
  // Options, alive until the command has run.
  UserWish user;
  MailboxWish mailbox;
  LicenceWish licence;
  int64_t bought = 0;
  std::string address;
  std::string file;
  std::vector<std::string> addresses;
  bool once = false;
  bool dry_run = false;
  bool new_key = false;
  UndoWish undo;
  ExplainWish explain;
};

// A subcommand that takes --config and --json wherever they stand.
CLI::App* add(CLI::App& above, const char* name, const char* description,
              std::function<void()> chosen = nullptr) {
  CLI::App* command = above.add_subcommand(name, description);
  command->fallthrough();
  if (chosen) command->callback(std::move(chosen));
  return command;
}

void add_user_commands(CLI::App& app, Wanted& wanted) {
  CLI::App* users = add(app, "user", "The people who sign in");
  users->require_subcommand(1);
  CLI::App* command = add(*users, "add", "Let somebody sign in; prints a password unless one is given", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return add_user(s, o, wanted.user); };
  });
  command->add_option("login", wanted.user.login, "His email address")->required();
  command->add_option("--name", wanted.user.name, "His name");
  command->add_flag("--admin", wanted.user.admin, "A system administrator");
  command->add_flag("--password-stdin", wanted.user.password_from_stdin,
                    "The password is the first line of standard input");

  add(*users, "list", "Who can sign in", [&] { wanted.command = list_users; });

  command = add(*users, "password", "A new password; ends all his sessions", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return set_password(s, o, wanted.user); };
  });
  command->add_option("login", wanted.user.login)->required();
  command->add_flag("--password-stdin", wanted.user.password_from_stdin,
                    "The password is the first line of standard input");

  command = add(*users, "disable", "No sign-in any more; ends all his sessions", [&] {
    wanted.command = [&](const Settings& s, Output& o) {
      return set_user_disabled(s, o, wanted.user.login, true);
    };
  });
  command->add_option("login", wanted.user.login)->required();
  command = add(*users, "enable", "Sign-in again", [&] {
    wanted.command = [&](const Settings& s, Output& o) {
      return set_user_disabled(s, o, wanted.user.login, false);
    };
  });
  command->add_option("login", wanted.user.login)->required();
}

void add_mailbox_commands(CLI::App& app, Wanted& wanted) {
  CLI::App* mailboxes = add(app, "mailbox", "Which mailboxes are synced");
  mailboxes->require_subcommand(1);
  CLI::App* command = add(*mailboxes, "add", "Sync one more", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return add_mailbox(s, o, wanted.mailbox); };
  });
  command->add_option("address", wanted.mailbox.address)->required();
  command->add_option("--user", wanted.mailbox.user, "Whose it is (login); else the user with this address");
  command->add_option("--remote-user", wanted.mailbox.remote_user,
                      "Its object id on the server; else its address");

  add(*mailboxes, "list", "State, issues and totals of each", [&] { wanted.command = list_mailboxes; });

  command = add(*mailboxes, "remove", "Sync no more; deletes nothing in the mailbox or the CRM", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return remove_mailbox(s, o, wanted.address); };
  });
  command->add_option("address", wanted.address)->required();
  command = add(*mailboxes, "pause", "Start no more passes", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return pause_mailbox(s, o, wanted.address, true); };
  });
  command->add_option("address", wanted.address)->required();
  command = add(*mailboxes, "resume", "Go on where it was paused or stopped", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return pause_mailbox(s, o, wanted.address, false); };
  });
  command->add_option("address", wanted.address)->required();
  command = add(*mailboxes, "start", "Begin the first sync of one that waits for it", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return pause_mailbox(s, o, wanted.address, false); };
  });
  command->add_option("address", wanted.address)->required();
  command = add(*mailboxes, "apply-profile", "Give the [profile] of the settings to these, or to all", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return apply_profile(s, o, wanted.addresses); };
  });
  command->add_option("address", wanted.addresses);
}

void add_trust_commands(CLI::App& app, Wanted& wanted) {
  CLI::App* command = add(app, "explain", "Why an item is in the CRM, or is not", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return explain(s, o, wanted.explain); };
  });
  command->add_option("words", wanted.explain.words, "Part of its subject or name, an address, or an id")
      ->required();
  command->add_option("--mailbox", wanted.explain.address, "Only this mailbox");
  command->add_flag("--without-content", wanted.explain.without_content,
                    "Without subjects, names, addresses and values, to send to support");

  command = add(app, "undo", "Take back what was done for a mailbox; shows it first", [&] {
    wanted.command = [&](const Settings& s, Output& o) { return undo(s, o, wanted.undo); };
  });
  command->add_option("address", wanted.undo.address, "Of the mailbox")->required();
  auto* what = command->add_option_group("what")->require_option(1);
  what->add_option("--change", wanted.undo.change, "One change, by its number");
  what->add_option("--run", wanted.undo.run, "One run, by its id");
  what->add_option("--since", wanted.undo.since, "Everything since a moment (2026-11-22T10:00:00Z)");
  command->add_flag("--yes", wanted.undo.yes, "Carry it out");
}

void add_licence_commands(CLI::App& app, Wanted& wanted) {
  CLI::App* licences = add(app, "licences", "Who may sync: how many licences there are, and who has one");
  licences->require_subcommand(1);
  const auto chosen = [&wanted](auto&& prepare) {
    prepare(wanted.licence);
    wanted.command = [&wanted](const Settings& s, Output& o) {
      return change_licences(s, o, wanted.licence);
    };
  };
  add(*licences, "show", "Bought, given, left; whether the module is on",
      [chosen] { chosen([](LicenceWish&) {}); });
  CLI::App* command = add(*licences, "bought", "Enter the number that was bought", [chosen, &wanted] {
    chosen([&wanted](LicenceWish& wish) { wish.bought = wanted.bought; });
  });
  command->add_option("number", wanted.bought)->required();
  for (const bool take : {false, true}) {
    command = add(*licences, take ? "take" : "give",
                  take ? "Take a user's licence back: his mailboxes park" : "Give a user a licence",
                  [chosen, take] { chosen([take](LicenceWish& wish) { wish.take = take; }); });
    command->add_option("login", wanted.licence.login)->required();
  }
  CLI::App* module = add(*licences, "module", "Switch the Mail Sync module on or off");
  module->require_subcommand(1);
  for (const bool on : {true, false})
    add(*module, on ? "on" : "off", on ? "Mailboxes of licensed users sync" : "Every mailbox parks",
        [chosen, on] { chosen([on](LicenceWish& wish) { wish.module = on; }); });
}

void add_audit_commands(CLI::App& app, Wanted& wanted) {
  CLI::App* audit = add(app, "audit", "The log of what people changed");
  audit->require_subcommand(1);
  add(*audit, "verify", "Check that no entry was changed or taken out",
      [&] { wanted.command = verify_audit; });
}

void add_commands(CLI::App& app, Wanted& wanted) {
  app.set_version_flag("--version", kVersion);
  app.add_option("--config", wanted.config,
                 "Settings file; else MAILSYNC_CONFIG, else /etc/mailsync/mailsync.toml");
  app.add_flag("--json", wanted.json, "Answer with one JSON object on standard output");
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 3 partly done.");

  add(app, "serve", "Web application, HTTP API and scheduler, until SIGTERM",
      [&] { wanted.command = serve; });
  CLI::App* command = add(app, "sync", "Sync mailboxes from the command line", [&] {
    wanted.command = [&](const Settings& s, Output& o) {
      return wanted.dry_run ? sync_dry(s, o, wanted.addresses) : sync_once(s, o, wanted.addresses);
    };
  });
  auto* how = command->add_option_group("how")->require_option(1);
  how->add_flag("--once", wanted.once, "One pass over each, then end");
  how->add_flag("--dry-run", wanted.dry_run, "Only say what a pass over each would do; writes nothing");
  command->add_option("address", wanted.addresses, "Only these mailboxes");
  add_trust_commands(app, wanted);
  add(app, "doctor", "Test every connection, file and permission, and say what to do",
      [&] { wanted.command = doctor; });
  add_user_commands(app, wanted);
  add_audit_commands(app, wanted);
  add_licence_commands(app, wanted);
  add_mailbox_commands(app, wanted);
  command = add(app, "master-key", "Make a master key, into a new file or to standard output", [&] {
    wanted.needs_settings = false;
    wanted.command = [&](const Settings&, Output& o) { return make_master_key(o, wanted.file); };
  });
  command->add_option("file", wanted.file);
  command =
      add(app, "rotate-keys", "Protect stored secrets with the newest master key; a server may run", [&] {
        wanted.command = [&](const Settings& s, Output& o) { return rotate_keys(s, o, wanted.new_key); };
      });
  command->add_flag("--new-key", wanted.new_key, "Put a new master key first in the key file before");
}

}  // namespace

namespace {

// The word that stands where a command should, when it is none; "" otherwise.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--config") ++i;
    if (word.starts_with('-')) continue;
    const auto commands =
        app.get_subcommands([&](const CLI::App* command) { return command->get_name() == word; });
    return commands.empty() ? word : "";
  }
  return "";
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app("Keeps emails, contacts, tasks and meetings in step between Microsoft 365 and a CRM.",
               "mailsync");
  Wanted wanted;
  add_commands(app, wanted);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (const std::string word = unknown_command(app, argc, argv); !word.empty()) {
      fmt::print(stderr,
                 "mailsync: there is no command \"{}\". \"mailsync --help\" shows those that there are.\n",
                 word);
      return static_cast<int>(Exit::Usage);
    }
    // What help and the version print is no mistake.
    return app.exit(problem) == 0 ? 0 : static_cast<int>(Exit::Usage);
  }
  Output output(wanted.json);
  Settings settings;
  if (wanted.needs_settings) {
    auto loaded = load_settings(wanted.config, process_environment());
    if (!loaded) return static_cast<int>(output.wrong(loaded.error()));
    settings = std::move(*loaded);
  }
  log::set_level(settings.log_level);
  return static_cast<int>(wanted.command(settings, output));
}

}  // namespace mailsync::server

// mailsync-lab: an emulated Microsoft 365 tenant as a program, and the commands that act on a running one.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "lab/control/command.h"
#include "lab/serve.h"

namespace {

bool has_command(CLI::App& app, std::string_view name) {
  return !app.get_subcommands([&](CLI::App* command) { return command->get_name() == name; }).empty();
}

constexpr int kUsage = 2;  // exit code: the command line is wrong

void add_serve(CLI::App& app, std::shared_ptr<mailsync::lab::ServeOptions> options,
               std::shared_ptr<int> status) {
  CLI::App* serve = app.add_subcommand("serve", "Run the lab until SIGTERM");
  serve->add_option("--address", options->address, "Where to listen");
  serve->add_option("--port", options->port, "0 = any free one");
  serve->add_option("--control-port", options->control_port, "Of the plain control listener beside TLS");
  serve->add_flag("--tls", options->tls, "Serve HTTPS with a certificate made now");
  serve->add_option("--tls-cert", options->tls_certificate, "PEM; with --tls-key");
  serve->add_option("--tls-key", options->tls_key, "PEM");
  serve->add_option("--seed", options->seed, "Of ids and of what is made up");
  serve->add_option("--mailboxes", options->mailboxes, "How many");
  serve->add_option("--mail", options->mail,
                    "File or folder of .eml, .mbox, Maildir or the SpamAssassin corpus");
  serve->add_option("--emails", options->emails, "How many of them to load");
  serve->add_flag("--repeat-emails", options->repeat_emails,
                  "Load them again under other Message-IDs when there are fewer");
  serve->add_option("--calendars", options->calendars, "File or folder of .ics, for the first mailbox");
  serve->add_option("--contacts", options->contacts, "File or folder of .vcf, for the first mailbox");
  serve->add_option("--people", options->people, "Contacts to make up");
  serve->add_option("--tasks", options->tasks, "Tasks to make up");
  serve->add_option("--meetings", options->meetings, "Meetings to make up");
  serve->add_option("--category", options->category,
                    "The category on half of the emails and most of the rest");
  serve->add_option("--client-id", options->client_id, "Of the application; generated when not given");
  serve->add_option("--client-secret", options->client_secret, "Generated when not given");
  serve->add_option("--client-certificate", options->client_certificate, "PEM file of its certificate");
  serve->add_option("--redirect-uri", options->redirect_uris, "web:…, spa:… or native:…; may be repeated");
  serve->add_flag("!--no-consent", options->consent, "No administrator has agreed yet");
  serve->add_option("--latency-ms", options->latency_ms, "How long every answer takes");
  serve->add_option("--trust", options->trust, "PEM of the authority behind subscribers' https addresses");
  serve->add_option("--write", options->write, "Write addresses and secrets to this JSON file");
  serve->callback([=] {
    const auto done = mailsync::lab::serve(*options);
    if (done) return;
    fmt::print(stderr, "mailsync-lab: {}\n", done.error().message);
    *status = 1;
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("An emulated Microsoft 365 tenant for Mail Sync.", "mailsync-lab");
  app.require_subcommand(1);
  auto status = std::make_shared<int>(0);
  add_serve(app, std::make_shared<mailsync::lab::ServeOptions>(), status);
  mailsync::lab::add_commands(app, status);
  try {
    if (argc > 1 && *argv[1] != '-' && !has_command(app, argv[1]))
      throw CLI::ParseError(std::string("there is no command '") + argv[1] + "'.", kUsage);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help goes to standard output and is no error; all else names what is wrong and where to read on.
    if (error.get_exit_code() == 0) return app.exit(error);
    fmt::print(stderr, "mailsync-lab: {}\nRun with --help to see the commands, or COMMAND --help.\n",
               error.what());
    return kUsage;
  }
  return *status;
}

// Walks one way to mailboxes from the names of its servers to the last mailbox, and says of each step what is
// wrong and what to do: for "Test connection" and for mailsync doctor.
#pragma once

#include <functional>
#include <vector>

#include "admin/mail_access.h"
#include "net/curl_client.h"
#include "server/connections.h"

namespace mailsync::server {

class ConnectionCheck {
 public:
  using Tell = std::function<void(admin::TestStep)>;  // on the loop, step by step

  struct Subject {
    std::shared_ptr<const Access> access;
    std::vector<sync::Mailbox> mailboxes;  // those that are reached by it
  };
  // All outlive it.
  ConnectionCheck(net::AsioExecutor& executor, Connections& connections, net::AddressPolicy addresses,
                  Subject subject, Tell tell)
      : executor_(executor),
        connections_(connections),
        addresses_(std::move(addresses)),
        access_(std::move(subject.access)),
        mailboxes_(std::move(subject.mailboxes)),
        tell_(std::move(tell)) {}

  // Stops where nothing behind could be told: a name that is not found, a service that does not answer, no
  // token.
  static Task<void> run(ConnectionCheck& self);

  // When a certificate ends; far too soon is doubtful, past is failed.
  static admin::TestStep certificate_step(std::string what, std::string named, const Result<Instant>& ends,
                                          Instant now);

 private:
  using State = admin::TestStep::State;
  bool note(State state, std::string what, std::string said, std::string remedy = {});
  bool wrong(std::string what, const Error& error, std::string remedy = {});
  bool app_only() const;
  bool credential();
  Task<bool> resolves(std::string what, std::string url);
  Task<bool> signs_in_there();
  Task<bool> graph_answers();
  void clock(const net::Headers& headers);
  Task<bool> token();
  void permissions(const std::string& access_token);
  Task<void> mailbox(sync::Mailbox mailbox);

  net::AsioExecutor& executor_;
  Connections& connections_;
  const net::AddressPolicy addresses_;
  const std::shared_ptr<const Access> access_;
  const std::vector<sync::Mailbox> mailboxes_;
  const Tell tell_;
};

}  // namespace mailsync::server

#include "server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace mailsync::server {
namespace {

const prometheus::Histogram::BucketBoundaries kPassSeconds{0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200};
const prometheus::Histogram::BucketBoundaries kRequestSeconds{0.005, 0.02, 0.1, 0.5, 2, 10};

double seconds_of(Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& passes = prometheus::BuildCounter()
                                                        .Name("mailsync_passes_total")
                                                        .Help("Passes over mailboxes, by how they ended")
                                                        .Register(registry);
  prometheus::Family<prometheus::Histogram>& pass_seconds = prometheus::BuildHistogram()
                                                                .Name("mailsync_pass_seconds")
                                                                .Help("How long passes took")
                                                                .Register(registry);
  prometheus::Family<prometheus::Counter>& items =
      prometheus::BuildCounter()
          .Name("mailsync_items_total")
          .Help("Items created, updated, deleted, linked, parked")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& turns =
      prometheus::BuildCounter().Name("mailsync_turns_total").Help("Committed turns").Register(registry);
  prometheus::Family<prometheus::Gauge>& mailboxes = prometheus::BuildGauge()
                                                         .Name("mailsync_mailboxes")
                                                         .Help("Mailboxes of this worker now")
                                                         .Register(registry);
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("mailsync_http_requests_total")
                                                          .Help("Requests answered")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& request_seconds = prometheus::BuildHistogram()
                                                                   .Name("mailsync_http_request_seconds")
                                                                   .Help("How long answers took")
                                                                   .Register(registry);
  prometheus::Family<prometheus::Counter>& notices = prometheus::BuildCounter()
                                                         .Name("mailsync_change_notices_total")
                                                         .Help("Change notices from the vendor")
                                                         .Register(registry);
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::turn_done(const sync::Mailbox&, sync::Kind kind, const std::string&,
                        const sync::Counts& counts) {
  families_->turns.Add({}).Increment();
  const auto count = [&](const char* side, const char* action, int64_t number) {
    if (number > 0)
      families_->items.Add({{"kind", std::string(model::name_of(kind))}, {"side", side}, {"action", action}})
          .Increment(static_cast<double>(number));
  };
  count("crm", "created", counts.to_crm_created);
  count("crm", "updated", counts.to_crm_updated);
  count("crm", "deleted", counts.to_crm_deleted);
  count("crm", "linked", counts.to_crm_linked);
  count("mailbox", "created", counts.to_mailbox_created);
  count("mailbox", "updated", counts.to_mailbox_updated);
  count("mailbox", "deleted", counts.to_mailbox_deleted);
  count("none", "parked", counts.parked);
}

void Metrics::pass_ended(const sync::Mailbox&, const schedule::Outcome& outcome) {
  const std::string result = outcome.error ? std::string(name_of(outcome.error->kind)) : "done";
  families_->passes.Add({{"result", result}}).Increment();
  families_->pass_seconds.Add({}, kPassSeconds).Observe(seconds_of(outcome.took));
}

void Metrics::request_done(std::string_view area, int status, Duration took) {
  families_->requests.Add({{"area", std::string(area)}, {"status", std::to_string(status / 100) + "xx"}})
      .Increment();
  families_->request_seconds.Add({{"area", std::string(area)}}, kRequestSeconds).Observe(seconds_of(took));
}

void Metrics::notice(std::string_view result) {
  families_->notices.Add({{"result", std::string(result)}}).Increment();
}

std::string Metrics::text(const schedule::Scheduler* scheduler) {
  if (scheduler) {
    const auto standing = scheduler->standing();
    families_->mailboxes.Add({{"state", "held"}}).Set(static_cast<double>(standing.held));
    families_->mailboxes.Add({{"state", "running"}}).Set(static_cast<double>(standing.running));
    families_->mailboxes.Add({{"state", "waiting"}}).Set(static_cast<double>(standing.waiting));
  }
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace mailsync::server

// What the vendor is asked, counted: nothing is promised that is not counted here (performance.md P1).
#include "tests/scenarios/stage.h"

namespace mailsync::scenario {
namespace {

constexpr int kEmails = 1000;
constexpr int kWanted = 500;

uint64_t feed_requests(const Stage& stage) {
  uint64_t out = 0;
  for (const auto& [route, times] : stage.world.counters.by_route)
    if (route.find("delta") != std::string::npos) out += times;
  return out;
}

class PageGrant : public testing::TestWithParam<size_t> {};

// Metadata pages + ceil(wanted / 20) batches is the minimum when the category decides.
TEST_P(PageGrant, TheFirstSyncAsksAtMostFivePercentMoreThanItMust) {
  Stage stage;
  stage.world.faults.page_max = GetParam();
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < kEmails; ++i)
    stage.add_email(ann, "mail " + std::to_string(i), i % (kEmails / kWanted) == 0);
  stage.good_pass(ann);
  const uint64_t minimum = kEmails / GetParam() + (kWanted + 19) / 20;
  uint64_t asked = 0;
  for (const auto& [route, times] : stage.world.counters.by_route)
    if (route.find("messages/delta") != std::string::npos || route.find("$batch") != std::string::npos)
      asked += times;
  // Sent Items is empty, and costs the one page that says so.
  EXPECT_LE(static_cast<double>(asked - 1), 1.05 * static_cast<double>(minimum))
      << asked << " requests, at least " << minimum;
}

INSTANTIATE_TEST_SUITE_P(Grants, PageGrant, testing::Values(10U, 100U));

// F1, F49
TEST(Requests, APassWithoutChangeAsksOncePerCollectionAndWritesNothing) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  for (int i = 0; i < 50; ++i) stage.add_email(ann, "mail " + std::to_string(i), true);
  stage.add_contact(ann, "Carl", "Card", "carl@side.example");
  stage.settle();
  const int64_t rows = stage.rows_written();
  const uint64_t requests = stage.world.counters.requests, feeds = feed_requests(stage);
  const int64_t commits = stage.disk.commits;
  stage.good_pass(ann);
  EXPECT_EQ(stage.world.counters.requests - requests, feed_requests(stage) - feeds);  // feeds alone are asked
  EXPECT_EQ(stage.rows_written(), rows);
  EXPECT_EQ(stage.disk.commits - commits, 2);  // the lease, taken and given back
}

TEST(Requests, OneNewEmailCostsTwo) {
  Stage stage;
  auto& ann = stage.connect("ann@ours.example", "Ann");
  stage.settle();
  const uint64_t before = stage.world.counters.requests;
  stage.good_pass(ann);
  const uint64_t quiet = stage.world.counters.requests - before;
  stage.add_email(ann, "new", true);
  const uint64_t again = stage.world.counters.requests;
  stage.good_pass(ann);
  EXPECT_LE(stage.world.counters.requests - again,
            quiet + 1);  // its page is one of the feeds' requests; then its body
}

}  // namespace
}  // namespace mailsync::scenario

# shellcheck shell=bash
# The pages that the tests write. ./dev test fails when one of them is not up to date.

write_docs() {
  need_debian && need_node || return 1
  node tests/failures/failures.mjs || return 1
  build test tests_scenarios_test || return 1
  MAILSYNC_WRITE_DOCS=1 build/test/tests/tests_scenarios_test --gtest_filter='MeetingTable.*:DeletionTable.*'
}

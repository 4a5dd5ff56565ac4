#include "store/base_codec.h"

#include <gtest/gtest.h>

namespace mailsync::store {
namespace {

TEST(BaseCodec, ReturnsWhatItWasGiven) {
  const sync::Base bases[] = {
      {},
      {.mailbox = {{"a", "1"}}},
      {.crm = {{"a", "null"}}},
      {.mailbox = {{"a", "1"}, {"b", std::string(20'000, 'x')}, {"c", "3"}},
       .crm = {{"a", "2"}, {"c", "3"}, {"d", ""}}},
  };
  for (const auto& base : bases) {
    auto again = decode_base(encode_base(base));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->mailbox, base.mailbox);
    EXPECT_EQ(again->crm, base.crm);
  }
  EXPECT_EQ(encode_base({}), "");
}

TEST(BaseCodec, WritesWhatBothSidesShareOnce) {
  const model::Fields fields = {{"body", std::string(1'000, 'x')}};
  EXPECT_LT(encode_base({.mailbox = fields, .crm = fields}).size(), 1'020u);
}

TEST(BaseCodec, RefusesWhatItDidNotWrite) {
  std::string bytes = encode_base({.mailbox = {{"a", "12345"}}, .crm = {{"a", "6"}}});
  for (size_t size = 1; size < bytes.size(); ++size)
    if (size > 1) EXPECT_FALSE(decode_base(std::string_view(bytes).substr(0, size))) << size;
  bytes[0] = 9;
  EXPECT_FALSE(decode_base(bytes));
  EXPECT_FALSE(decode_base("\x01\xff\xff\xff\xff\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace mailsync::store

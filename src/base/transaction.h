// A handle for everything that must commit together. Only db knows what is inside;
// it is here so that sync can hand one to the store and to the CRM without knowing SQL.
#pragma once

namespace mailsync {

class Transaction {
 public:
  virtual ~Transaction() = default;
};

}  // namespace mailsync

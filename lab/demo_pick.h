// What the makers of demo data share: people by number, and a choice by seed.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "base/random.h"

namespace mailsync::lab {

struct Person {
  std::string given, family, company, address;
};

Person make_person(Random& random, size_t number);
boost::json::object contact_of(Random& random, const Person& person);
boost::json::object task_of(Random& random, const Person& person, Instant now);
std::string demo_company(size_t number);
std::string demo_domain(size_t number);

template <typename List>
std::string_view pick(Random& random, const List& list) {
  return list[random.below(list.size())];
}

}  // namespace mailsync::lab

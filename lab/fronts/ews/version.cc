#include "lab/fronts/ews/version.h"

#include <array>
#include <utility>

namespace mailsync::lab::ews {
namespace {

constexpr std::array<std::pair<std::string_view, ServerBuild>, 8> kVersions{{
    {"Exchange2007", {.major = 8, .minor = 0, .major_build = 685, .minor_build = 24}},
    {"Exchange2007_SP1", {.major = 8, .minor = 1, .major_build = 240, .minor_build = 6}},
    {"Exchange2010", {.major = 14, .minor = 0, .major_build = 639, .minor_build = 21}},
    {"Exchange2010_SP1", {.major = 14, .minor = 1, .major_build = 218, .minor_build = 15}},
    {"Exchange2010_SP2", {.major = 14, .minor = 2, .major_build = 247, .minor_build = 5}},
    {"Exchange2013", {.major = 15, .minor = 0, .major_build = 516, .minor_build = 32}},
    {"Exchange2013_SP1", {.major = 15, .minor = 0, .major_build = 847, .minor_build = 32}},
    {"Exchange2016", {.major = 15, .minor = 1, .major_build = 2507, .minor_build = 6}},
}};

}  // namespace

std::optional<Version> version_of(std::string_view name) {
  for (size_t i = 0; i < kVersions.size(); ++i)
    if (kVersions[i].first == name) return static_cast<Version>(i);
  return std::nullopt;
}

std::string_view name_of(Version version) {
  return kVersions[static_cast<size_t>(version)].first;
}

ServerBuild build_of(Version version) {
  return kVersions[static_cast<size_t>(version)].second;
}

}  // namespace mailsync::lab::ews

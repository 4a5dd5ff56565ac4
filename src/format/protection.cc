#include "format/protection.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace mailsync::format {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

bool is_protected_part(std::string_view content_type, std::string_view name) {
  constexpr std::array<std::string_view, 4> kProtected = {
      "application/pkcs7-mime", "application/x-pkcs7-mime", "application/x-microsoft-rpmsg-message",
      "multipart/encrypted"};
  std::string type = lower(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && std::isspace(static_cast<unsigned char>(type.back())) != 0) type.pop_back();
  if (type == "multipart/signed") return false;
  const std::string file = lower(name);
  return std::ranges::find(kProtected, type) != kProtected.end() || file == "smime.p7m" ||
         file.ends_with(".rpmsg");
}

}  // namespace mailsync::format

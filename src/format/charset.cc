#include "format/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>

#include "model/email.h"

namespace mailsync::format {
namespace {

// Labels whose WHATWG meaning is not what ICU takes them for.
constexpr auto kMeanings = std::to_array<std::pair<std::string_view, const char*>>({
    {"ansi_x3.4-1968", "windows-1252"},
    {"ascii", "windows-1252"},
    {"us-ascii", "windows-1252"},
    {"usascii", "windows-1252"},
    {"iso-8859-1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"iso88591", "windows-1252"},
    {"iso_8859-1:1987", "windows-1252"},
    {"latin1", "windows-1252"},
    {"latin-1", "windows-1252"},
    {"l1", "windows-1252"},
    {"cp819", "windows-1252"},
    {"ibm819", "windows-1252"},
    {"cp1252", "windows-1252"},
    {"x-cp1252", "windows-1252"},
    {"ansi", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"iso8859-9", "windows-1254"},
    {"latin5", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"gb2312", "gb18030"},
    {"gb_2312-80", "gb18030"},
    {"chinese", "gb18030"},
    {"csgb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"ks_c_5601-1987", "windows-949"},
    {"ks_c_5601-1989", "windows-949"},
    {"ks_c_5601", "windows-949"},
    {"ksc5601", "windows-949"},
    {"ksc_5601", "windows-949"},
    {"korean", "windows-949"},
    {"euc-kr", "windows-949"},
    {"shift_jis", "ibm-943_P15A-2003"},
    {"shift-jis", "ibm-943_P15A-2003"},
    {"sjis", "ibm-943_P15A-2003"},
    {"x-sjis", "ibm-943_P15A-2003"},
    {"ms_kanji", "ibm-943_P15A-2003"},
    {"windows-31j", "ibm-943_P15A-2003"},
    {"big5", "Big5-HKSCS"},
    {"cn-big5", "Big5-HKSCS"},
    {"utf8", "UTF-8"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"utf-16", "UTF-16LE"},
});
constexpr size_t kLongestLabel = 40;
constexpr int32_t kConfident = 40;        // of 100, by ICU's detector
constexpr size_t kDetectedBytes = 16384;  // a detector needs no more

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

std::string plain_label(std::string_view label) {
  while (!label.empty() && (label.front() == ' ' || label.front() == '"' || label.front() == '\''))
    label.remove_prefix(1);
  while (!label.empty() && (label.back() == ' ' || label.back() == '"' || label.back() == '\''))
    label.remove_suffix(1);
  if (label.size() > kLongestLabel) return {};
  std::string out;
  for (const char c : label) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (!std::isalnum(byte) && c != '-' && c != '_' && c != '.' && c != ':' && c != '+'))
      return {};
    out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

Converter converter_of(std::string_view label) {
  const std::string plain = plain_label(label);
  if (plain.empty()) return {nullptr, &ucnv_close};
  const auto* known =
      std::ranges::find(kMeanings, std::string_view(plain), &std::pair<std::string_view, const char*>::first);
  UErrorCode failed = U_ZERO_ERROR;
  Converter out(ucnv_open(known != kMeanings.end() ? known->second : plain.c_str(), &failed), &ucnv_close);
  if (U_FAILURE(failed)) out.reset();
  return out;
}

std::string converted(std::string_view bytes, UConverter* converter) {
  UErrorCode failed = U_ZERO_ERROR;
  // ICU takes the length beside the pointer: no end mark is needed.
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
  const icu::UnicodeString wide(bytes.data(), static_cast<int32_t>(std::min<size_t>(bytes.size(), INT32_MAX)),
                                converter, failed);
  std::string out;
  wide.toUTF8String(out);
  return model::clean_text(out);
}

std::string detected(std::string_view bytes) {
  UErrorCode failed = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&failed),
                                                                            &ucsdet_close);
  if (U_FAILURE(failed)) return {};
  const std::string_view sample = bytes.substr(0, kDetectedBytes);
  ucsdet_setText(detector.get(), sample.data(), static_cast<int32_t>(sample.size()), &failed);
  const UCharsetMatch* match = ucsdet_detect(detector.get(), &failed);
  if (U_FAILURE(failed) || match == nullptr || ucsdet_getConfidence(match, &failed) < kConfident) return {};
  const char* name = ucsdet_getName(match, &failed);
  return U_FAILURE(failed) || name == nullptr ? "" : name;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto size = static_cast<int32_t>(std::min<size_t>(bytes.size(), INT32_MAX));
  for (int32_t at = 0; at < size;) {
    UChar32 point = 0;
    U8_NEXT(data, at, size, point);
    if (point < 0) return false;
  }
  return true;
}

bool is_charset(std::string_view label) {
  return converter_of(label) != nullptr;
}

std::string utf8_of(std::string_view bytes, std::string_view label) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::string plain = plain_label(label);
  if (plain == "utf-8" || plain == "utf8") return model::clean_text(bytes);
  Converter converter = converter_of(plain);
  // ASCII with bytes beyond it is UTF-8 more often than not; a real windows-1252 text is seldom valid UTF-8.
  const bool guess = !converter || plain == "us-ascii" || plain == "ascii";
  if (guess && is_valid_utf8(bytes)) return model::clean_text(bytes);
  if (!converter) converter = converter_of(detected(bytes));
  if (!converter) converter = converter_of("windows-1252");
  if (!converter) return model::clean_text(bytes);
  return converted(bytes, converter.get());
}

}  // namespace mailsync::format

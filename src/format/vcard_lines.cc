#include "format/vcard_lines.h"

#include <gmime/gmime.h>

#include <cctype>

#include "format/charset.h"

namespace mailsync::format {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

// The bytes of one physical line, without its end; `at` moves behind it.
std::string_view physical_line(std::string_view bytes, size_t& at) {
  const size_t end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
  const std::string_view line = bytes.substr(at, end - at);
  at = end;
  while (at < bytes.size() && bytes[at] == '\r') ++at;  // some exports end lines with two of them
  if (at < bytes.size() && bytes[at] == '\n') ++at;
  return line;
}

struct Parameters {
  std::set<std::string> types;
  std::string charset;
  bool quoted_printable = false, base64 = false;
};

void take_parameter(std::string_view text, Parameters& out) {
  const size_t equals = text.find('=');
  const std::string name = upper(text.substr(0, equals));
  const std::string value = lower(equals == std::string_view::npos ? text : text.substr(equals + 1));
  if (name == "CHARSET") {
    out.charset = value;
  } else if (name == "PREF") {
    if (value == "1" || equals == std::string_view::npos) out.types.insert("pref");
  } else if (name == "ENCODING" || equals == std::string_view::npos) {
    if (value == "quoted-printable")
      out.quoted_printable = true;
    else if (value == "base64" || value == "b")
      out.base64 = true;
    else
      out.types.insert(value);
  } else if (name == "TYPE") {
    for (const std::string& type : split_value(value, ',')) out.types.insert(type);
  }
}

// Parameters between the name and the colon of the value; returns where the value begins, or npos.
size_t take_parameters(std::string_view line, size_t at, Parameters& out) {
  while (at < line.size() && line[at] == ';') {
    std::string text;
    bool in_quotes = false;
    for (++at; at < line.size() && (in_quotes || (line[at] != ';' && line[at] != ':')); ++at) {
      if (line[at] == '"')
        in_quotes = !in_quotes;
      else
        text += line[at];
    }
    take_parameter(text, out);
  }
  return at < line.size() && line[at] == ':' ? at + 1 : std::string_view::npos;
}

std::string decoded(std::string_view value, GMimeContentEncoding encoding) {
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, encoding);
  std::string out(g_mime_encoding_outlen(&state, value.size()) + 8, '\0');
  const size_t body = g_mime_encoding_step(&state, value.data(), value.size(), out.data());
  out.resize(body);
  return out;
}

}  // namespace

bool next_vcard_line(std::string_view bytes, size_t& at, VCardLine& out) {
  if (at >= bytes.size()) return false;
  out = {};
  std::string line(physical_line(bytes, at));
  const auto continues = [&] { return at < bytes.size() && (bytes[at] == ' ' || bytes[at] == '\t'); };
  while (continues()) line += physical_line(bytes, at).substr(1);
  const size_t name_end = line.find_first_of(";:");
  if (name_end == std::string::npos) return true;
  Parameters parameters;
  const size_t value_at = take_parameters(line, name_end, parameters);
  if (value_at == std::string::npos) return true;
  std::string value = line.substr(value_at);
  if (parameters.quoted_printable) {
    while (value.ends_with('=') && at < bytes.size()) {  // a soft line end of quoted-printable
      value.pop_back();
      value += physical_line(bytes, at);
    }
    value = decoded(value, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  } else if (parameters.base64) {
    // Pictures are folded without a blank by some telephones, and end before the next name or an empty line.
    for (size_t next = at; at < bytes.size(); at = next) {
      const std::string_view more = physical_line(bytes, next);
      if (more.empty() || more.find_first_of(":;.") != std::string_view::npos) break;
      value += more;
    }
    value = decoded(value, GMIME_CONTENT_ENCODING_BASE64);
  }
  std::string name = line.substr(0, name_end);
  if (const size_t dot = name.rfind('.'); dot != std::string::npos) {
    out.group = lower(name.substr(0, dot));
    name.erase(0, dot + 1);
  }
  while (!name.empty() && std::isspace(static_cast<unsigned char>(name.front()))) name.erase(0, 1);
  out.name = upper(name);
  out.types = std::move(parameters.types);
  out.value = utf8_of(value, parameters.charset);
  return true;
}

std::string unescaped_value(std::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    const char next = value[i] == '\\' && i + 1 < value.size() ? value[i + 1] : '\0';
    if (next == 'n' || next == 'N')
      out += '\n';
    else if (next == ',' || next == ';' || next == ':' || next == '\\')
      out += next;
    else {
      if (value[i] != '\r') out += value[i];
      continue;
    }
    ++i;
  }
  while (!out.empty() && std::isspace(static_cast<unsigned char>(out.back()))) out.pop_back();
  size_t begin = 0;
  while (begin < out.size() && std::isspace(static_cast<unsigned char>(out[begin]))) ++begin;
  return out.substr(begin);
}

std::vector<std::string> split_value(std::string_view value, char separator) {
  std::vector<std::string> out;
  size_t begin = 0;
  for (size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '\\') {
      ++i;
      continue;
    }
    if (i < value.size() && value[i] != separator) continue;
    out.push_back(unescaped_value(value.substr(std::min(begin, value.size()), i - begin)));
    begin = i + 1;
  }
  if (begin < value.size()) out.push_back(unescaped_value(value.substr(begin)));
  return out;
}

}  // namespace mailsync::format

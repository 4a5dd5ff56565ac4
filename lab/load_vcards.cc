// The part of load.h that reads vCards: RFC 6350, RFC 2426 and the older 2.1 with quoted-printable.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "lab/json_read.h"
#include "lab/load.h"
#include "lab/zones.h"

namespace mailsync::lab {
namespace {

namespace fs = std::filesystem;

struct Line {
  std::string name;                // upper case, without group
  std::vector<std::string> types;  // upper case: TYPE values and bare 2.1 parameters
  std::string value;
};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  auto hex = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c & ~0x20) - 'A' + 10; };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Lines unfolded: a blank at the start continues, and so does "=" at the end of a quoted-printable line.
std::vector<std::string> unfold(std::istream& in) {
  std::vector<std::string> lines;
  std::string line;
  bool soft = false;
  while (std::getline(in, line)) {
    if (lines.empty() && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    while (!line.empty() && line.back() == '\r') line.pop_back();
    if (soft)
      lines.back().pop_back(), lines.back() += line;
    else if (!lines.empty() && !line.empty() && (line[0] == ' ' || line[0] == '\t'))
      lines.back() += line.substr(1);
    else
      lines.push_back(line);
    soft = !lines.empty() && lines.back().ends_with("=") &&
           upper(lines.back()).find("QUOTED-PRINTABLE") != std::string::npos;
  }
  return lines;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      char c = text[++i];
      out.back() += c == 'n' || c == 'N' ? '\n' : c;
    } else if (text[i] == separator) {
      out.emplace_back();
    } else {
      out.back() += text[i];
    }
  }
  return out;
}

std::optional<Line> parse_line(const std::string& text) {
  auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  Line line;
  auto parameters = split(text.substr(0, colon), ';');
  line.name = upper(parameters[0]);
  if (auto dot = line.name.find('.'); dot != std::string::npos) line.name = line.name.substr(dot + 1);
  bool quoted = false;
  for (size_t i = 1; i < parameters.size(); ++i) {
    std::string parameter = upper(parameters[i]);
    if (parameter.find("QUOTED-PRINTABLE") != std::string::npos)
      quoted = true;
    else if (parameter.starts_with("TYPE="))
      for (auto& type : split(parameter.substr(5), ',')) line.types.push_back(type);
    else
      line.types.push_back(parameter);
  }
  line.value = quoted ? from_quoted_printable(text.substr(colon + 1)) : text.substr(colon + 1);
  return line;
}

bool has(const Line& line, std::string_view type) {
  return std::ranges::find(line.types, type) != line.types.end();
}

json::object address_fields(const std::string& value) {
  auto parts = split(value, ';');
  parts.resize(7);
  json::object out;
  for (auto [name, index] :
       {std::pair{"street", 2u}, {"city", 3u}, {"state", 4u}, {"postalCode", 5u}, {"countryOrRegion", 6u}})
    if (!parts[index].empty()) out[name] = parts[index];
  return out;
}

void add_to(json::object& fields, const char* list, size_t most, json::value value) {
  auto& array = fields[list].is_array() ? fields[list].get_array() : fields[list].emplace_array();
  if (array.size() < most) array.push_back(std::move(value));
}

void take(json::object& fields, const Line& line) {
  auto plain = [&] { return split(line.value, '\0')[0]; };
  if (line.name == "FN") fields["displayName"] = plain();
  if (line.name == "N") {
    auto parts = split(line.value, ';');
    parts.resize(5);
    for (auto [name, index] :
         {std::pair{"surname", 0u}, {"givenName", 1u}, {"middleName", 2u}, {"title", 3u}, {"generation", 4u}})
      if (!parts[index].empty()) fields[name] = parts[index];
  }
  if (line.name == "EMAIL")
    add_to(fields, "emailAddresses", 3, json::object{{"name", plain()}, {"address", plain()}});
  if (line.name == "TEL") {
    std::string number = plain().starts_with("tel:") ? plain().substr(4) : plain();
    if (has(line, "CELL"))
      fields["mobilePhone"] = number;
    else
      add_to(fields, has(line, "HOME") ? "homePhones" : "businessPhones", 2, json::value(number));
  }
  if (line.name == "ORG") {
    auto parts = split(line.value, ';');
    fields["companyName"] = parts[0];
    if (parts.size() > 1 && !parts[1].empty()) fields["department"] = parts[1];
  }
  if (line.name == "TITLE") fields["jobTitle"] = plain();
  if (line.name == "NICKNAME") fields["nickName"] = plain();
  if (line.name == "NOTE") fields["personalNotes"] = plain();
  if (line.name == "URL") fields["businessHomePage"] = plain();
  if (line.name == "ADR")
    fields[has(line, "HOME")   ? "homeAddress"
           : has(line, "WORK") ? "businessAddress"
                               : "otherAddress"] = address_fields(line.value);
  if (line.name == "BDAY") {
    std::string day = plain();
    if (day.size() == 8 && day.find('-') == std::string::npos)
      day = day.substr(0, 4) + "-" + day.substr(4, 2) + "-" + day.substr(6);
    if (parse_day(day.substr(0, 10))) fields["birthday"] = day.substr(0, 10) + "T11:59:00Z";
  }
  if (line.name == "CATEGORIES")
    for (auto& category : split(line.value, ',')) add_to(fields, "categories", 25, json::value(category));
}

void load_file(World& world, Mailbox& mailbox, const fs::path& path, Instant now, Loaded& loaded) {
  std::ifstream in(path, std::ios::binary);
  json::object fields;
  bool inside = false;
  size_t before = loaded.contacts;
  for (auto& text : unfold(in)) {
    auto line = parse_line(text);
    if (!line) continue;
    if (line->name == "BEGIN" && upper(line->value) == "VCARD") {
      inside = true;
      fields.clear();
    } else if (line->name == "END" && inside) {
      inside = false;
      if (!fields.contains("categories")) fields["categories"] = json::array();
      if (!fields.contains("displayName"))
        fields["displayName"] =
            std::string(text_of(fields, "givenName")) + " " + std::string(text_of(fields, "surname"));
      world.add(mailbox, IdKind::Contact, mailbox.well_known("contacts")->number, fields, now);
      ++loaded.contacts;
    } else if (inside) {
      take(fields, *line);
    }
  }
  if (loaded.contacts == before) loaded.problems.push_back(path.string() + ": no vCard in it");
}

}  // namespace

Loaded load_contacts(World& world, Mailbox& mailbox, const fs::path& path, Instant now) {
  Loaded loaded;
  for (auto& file : files_to_load(path, [](const fs::path& file) { return file.extension() == ".vcf"; }))
    load_file(world, mailbox, file, now, loaded);
  return loaded;
}

}  // namespace mailsync::lab

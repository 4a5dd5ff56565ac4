#include "lab/fronts/identity/scopes.h"

#include <algorithm>

#include "lab/fronts/identity/encoding.h"

namespace mailsync::lab::identity {

const std::vector<std::string>& known_permissions() {
  // https://learn.microsoft.com/graph/permissions-reference
  static const std::vector<std::string> names{"Mail.Read",
                                              "Mail.ReadWrite",
                                              "Mail.Send",
                                              "Mail.ReadBasic",
                                              "Mail.ReadBasic.All",
                                              "Mail.Read.Shared",
                                              "Mail.ReadWrite.Shared",
                                              "Mail.Send.Shared",
                                              "Mail-Advanced.ReadWrite",
                                              "Mail-Advanced.ReadWrite.All",
                                              "Mail-Advanced.ReadWrite.Shared",
                                              "Calendars.Read",
                                              "Calendars.ReadWrite",
                                              "Calendars.Read.Shared",
                                              "Calendars.ReadWrite.Shared",
                                              "Contacts.Read",
                                              "Contacts.ReadWrite",
                                              "Contacts.Read.Shared",
                                              "Contacts.ReadWrite.Shared",
                                              "Tasks.Read",
                                              "Tasks.ReadWrite",
                                              "Tasks.Read.All",
                                              "Tasks.ReadWrite.All",
                                              "MailboxSettings.Read",
                                              "MailboxSettings.ReadWrite",
                                              "User.Read",
                                              "User.ReadBasic.All",
                                              "User.Read.All",
                                              "Directory.Read.All",
                                              "MailboxItem.ImportExport.All"};
  return names;
}

AskedScopes read_scopes(std::string_view parameter, const App& app, std::string_view resource) {
  AskedScopes asked;
  const std::string own = "api://" + lower(app.client_id) + "/";
  for (const std::string& word : split_words(parameter)) {
    const std::string low = lower(word);
    if (low == "openid") {
      asked.openid = true;
    } else if (low == "profile") {
      asked.profile = true;
    } else if (low == "email") {
      asked.email = true;
    } else if (low == "offline_access") {
      asked.offline_access = true;
    } else if (low.starts_with(own)) {
      asked.own_api = true;
      asked.permissions.push_back(word.substr(own.size()));
    } else {
      std::string_view name = word;
      for (std::string_view prefix : {std::string_view("https://graph.microsoft.com/"), resource}) {
        if (prefix.empty() || !name.starts_with(prefix)) continue;
        name.remove_prefix(prefix.size());
        while (name.starts_with('/')) name.remove_prefix(1);
      }
      if (name == ".default" && name.size() != word.size()) {
        asked.default_of_resource = true;
        continue;
      }
      const auto& known = known_permissions();
      const auto found =
          std::ranges::find_if(known, [&](const std::string& k) { return lower(k) == lower(name); });
      if (found != known.end()) {
        asked.permissions.push_back(*found);
      } else if (asked.bad.empty()) {
        asked.bad = word;
      }
    }
  }
  return asked;
}

}  // namespace mailsync::lab::identity

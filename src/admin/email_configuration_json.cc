#include "admin/email_configuration_json.h"

#include <algorithm>

#include "admin/json.h"
#include "auth/client_assertion.h"
#include "crm/builtin/json_text.h"

namespace mailsync::admin {
namespace {

namespace json = boost::json;
using auth::EmailConfiguration;

constexpr std::string_view kAny = "any";

struct TextMember {
  std::string_view name;
  std::string EmailConfiguration::* text;
  bool typed = true;  // else it is only told
};
constexpr std::array kTexts{TextMember{"tenant", &EmailConfiguration::tenant},
                            TextMember{"client_id", &EmailConfiguration::client_id},
                            TextMember{"authority", &EmailConfiguration::authority},
                            TextMember{"graph_url", &EmailConfiguration::graph_url},
                            TextMember{"graph_resource", &EmailConfiguration::graph_resource},
                            TextMember{"ews_url", &EmailConfiguration::ews_url},
                            TextMember{"exchange_url", &EmailConfiguration::exchange_url},
                            TextMember{"exchange_user", &EmailConfiguration::exchange_user},
                            TextMember{"exchange_sign_in", &EmailConfiguration::exchange_sign_in},
                            TextMember{"google_client_id", &EmailConfiguration::google_client_id},
                            TextMember{"google_account", &EmailConfiguration::google_account, false},
                            TextMember{"google_authority", &EmailConfiguration::google_authority},
                            TextMember{"google_url", &EmailConfiguration::google_url}};

json::value certificate_json(const std::string& pem) {
  if (pem.empty()) return nullptr;
  const auto thumbprint = auth::certificate_thumbprint(pem);
  const auto ends = auth::certificate_expiry(pem);
  return json::object{{"thumbprint", thumbprint.value_or("")},
                      {"expires_at", ends ? json::value(time_text(*ends)) : json::value(nullptr)}};
}

json::array methods_json() {
  json::array out;
  for (const auth::AccessMethod method : auth::kAccessMethods)
    out.push_back({{"method", auth::name_of(method)}, {"available", auth::is_available(method)}});
  return out;
}

json::object values_json(const EmailConfiguration& configuration, bool chosen) {
  json::array allowed;
  for (const auth::AccessMethod method : configuration.allowed) allowed.emplace_back(auth::name_of(method));
  json::object out{
      {"method", chosen ? json::value(configuration.method ? auth::name_of(*configuration.method) : kAny)
                        : json::value(nullptr)},
      {"allowed", std::move(allowed)},
      {"certificate", certificate_json(configuration.certificate)},
      {"exchange_autodiscover", configuration.exchange_autodiscover}};
  for (const TextMember& member : kTexts) out[member.name] = configuration.*member.text;
  return out;
}

std::expected<void, Problem> take_methods(const json::object& body, EmailConfiguration& into) {
  if (const auto* method = body.if_contains("method")) {
    const std::string_view name = method->is_string() ? std::string_view(method->get_string()) : "";
    into.method = auth::access_method_of(name);
    if (!into.method && name != kAny)
      return std::unexpected(invalid("method", "Choose one of the access methods."));
  } else if (into.version == 0) {
    return std::unexpected(invalid("method", "Choose one of the access methods."));
  }
  if (const auto* allowed = body.if_contains("allowed")) {
    into.allowed.clear();
    const auto* list = allowed->if_array();
    if (!list) return std::unexpected(invalid("allowed", "This must be a list of access methods."));
    for (const auto& each : *list) {
      const auto one = each.is_string() ? auth::access_method_of(each.get_string()) : std::nullopt;
      if (!one) return std::unexpected(invalid("allowed", "One of these is not an access method."));
      into.allowed.push_back(*one);
    }
  }
  return {};
}

std::expected<void, Problem> take_secrets(const json::object& body, auth::TypedSecrets& into) {
  for (const auth::EmailSecret which : auth::kEmailSecrets) {
    const auto* found = body.if_contains(auth::name_of(which));
    if (!found) continue;
    if (found->is_null()) {
      into[which] = std::nullopt;
      continue;
    }
    TRY(std::string text, text_in(body, auth::name_of(which)));
    into[which] = Secret(std::move(text));
  }
  return {};
}

}  // namespace

std::expected<auth::Organization, Problem> organization_in(db::Session& session, const Request& request) {
  const auto id = crm::id_from(request.path.at("id"));
  if (!id || !request.session.reaches(OrganizationId{*id})) return std::unexpected(not_found("organization"));
  const auto found = auth::organization(session, request.viewer.account, {*id});
  if (!found) return std::unexpected(not_found("organization"));
  return *found;
}

json::object email_configuration_json(const Api& api, const ShownConfiguration& shown) {
  const auto settings = api.mail_access ? api.mail_access->settings() : std::nullopt;
  const bool own = shown.own.has_value();
  json::object secrets;
  for (const auth::EmailSecret which : auth::kEmailSecrets) {
    const auto mark = shown.marks.find(which);
    secrets[auth::name_of(which)] =
        mark == shown.marks.end()
            ? json::value(nullptr)
            : json::object{{"set_at", time_text(mark->second.set_at)}, {"set_by", mark->second.set_by}};
  }
  const EmailConfiguration values = own ? *shown.own : settings.value_or(EmailConfiguration{});
  json::object out = values_json(values, own || settings);
  out["organization"] =
      json::object{{"id", id_text(shown.organization.id)}, {"name", shown.organization.name}};
  out["source"] = own ? "organization" : settings ? "settings" : "none";
  out["version"] = own ? shown.own->version : 0;
  out["methods"] = methods_json();
  out["secrets"] = std::move(secrets);
  out["redirect_uri"] = text_or_null(api.mail_access ? api.mail_access->redirect_uri() : "");
  out["changed_at"] = own ? time_or_null(shown.own->changed_at) : json::value(nullptr);
  out["changed_by"] = text_or_null(own ? shown.own->changed_by : "");
  return out;
}

std::expected<TypedConfiguration, Problem> typed_configuration(const json::object& body,
                                                               EmailConfiguration stored) {
  for (const auto& member : body) {
    const std::string_view name = member.key();
    const bool text =
        std::ranges::any_of(kTexts, [&](const TextMember& each) { return each.typed && each.name == name; });
    const bool secret = std::ranges::any_of(
        auth::kEmailSecrets, [&](auth::EmailSecret each) { return auth::name_of(each) == name; });
    if (!text && !secret)
      TRY_VOID(only_members({{member.key(), nullptr}},
                            {"version", "method", "allowed", "certificate", "exchange_autodiscover"}));
  }
  TypedConfiguration out{.configuration = std::move(stored), .secrets = {}};
  const auto* version = body.if_contains("version");
  if (!version || !version->is_int64())
    return std::unexpected(invalid("version", "Send the version that was edited; 0 for the first time."));
  TRY_VOID(take_methods(body, out.configuration));
  for (const TextMember& member : kTexts)
    if (member.typed && body.contains(member.name)) {
      TRY(out.configuration.*member.text, text_in(body, member.name));
    }
  if (body.contains("certificate")) {
    TRY(out.configuration.certificate, text_in(body, "certificate"));
  }
  if (const auto* found = body.if_contains("exchange_autodiscover")) {
    if (!found->is_bool())
      return std::unexpected(invalid("exchange_autodiscover", "This must be true or false."));
    out.configuration.exchange_autodiscover = found->get_bool();
  }
  TRY_VOID(take_secrets(body, out.secrets));
  out.configuration.version = version->get_int64();
  return out;
}

}  // namespace mailsync::admin

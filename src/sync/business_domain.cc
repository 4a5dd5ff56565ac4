#include "sync/business_domain.h"

#include <algorithm>
#include <array>

namespace mailsync::sync {

namespace {

// Providers of mailboxes for everybody, and access providers whose customers have addresses at them.
constexpr auto kFreeMail = std::to_array<std::string_view>(
    {"126.com",      "139.com",        "163.com",         "aim.com",        "alice.it",      "aol.com",
     "arcor.de",     "att.net",        "bellsouth.net",   "bigpond.com",    "bluewin.ch",    "bol.com.br",
     "bt.com",       "btinternet.com", "charter.net",     "comcast.net",    "cox.net",       "daum.net",
     "duck.com",     "earthlink.net",  "email.com",       "fastmail.com",   "fastmail.fm",   "foxmail.com",
     "free.fr",      "freemail.hu",    "freenet.de",      "gmail.com",      "gmx.at",        "gmx.ch",
     "gmx.com",      "gmx.de",         "gmx.net",         "googlemail.com", "hanmail.net",   "hey.com",
     "home.nl",      "hotmail.be",     "hotmail.ca",      "hotmail.co.uk",  "hotmail.com",   "hotmail.de",
     "hotmail.es",   "hotmail.fr",     "hotmail.it",      "hushmail.com",   "icloud.com",    "inbox.com",
     "inbox.lv",     "inbox.ru",       "interia.pl",      "juno.com",       "kpnmail.nl",    "laposte.net",
     "libero.it",    "list.ru",        "live.ca",         "live.co.uk",     "live.com",      "live.de",
     "live.fr",      "live.it",        "live.nl",         "mac.com",        "mail.com",      "mail.de",
     "mail.ru",      "mailbox.org",    "me.com",          "msn.com",        "naver.com",     "neuf.fr",
     "ntlworld.com", "o2.pl",          "online.de",       "onet.pl",        "optonline.net", "orange.fr",
     "outlook.at",   "outlook.com",    "outlook.de",      "outlook.es",     "outlook.fr",    "outlook.it",
     "pm.me",        "posteo.de",      "posteo.net",      "proton.me",      "protonmail.ch", "protonmail.com",
     "qq.com",       "rambler.ru",     "rediffmail.com",  "rocketmail.com", "sbcglobal.net", "seznam.cz",
     "sfr.fr",       "shaw.ca",        "sina.com",        "skynet.be",      "sky.com",       "sohu.com",
     "t-online.de",  "talktalk.net",   "telenet.be",      "terra.com.br",   "tim.it",        "tiscali.it",
     "tuta.com",     "tuta.io",        "tutanota.com",    "tutanota.de",    "ukr.net",       "uol.com.br",
     "verizon.net",  "virgilio.it",    "virginmedia.com", "wanadoo.fr",     "web.de",        "wp.pl",
     "xs4all.nl",    "yahoo.ca",       "yahoo.co.in",     "yahoo.co.jp",    "yahoo.co.uk",   "yahoo.com",
     "yahoo.com.au", "yahoo.com.br",   "yahoo.de",        "yahoo.es",       "yahoo.fr",      "yahoo.it",
     "yandex.com",   "yandex.ru",      "yeah.net",        "ymail.com",      "ziggo.nl",      "zoho.com"});

}  // namespace

bool is_free_mail(std::string_view domain) {
  return std::ranges::find(kFreeMail, domain) != kFreeMail.end();
}

std::vector<std::string> business_domains(std::string_view address) {
  std::vector<std::string> out;
  const size_t at = address.rfind('@');
  if (at == std::string_view::npos) return out;
  std::string_view domain = address.substr(at + 1);
  while (domain.find('.') != std::string_view::npos) {
    if (is_free_mail(domain)) return {};
    out.emplace_back(domain);
    domain.remove_prefix(domain.find('.') + 1);
  }
  return out;
}

}  // namespace mailsync::sync

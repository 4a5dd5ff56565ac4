// The web application's files, read once at start: only what is in the map can be asked for, so that no path
// leads out of the folder.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http.h"
#include "server/settings.h"

namespace mailsync::server {

// [server] web_dir, else beside the program (../share/mailsync/web), else of the build tree (web/dist); ""
// when there is none.
std::string find_web_dir(const Settings& settings);

class WebFiles {
 public:
  // Follows no link. ItemInvalid when there is no index.html.
  static Result<WebFiles> load(const std::string& dir);

  // GET and HEAD. Files under /assets/ bear a hash in their name and are kept for ever; everything else is
  // asked for again. A path without a dot in its last part that is no file gets index.html: it is a page of
  // the application.
  net::ServerResponse answer(const net::ServerRequest& request) const;

 private:
  struct File {
    std::string body;
    std::string type;
    std::string etag;
  };
  std::map<std::string, File, std::less<>> files_;  // by path: "/assets/index-1a2b.js"
};

// For every answer that a browser may show: no scripts but ours, no frames of ours elsewhere (S-pages of
// security). Frames of the application itself show mail from data without any right.
void add_page_headers(net::Headers& headers);

}  // namespace mailsync::server

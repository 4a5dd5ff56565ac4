#include "server/web_files.h"

#include <limits.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "auth/encoding.h"

namespace mailsync::server {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kLargestFile = 32 << 20;

std::string type_of(const std::string& extension) {
  static const std::map<std::string, std::string> types = {{".html", "text/html; charset=utf-8"},
                                                           {".js", "text/javascript; charset=utf-8"},
                                                           {".css", "text/css; charset=utf-8"},
                                                           {".json", "application/json"},
                                                           {".map", "application/json"},
                                                           {".svg", "image/svg+xml"},
                                                           {".png", "image/png"},
                                                           {".ico", "image/x-icon"},
                                                           {".webp", "image/webp"},
                                                           {".woff2", "font/woff2"},
                                                           {".woff", "font/woff"},
                                                           {".ttf", "font/ttf"},
                                                           {".txt", "text/plain; charset=utf-8"},
                                                           {".webmanifest", "application/manifest+json"},
                                                           {".wasm", "application/wasm"}};
  const auto found = types.find(extension);
  return found == types.end() ? "application/octet-stream" : found->second;
}

bool has_index(const fs::path& dir) {
  std::error_code problem;
  return fs::is_regular_file(dir / "index.html", problem);
}

}  // namespace

std::string find_web_dir(const Settings& settings) {
  if (!settings.server.web_dir.empty())
    return has_index(settings.server.web_dir) ? settings.server.web_dir : "";
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  if (problem) return "";
  const fs::path bin = program.parent_path();
  // build/release/bin/mailsync -> web/dist of the same tree
  for (const fs::path& dir : {bin / "../share/mailsync/web", bin / "web", bin / "../../../web/dist"})
    if (has_index(dir)) return dir.lexically_normal().string();
  return "";
}

Result<WebFiles> WebFiles::load(const std::string& dir) {
  WebFiles files;
  std::error_code problem;
  for (fs::recursive_directory_iterator entry(dir, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (entry->is_symlink(problem) || !entry->is_regular_file(problem)) continue;
    if (entry->file_size(problem) > kLargestFile) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    File file{.body{std::istreambuf_iterator<char>(stream), {}},
              .type = type_of(entry->path().extension().string())};
    file.etag = "\"" + auth::base64url(auth::sha256(file.body)).substr(0, 22) + "\"";
    files.files_.emplace("/" + entry->path().lexically_relative(dir).generic_string(), std::move(file));
  }
  if (!files.files_.contains("/index.html"))
    return fail(ErrorKind::ItemInvalid, "the web application is not in " + dir + ": there is no index.html");
  return files;
}

net::ServerResponse WebFiles::answer(const net::ServerRequest& request) const {
  net::ServerResponse response;
  add_page_headers(response.headers);
  if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.headers.set("Allow", "GET, HEAD");
    return response;
  }
  auto found = files_.find(request.path);
  if (found == files_.end()) {
    const std::string_view last = std::string_view(request.path).substr(request.path.rfind('/') + 1);
    if (last.find('.') == std::string_view::npos) found = files_.find("/index.html");
  }
  if (found == files_.end()) {
    response.status = 404;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.headers.set("Cache-Control", "no-store");
    response.body = "There is no such file.\n";
    return response;
  }
  const auto& [path, file] = *found;
  response.headers.set("Content-Type", file.type);
  response.headers.set("ETag", file.etag);
  response.headers.set("Cache-Control",
                       path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers.find("If-None-Match") == file.etag) {
    response.status = 304;
    return response;
  }
  response.body = file.body;
  return response;
}

void add_page_headers(net::Headers& headers) {
  // Styles are set by Fluent UI at run time (Griffel inserts rules), hence 'unsafe-inline' for them alone.
  // The frame that shows a mail inherits this policy and narrows it by its own: pictures from elsewhere are
  // allowed here only so that a reader may ask for those of one mail (S32).
  headers.set("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
              "img-src 'self' data: blob: https:; "
              "font-src 'self' data:; connect-src 'self'; frame-src 'self' blob: data:; manifest-src 'self'; "
              "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

}  // namespace mailsync::server

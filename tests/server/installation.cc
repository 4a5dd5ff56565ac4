#include "tests/server/installation.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

namespace mailsync::test {
namespace {

namespace json = boost::json;

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool comes_true(const std::function<bool()>& is_so) {
  for (int tries = 0; tries < 1500; ++tries) {
    if (is_so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

LabProcess::LabProcess(const std::filesystem::path& dir, std::vector<std::string> options) {
  const std::string about = (dir / "lab.json").string();
  std::vector<std::string> arguments{program("mailsync-lab"), "serve", "--tls", "--write", about};
  for (auto& option : options) arguments.push_back(std::move(option));
  process_ = std::make_unique<Process>(std::move(arguments));
  if (process_->line().empty()) throw std::runtime_error("the lab did not start: " + process_->wait().err);
  about_ = json::parse(read(about)).as_object();
}

json::value LabProcess::control(const std::string& method, const std::string& path, const json::value& body) {
  net::AsioExecutor executor(1);
  net::CurlClient http(executor, {.addresses = {.allow_private = true}});
  net::HttpRequest request{.method = method, .url = text("control") + "/lab" + path};
  request.max_body_bytes = size_t{1} << 28;
  if (!body.is_null()) {
    request.headers.add("Content-Type", "application/json");
    request.body = json::serialize(body);
  }
  const auto answer = executor.run_task(net::fetch(http, std::move(request)));
  EXPECT_TRUE(answer) << answer.error().message;
  if (!answer) return nullptr;
  EXPECT_EQ(answer->status, 200) << method << " " << path << ": " << answer->body;
  boost::system::error_code problem;
  return json::parse(answer->body, problem);
}

std::string LabProcess::text(std::string_view member) const {
  return std::string(about_.at(member).as_string());
}

std::vector<std::string> LabProcess::mailboxes() const {
  std::vector<std::string> addresses;
  for (const auto& address : about_.at("mailboxes").as_array()) addresses.emplace_back(address.as_string());
  return addresses;
}

Installation::Installation() {
  std::string name = (std::filesystem::temp_directory_path() / "mailsync-server-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  dir_ = name;
  std::filesystem::create_directory(dir_ / "data");
  const Ended made = run({program("mailsync"), "master-key", (dir_ / "master.key").string()});
  if (made.code != 0) throw std::runtime_error("no master key: " + made.err);
}

Installation::~Installation() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void Installation::write_settings(const LabProcess* lab, const std::string& more) {
  std::ofstream file(dir_ / "mailsync.toml");
  file << "[server]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"data\"\n"
       << "[vault]\nmaster_key_file = \"master.key\"\n";
  if (lab)
    file << "[graph]\ntenant = \"" << lab->text("tenant_id") << "\"\nclient_id = \"" << lab->text("client_id")
         << "\"\ncertificate = \"" << lab->text("certificate") << "\"\nkey = \"" << lab->text("private_key")
         << "\"\nauthority = \"" << lab->text("url") << "\"\nurl = \"" << lab->text("url") << "\"\n"
         << "[network]\nca_file = \"" << lab->text("ca") << "\"\nallow_private = true\n"
         << "[sync]\npoll_seconds = 5\n";
  file << more;
}

std::vector<std::string> Installation::command(std::vector<std::string> arguments) const {
  std::vector<std::string> all{program("mailsync")};
  for (auto& argument : arguments) all.push_back(std::move(argument));
  all.insert(all.end(), {"--config", (dir_ / "mailsync.toml").string()});
  return all;
}

Ended Installation::mailsync(std::vector<std::string> arguments, const std::string& input) {
  return run(command(std::move(arguments)), environment, input);
}

json::object Installation::json(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Ended ended = mailsync(std::move(arguments));
  boost::system::error_code problem;
  const auto value = json::parse(ended.out, problem);
  EXPECT_FALSE(problem) << ended.out << ended.err;
  return value.is_object() ? value.as_object() : json::object{};
}

std::unique_ptr<Process> Installation::start(std::vector<std::string> arguments) {
  return std::make_unique<Process>(command(std::move(arguments)), environment);
}

void Installation::connect(const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    const Ended user = mailsync({"user", "add", address, "--password-stdin"}, "correct horse battery\n");
    ASSERT_EQ(user.code, 0) << user.err;
    const Ended mailbox = mailsync({"mailbox", "add", address});
    ASSERT_EQ(mailbox.code, 0) << mailbox.err;
  }
}

Connected::Connected(std::vector<std::string> tenant) : lab(here.dir(), std::move(tenant)) {
  here.write_settings(&lab);
  here.connect(lab.mailboxes());
}

Running::Running(Installation& installation, const std::string& ca_file)
    : process(installation.start({"serve", "--json"})) {
  const std::string first = process->line();
  if (first.empty()) throw std::runtime_error("the server did not start: " + process->wait().err);
  url = json::parse(first).at("url").as_string();
  http.emplace(executor, net::CurlOptions{.ca_file = ca_file, .addresses = {.allow_private = true}});
}

net::HttpAnswer Running::send(net::HttpRequest request) {
  request.url = url + request.url;
  auto answer = executor.run_task(net::fetch(*http, std::move(request)));
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? std::move(*answer) : net::HttpAnswer{};
}

net::HttpAnswer Running::get(const std::string& path) {
  return send({.url = path});
}

Ended Running::stop() {
  process->signal(SIGTERM);
  return process->wait();
}

}  // namespace mailsync::test

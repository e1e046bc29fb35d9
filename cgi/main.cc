// smsweb-cgi: the endpoint that web servers call.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cgi/endpoint.h"
#include "cgi/fastcgi_server.h"
#include "cgi/plain_cgi.h"
#include "common/base/command_line.h"
#include "common/base/process.h"
#include "common/base/version.h"
#include "common/config/config.h"
#include "common/verify/code_text.h"
#include "common/window/sending_windows.h"

namespace {

using namespace smsweb;

constexpr const char* kDescription =
    "smsweb-cgi answers web servers: it takes messages into the queue.\n\n"
    "It finds out by itself how it is called:\n"
    "  FastCGI  with --listen, or with a socket from spawn-fcgi, mod_fcgid or\n"
    "           systemd, or, when started by hand, at endpoint.listen\n"
    "  CGI      when a web server starts it for one request\n";

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 it can't listen, or the queue can't be had, or it\n"
    "could not finish in time, 2 the command line or the configuration is\n"
    "wrong. In plain CGI always 0: the answer tells.";

struct Options {
  std::string config;
  std::vector<std::string> listen;
  bool check_config = false;
};

// A web server that speaks plain CGI may pass words of the query as arguments
// (RFC 3875 § 4.4): there they are nobody's options.
bool IsPlainCgi() { return std::getenv("GATEWAY_INTERFACE") != nullptr; }

// None where there are no verifications.
Result<std::shared_ptr<KeyRing>> LoadKeys(const Config& config) {
  if (!config.verify.On()) return nullptr;
  auto keys = KeyRing::Load(config.verify.secret_file);
  if (keys) return keys;
  return Fail(keys.error().kind, keys.error().message +
                                     " (verify.secret_file; \"smsweb secret "
                                     "init\" makes one)");
}

int PlainCgiMain() {
  const std::string path = FindConfigFile("", SystemEnvironment);
  const auto config = LoadConfig(path, SystemEnvironment);
  if (!config) {
    std::fprintf(stderr, "smsweb-cgi: %s\n", config.error().message.c_str());
    WritePlainCgiResponse(
        Problem(500, "misconfigured",
                "the configuration can't be used; see the web server's log"));
    return 0;
  }
  const auto log =
      Logger::Open("smsweb-cgi", config->log.level, config->log.file);
  if (!log) {  // no reason to turn a message away
    std::fprintf(stderr, "smsweb-cgi: %s\n", log.error().message.c_str());
  }
  const SystemClock clock;
  SystemRandom random;
  auto keys = LoadKeys(*config);
  if (const auto templates = CheckTemplates(*config); keys && !templates) {
    keys = std::unexpected(templates.error());
  }
  if (!keys) {
    std::fprintf(stderr, "smsweb-cgi: %s\n", keys.error().message.c_str());
    WritePlainCgiResponse(
        Problem(500, "misconfigured",
                "the configuration can't be used; see the web server's log"));
    return 0;
  }
  return ServePlainCgi({*config, log ? *log : Logger::Discard(), clock, random,
                        std::move(*keys)});
}

int FastCgiMain(const Options& options, std::vector<UniqueFd> listeners) {
  const auto config = LoadConfig(
      FindConfigFile(options.config, SystemEnvironment), SystemEnvironment);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 2;
  }
  if (const auto windows = SendingWindows(*config).Prepare(); !windows) {
    std::fprintf(stderr, "%s\n", windows.error().message.c_str());
    return 2;
  }
  if (const auto templates = CheckTemplates(*config); !templates) {
    std::fprintf(stderr, "%s\n", templates.error().message.c_str());
    return 2;
  }
  auto keys = LoadKeys(*config);
  if (!keys) {
    std::fprintf(stderr, "%s\n", keys.error().message.c_str());
    return keys.error().kind == ErrorKind::kUnavailable ? 1 : 2;
  }
  if (options.check_config) {
    std::printf("%s: ok\n", config->file.c_str());
    return 0;
  }
  const auto log =
      Logger::Open("smsweb-cgi", config->log.level, config->log.file);
  if (!log) {
    std::fprintf(stderr, "%s\n", log.error().message.c_str());
    return 2;
  }
  if (*keys) {
    (*keys)->OnTrouble([&](const Error& error) {
      log->Error(
          "verify.secret_file can't be used; the keys that are known "
          "stay",
          {{"error", error.message}});
    });
  }
  std::vector<std::string> addresses = options.listen;
  if (addresses.empty() && listeners.empty()) {
    addresses.push_back(config->endpoint.listen);
  }
  for (const auto& address : addresses) {
    auto listener =
        Listen(address, config->endpoint.backlog, config->endpoint.socket_mode);
    if (!listener) {
      std::fprintf(stderr, "%s\n", listener.error().message.c_str());
      return 1;
    }
    listeners.push_back(std::move(*listener));
  }
  const SystemClock clock;
  SystemRandom random;
  return ServeFastCgi({*config, *log, clock, random, std::move(*keys)},
                      std::move(listeners), BlockEndingSignals());
}

}  // namespace

int main(int argc, char** argv) {
  PrepareProcess();
  auto listeners = InheritedListeners();
  if (listeners.empty() && IsPlainCgi()) return PlainCgiMain();

  Options options;
  CLI::App app(kDescription, "smsweb-cgi");
  app.footer(kFooter);
  app.add_option("--config", options.config,
                 "the configuration file (else $SMSWEB_CONFIG, else "
                 "/etc/smsweb/smsweb.toml)");
  app.add_option("--listen", options.listen,
                 "unix:PATH or HOST:PORT; may be given more than once");
  app.add_flag("--check-config", options.check_config,
               "read the configuration, say what is wrong with it, and end");
  app.set_version_flag("--version", std::string("smsweb-cgi ") + kVersion);
  if (const auto exit_code = ParseCommandLine(app, argc, argv)) {
    return *exit_code;
  }
  return FastCgiMain(options, std::move(listeners));
}

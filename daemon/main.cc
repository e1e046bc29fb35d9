// smswebd: the spooler.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "common/base/command_line.h"
#include "common/base/process.h"
#include "common/base/version.h"
#include "common/bell/bell.h"
#include "common/line/line.h"
#include "common/line/ports.h"
#include "common/profile/profile.h"
#include "common/tariff/limit_zones.h"
#include "common/window/sending_windows.h"
#include "daemon/courier.h"
#include "daemon/http_client.h"
#include "daemon/run.h"
#include "daemon/traces.h"

namespace {

using namespace smsweb;

constexpr const char* kDescription =
    "smswebd sends the messages of the queue through the modems.\n\n"
    "It stays, unless spooler.idle_exit in the configuration says after how\n"
    "many idle seconds to end. One at a time works on a queue.\n";

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 the queue or the bell can't be had (or another\n"
    "smswebd has it), 2 the command line or the configuration is wrong, 3 "
    "with\n"
    "--once: messages wait, and no modem came up.";

}  // namespace

int main(int argc, char** argv) {
  PrepareProcess();
  auto start_lock = InheritedStartLock();
  std::string config_file;
  bool once = false;
  bool check_config = false;
  CLI::App app(kDescription, "smswebd");
  app.footer(kFooter);
  app.add_option("--config", config_file,
                 "the configuration file (else $SMSWEB_CONFIG, else "
                 "/etc/smsweb/smsweb.toml)");
  app.add_flag("--once", once, "send what is due, then end");
  app.add_flag("--check-config", check_config,
               "read the configuration, say what is wrong with it, and end");
  app.set_version_flag("--version", std::string("smswebd ") + kVersion);
  if (const auto exit_code = ParseCommandLine(app, argc, argv)) {
    return *exit_code;
  }

  const auto config = LoadConfig(FindConfigFile(config_file, SystemEnvironment),
                                 SystemEnvironment, Secrets::kResolve);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return kExitBadConfig;
  }
  const auto profiles = LoadProfiles(*config);
  if (!profiles) {
    std::fprintf(stderr, "%s\n", profiles.error().message.c_str());
    return kExitBadConfig;
  }
  SendingWindows windows(*config);
  if (const auto prepared = windows.Prepare(); !prepared) {
    std::fprintf(stderr, "%s\n", prepared.error().message.c_str());
    return kExitBadConfig;
  }
  if (const auto zones = LimitZones::Find(*config, LoadTimeZones); !zones) {
    std::fprintf(stderr, "%s\n", zones.error().message.c_str());
    return kExitBadConfig;
  }
  std::shared_ptr<KeyRing> keys;
  if (config->verify.On()) {
    auto loaded = KeyRing::Load(config->verify.secret_file);
    if (!loaded) {
      std::fprintf(stderr, "%s (verify.secret_file)\n",
                   loaded.error().message.c_str());
      return loaded.error().kind == ErrorKind::kUnavailable ? kExitFailed
                                                            : kExitBadConfig;
    }
    keys = std::move(*loaded);
  }
  if (check_config) {
    std::printf("%s: ok\n", config->file.c_str());
    return kExitDone;
  }
  if (config->modems.empty()) {
    std::fprintf(stderr, "%s: no modem; add one as [[modem]]\n",
                 config->file.c_str());
    return kExitBadConfig;
  }
  const auto log = Logger::Open("smswebd", config->log.level, config->log.file);
  if (!log) {
    std::fprintf(stderr, "%s\n", log.error().message.c_str());
    return kExitBadConfig;
  }
  if (keys) {
    keys->OnTrouble([&](const Error& error) {
      log->Error(
          "verify.secret_file can't be used; the keys that are known "
          "stay",
          {{"error", error.message}});
    });
  }
  const SystemClock clock;
  const auto traced = OpenTraces(config->modems, clock);
  if (!traced) {
    std::fprintf(stderr, "%s\n", traced.error().message.c_str());
    return kExitBadConfig;
  }
  SystemRandom random;
  const sigset_t signals = BlockEndingSignals();
  std::unique_ptr<HttpClient> http;
  if (HasReceivers(*config)) {
    auto made = LoadHttpClient(clock);
    if (!made) {
      log->Error("no webhooks", {{"error", made.error().message}});
      return kExitFailed;
    }
    http = std::move(*made);
  }
  return RunSpooler({.config = *config,
                     .log = *log,
                     .clock = clock,
                     .random = random,
                     .windows = windows,
                     .ports = {OpenLine, *profiles, *traced, ListUsbPorts},
                     .http = http.get(),
                     .webhook_keys = KeysOf(*config),
                     .keys = keys.get()},
                    {.once = once,
                     .start_lock = std::move(start_lock),
                     .ending_signals = signals});
}

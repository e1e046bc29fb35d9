// The one configuration file, which every program reads (TOML 1.0).
//
// Found at --config, else $SMSWEB_CONFIG, else /etc/smsweb/smsweb.toml. An
// unknown key, a wrong type or a value out of range is an error that names
// file, line and key; every such error is reported at once, and no program
// starts with half a configuration. docs/configuration.md explains each key.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb {

struct StoreConfig {
  std::string path = "/var/lib/smsweb/queue.db";  // from `url`, "sqlite:PATH"
};

struct EndpointConfig {
  std::string listen = "unix:/run/smsweb/cgi.sock";
  int socket_mode = 0660;  // of a unix socket; written "0660"
  int backlog = 4096;
  int workers = 8;
  int max_connections = 16384;
  int max_waiting = 10000;  // requests that wait for the disk, then 503
  int max_body_bytes = 65536;
  std::vector<std::string> trusted_networks;  // CIDR; empty: nobody
};

struct MessageConfig {
  std::string default_region;  // ISO 3166-1 alpha-2; empty: only "+..." numbers
  int max_parts = 8;
  std::vector<std::string> short_codes;
  std::string number_check = "valid";  // or "possible"
  std::chrono::seconds otp_ttl{300};
  std::chrono::seconds transactional_ttl{24 * 3600};
  std::chrono::seconds bulk_ttl{72 * 3600};
};

struct SpoolerConfig {
  std::string bell = "/run/smsweb/bell.sock";  // from "unix:PATH"
  bool spawn = false;
  std::string command = "smswebd";
  std::chrono::seconds idle_exit{0};  // 0: resident
  int max_attempts = 5;
};

struct LogConfig {
  std::string level = "info";
  std::string file;  // empty: standard error
};

struct ModemConfig {
  std::string name;
  std::string device;
  int baud = 115200;
  std::string flow_control = "none";
  std::string pin;  // the PIN itself, with Secrets::kResolve
  bool pin_withheld = false;  // not in the file: see common/modem/modem.h
  std::string smsc;
  std::chrono::seconds prompt_timeout{10};
  std::chrono::seconds submit_timeout{120};
};

struct Config {
  std::string file;  // where it was read from
  WallTime modified_at{};  // when that file was last changed
  StoreConfig store;
  EndpointConfig endpoint;
  MessageConfig message;
  SpoolerConfig spooler;
  LogConfig log;
  std::vector<ModemConfig> modems;
};

// What "env:NAME" stands for; none if the variable is not set.
using Environment =
    std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> SystemEnvironment(const std::string& name);

// A secret is written as "env:NAME", "file:PATH" (its first line) or as it is.
// Only the program that needs secrets looks them up.
enum class Secrets : unsigned char { kLeave, kResolve };

// The path by the rule above; `option` is what --config said, or empty.
std::string FindConfigFile(const std::string& option,
                           const Environment& environment);

Result<Config> LoadConfig(const std::string& path,
                          const Environment& environment,
                          Secrets secrets = Secrets::kLeave);
Result<Config> ParseConfig(std::string_view toml, const std::string& file,
                           const Environment& environment,
                           Secrets secrets = Secrets::kLeave);

}  // namespace smsweb

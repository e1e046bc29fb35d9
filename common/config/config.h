// The one configuration file, which every program reads (TOML 1.0).
//
// Found at --config, else $SMSWEB_CONFIG, else /etc/smsweb/smsweb.toml. An
// unknown key, a wrong type or a value out of range is an error that names
// file, line and key; every such error is reported at once, and no program
// starts with half a configuration. docs/configuration.md explains each key.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/web_url.h"

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
  int max_waiting = 10000;       // requests that wait for the disk, then 503
  int max_body_bytes = 1 << 20;  // 10,000 recipients, and some
  int max_import_bytes = 64 << 20;
  std::chrono::seconds idempotency_life{24 * 3600};  // of an Idempotency-Key
  std::vector<std::string> trusted_networks;         // CIDR; who needs no key
};

struct MessageConfig {
  std::string default_region;  // ISO 3166-1 alpha-2; empty: only "+..." numbers
  int max_parts = 8;
  std::vector<std::string> short_codes;
  std::string number_check = "valid";  // or "possible"
  std::chrono::seconds otp_ttl{300};
  std::chrono::seconds transactional_ttl{24 * 3600};
  std::chrono::seconds bulk_ttl{72 * 3600};
  // National shift tables by prefix of the recipient ("+90" = ["turkish"]), as
  // common/pdu names them; the longest prefix that fits counts.
  std::map<std::string, std::vector<std::string>> languages;
  bool transliterate = false;  // typographic characters that would force UCS-2
  bool report = false;         // ask for a status report unless told otherwise
  // How long the messages to a number follow the SIM that it knows; 0: never.
  std::chrono::seconds conversations{30LL * 24 * 3600};
  // The same text from the same client to the same number is taken once within
  // it; 0: always taken.
  std::chrono::seconds duplicate_window{0};
};

struct InboxConfig {
  std::string webhook_url;     // empty: nobody is told
  std::string webhook_secret;  // "whsec_..." (Standard Webhooks v1), resolved
  std::chrono::seconds incomplete_after{3600};  // then shown with gaps
  std::vector<std::string> stop_words = {"STOP",   "STOPALL", "UNSUBSCRIBE",
                                         "CANCEL", "END",     "QUIT"};
  std::vector<std::string> start_words = {"START", "UNSTOP"};
};

// A time zone by its name in the tz database. Whether there is such a one is
// found out later (common/window); hence the line of `file`.
struct ZoneName {
  std::string name;
  int line = 0;
};

inline constexpr std::string_view kRecipientZone = "recipient";

// The hours and days in which a class is sent, as clocks in its zone show them.
// By default there is no limit.
struct WindowConfig {
  std::chrono::minutes opens{0};
  std::chrono::minutes closes{24 * 60};  // not after `opens`: on the next day
  std::uint8_t days = 0x7F;  // 1 << n: on which it opens; 0 is Sunday
  ZoneName zone{.name = std::string(kRecipientZone)};

  bool Limits() const {
    return opens != std::chrono::minutes(0) ||
           closes != std::chrono::minutes(24 * 60) || days != 0x7F;
  }
};

// The class `otp` has none.
struct WindowsConfig {
  WindowConfig transactional;
  WindowConfig bulk;
  // By prefix of the recipient ("+1212"); the longest that fits counts.
  std::map<std::string, ZoneName> zones;
};

// Who may be told how a message ended: its sender names the URL.
struct CallbackConfig {
  std::vector<WebUrl> allow;       // each with all that is below; empty: nobody
  bool private_addresses = false;  // may a receiver have one
  std::string secret;              // as webhook_secret
};

// How long things are kept once they have ended; 0: for ever.
struct RetentionConfig {
  std::chrono::seconds delivered{30LL * 24 * 3600};
  std::chrono::seconds undelivered{30LL * 24 * 3600};
  std::chrono::seconds sent{30LL * 24 * 3600};
  std::chrono::seconds unknown{90LL * 24 * 3600};
  std::chrono::seconds failed{90LL * 24 * 3600};
  std::chrono::seconds expired{30LL * 24 * 3600};
  std::chrono::seconds cancelled{30LL * 24 * 3600};
  // Of the classes that are not otp; 0: erased at once, as an otp's are.
  std::chrono::seconds texts{7LL * 24 * 3600};
  std::chrono::seconds inbox{0};
  std::chrono::seconds verifications{24 * 3600};  // since a code's life was over
};

// Texts that carry a code, by locale ("en", "pt-BR"), as they are in the file.
struct VerifyTemplate {
  std::map<std::string, std::string> texts;
  std::map<std::string, int> lines;  // of `file`, for errors found later
};

// User verification. Without `secret_file` there is none.
struct VerifyConfig {
  std::string secret_file;  // common/secret/key_ring.h
  std::string app;          // what {app} stands for
  std::string default_locale = "en";
  int code_length = 6;  // digits
  int min_code_length = 4;
  int max_code_length = 10;
  std::chrono::seconds ttl{600};  // of a code
  std::chrono::seconds min_ttl{60};
  std::chrono::seconds max_ttl{600};
  int max_checks = 5;
  int max_sends = 5;
  std::chrono::seconds resend_after{30};
  int max_parts = 1;  // of a message with a code
  bool report = true;
  bool uniform_answers = false;          // who is refused is not told so
  std::map<std::string, VerifyTemplate> templates;  // "default" is always there

  bool On() const { return !secret_file.empty(); }
};

// Who is sent codes, and how many. A dry run only tells.
struct GuardCountries {
  std::vector<std::string> allow;  // ISO 3166-1 alpha-2
  bool dry_run = false;
};
struct GuardTypes {
  std::vector<std::string> refuse = {"premium_rate", "shared_cost"};
  bool dry_run = false;
};
struct GuardNumbers {  // each a number, or the beginning of one
  std::vector<std::string> block;
  std::vector<std::string>
      allow;  // by other parts of the guard, too, but limits
  bool dry_run = false;
};
struct GuardLimit {
  std::string per = "number";  // or prefix, client, address, device, total
  std::int64_t most = 0;
  std::chrono::seconds within{0};
  bool dry_run = false;
};
struct GuardConversion {
  double least_share = 0.1;
  std::int64_t least_volume = 50;
  std::chrono::seconds window{3600};
  std::chrono::seconds settle{600};
  std::chrono::seconds pause{3600};
  bool dry_run = false;
};
struct GuardBacklog {
  bool dry_run = false;
};
struct GuardConfig {
  int prefix_digits = 6;  // of a number, behind the '+'
  GuardCountries countries;
  GuardTypes types;
  GuardNumbers numbers;
  std::vector<GuardLimit> limits = {
      {"number", 5, std::chrono::minutes(10)},
      {"number", 20, std::chrono::hours(24)},
      {"address", 20, std::chrono::minutes(10)},
      {"address", 100, std::chrono::hours(24)},
  };
  GuardConversion conversion;
  GuardBacklog backlog;
};

struct SpoolerConfig {
  std::string bell = "/run/smsweb/bell.sock";  // from "unix:PATH"
  bool spawn = false;
  std::string command = "smswebd";
  std::chrono::seconds idle_exit{0};  // 0: resident
  int max_attempts = 5;
  std::string profiles = "/etc/smsweb/profiles";  // a folder of *.toml; need
                                                  // not be there
};

struct LogConfig {
  std::string level = "info";
  std::string file;  // empty: standard error
};

// What may go through a SIM: parts, each of which is an SMS on the bill, and
// numbers sent to. 0: there is no such limit.
struct SimLimits {
  int per_minute = 0;
  int per_hour = 0;
  int per_day = 0;
  int per_month = 0;
  int recipients_per_month = 0;
  double otp_share = 0;          // of each, for class otp alone
  ZoneName zone{.name = "UTC"};  // by whose clocks days and months begin
};

struct ModemConfig {
  std::string name;
  std::string device;
  int baud = 115200;
  std::string flow_control = "none";
  std::string pin;            // the PIN itself, with Secrets::kResolve
  bool pin_withheld = false;  // not in the file: see common/modem/modem.h
  std::string smsc;
  std::chrono::seconds prompt_timeout{10};
  std::chrono::seconds submit_timeout{120};
  std::string profile;   // by name; empty: by what the modem says it is
  int profile_line = 0;  // of `file`; whether there is such a profile is found
                         // out later (common/profile)
  std::string imei;      // 15 digits: this modem, at whatever port it is
  bool roaming = false;  // may send while roaming
  std::chrono::seconds keep_alive{60};     // 0: never
  std::vector<std::string> groups = {""};  // "": the default group
  std::string
      trace;  // a file for what passes on the line, PIN and texts masked
  SimLimits limits;
};

// Which modems send what. What it has must all fit, and of a list one.
struct RouteConfig {
  std::vector<std::string> prefixes;  // of the recipient
  std::vector<std::string> regions;   // of the recipient; ISO 3166-1 alpha-2
  std::vector<std::string> classes;
  std::vector<std::string> clients;
  std::string group;  // "": the default group
  std::string modem;  // empty: any of the group
};

struct Config {
  std::string file;        // where it was read from
  WallTime modified_at{};  // when that file was last changed
  StoreConfig store;
  EndpointConfig endpoint;
  MessageConfig message;
  SpoolerConfig spooler;
  InboxConfig inbox;
  WindowsConfig window;
  CallbackConfig callback;
  RetentionConfig retention;
  VerifyConfig verify;
  GuardConfig guard;
  LogConfig log;
  std::vector<ModemConfig> modems;
  std::vector<RouteConfig> routes;  // the first that fits decides
};

// The types of numbers that libphonenumber tells apart.
std::span<const std::string_view> NumberTypeNames();

// What `languages` may name.
std::span<const std::string_view> LanguageNames();
// Of the longest prefix that this number begins with.
const std::vector<std::string>& LanguagesFor(const MessageConfig& config,
                                             std::string_view recipient);

// Whether a callback may go there; kInvalid says why not, and never shows the
// URL, which may hold a secret.
Result<void> CheckCallbackUrl(std::string_view url,
                              const CallbackConfig& config);

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

#include "common/config/config.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "common/base/network.h"
#include "common/base/read_file.h"
#include "common/config/sections.h"

namespace smsweb {
namespace {

constexpr std::int64_t kDay = 24 * 3600;

void ReadStore(TableReader table, StoreConfig* out) {
  std::string url = "sqlite:" + out->path;
  table.Read("url", &url);
  const auto path = After("sqlite:", url);
  if (path && path->starts_with('/')) {
    out->path = *path;
  } else {
    table.Refuse("url", "takes \"sqlite:/absolute/path/to/queue.db\"");
  }
  table.RefuseUnknownKeys();
}

void ReadSocketMode(TableReader& table, int* mode) {
  std::string text = fmt::format("{:04o}", *mode);
  table.Read("socket_mode", &text);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *mode, 8);
  if (error != std::errc() || end != text.data() + text.size() ||
      (*mode & ~0777) != 0) {
    table.Refuse("socket_mode", "takes permissions as \"0660\"");
  }
}

void ReadEndpoint(TableReader table, EndpointConfig* out) {
  table.Read("listen", &out->listen);
  if (!ParseListenAddress(out->listen)) {
    table.Refuse("listen", "takes \"unix:/path\" or \"HOST:PORT\"");
  }
  ReadSocketMode(table, &out->socket_mode);
  table.Read("backlog", &out->backlog, 1, 65535);
  table.Read("workers", &out->workers, 1, 256);
  table.Read("max_connections", &out->max_connections, 1, 1'000'000);
  table.Read("max_waiting", &out->max_waiting, 1, 1'000'000);
  table.Read("max_body_bytes", &out->max_body_bytes, 1024, 16 << 20, "bytes");
  table.Read("max_import_bytes", &out->max_import_bytes, 1024, 1 << 30,
             "bytes");
  table.ReadSeconds("idempotency_life", &out->idempotency_life, 60, 30 * kDay);
  table.Read("trusted_networks", &out->trusted_networks);
  for (const auto& network : out->trusted_networks) {
    if (!Network::Parse(network)) {
      table.Refuse("trusted_networks",
                   fmt::format("\"{}\" is no network; write \"10.0.0.0/8\", "
                               "\"::1/128\" or one address",
                               network));
    }
  }
  table.RefuseUnknownKeys();
}

bool IsShortCode(const std::string& text) {
  return text.size() >= 2 && text.size() <= 8 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

void ReadMessage(TableReader table, MessageConfig* out) {
  table.Read("default_region", &out->default_region);
  if (!out->default_region.empty() && !IsRegion(out->default_region)) {
    table.Refuse("default_region", "takes a country as \"ID\" or \"DE\"");
  }
  table.Read("max_parts", &out->max_parts, 1, 255);
  table.Read("short_codes", &out->short_codes);
  for (const auto& code : out->short_codes) {
    if (!IsShortCode(code)) {
      table.Refuse("short_codes", "a short code has 2 to 8 digits");
    }
  }
  table.Read("number_check", &out->number_check);
  if (out->number_check != "valid" && out->number_check != "possible") {
    table.Refuse("number_check", "takes \"valid\" or \"possible\"");
  }
  table.ReadSeconds("otp_ttl", &out->otp_ttl, 10, 30 * kDay);
  table.ReadSeconds("transactional_ttl", &out->transactional_ttl, 10,
                    30 * kDay);
  table.ReadSeconds("bulk_ttl", &out->bulk_ttl, 10, 30 * kDay);
  ReadLanguages(table, &out->languages);
  table.Read("transliterate", &out->transliterate);
  table.Read("report", &out->report);
  table.ReadSeconds("duplicate_window", &out->duplicate_window, 0, kDay);
  table.ReadSeconds("conversations", &out->conversations, 0, 365 * kDay);
  table.RefuseUnknownKeys();
}

void ReadSpooler(TableReader table, SpoolerConfig* out) {
  std::string bell = "unix:" + out->bell;
  table.Read("bell", &bell);
  const auto path = After("unix:", bell);
  if (path && path->starts_with('/') && path->size() <= kMaxSocketPath) {
    out->bell = *path;
  } else {
    table.Refuse("bell", fmt::format("takes \"unix:/absolute/path\" of at most "
                                     "{} bytes",
                                     kMaxSocketPath));
  }
  table.Read("spawn", &out->spawn);
  table.Read("command", &out->command);
  table.ReadSeconds("idle_exit", &out->idle_exit, 0, kDay);
  table.Read("max_attempts", &out->max_attempts, 1, 100);
  table.Read("profiles", &out->profiles);
  if (!out->profiles.starts_with('/')) {
    table.Refuse("profiles", "takes the absolute path of a folder");
  }
  table.RefuseUnknownKeys();
}

void ReadLog(TableReader table, LogConfig* out) {
  table.Read("level", &out->level);
  static const std::set<std::string> kLevels = {"debug", "info", "warning",
                                                "error"};
  if (!kLevels.contains(out->level)) {
    table.Refuse("level",
                 "takes \"debug\", \"info\", \"warning\" or \"error\"");
  }
  table.Read("file", &out->file);
  table.RefuseUnknownKeys();
}

WallTime ModifiedAt(const std::string& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) return {};
  return std::chrono::floor<Millis>(std::chrono::file_clock::to_sys(time));
}

}  // namespace

std::optional<std::string> SystemEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value) return std::nullopt;
  return std::string(value);
}

std::string FindConfigFile(const std::string& option,
                           const Environment& environment) {
  if (!option.empty()) return option;
  return environment("SMSWEB_CONFIG").value_or("/etc/smsweb/smsweb.toml");
}

Result<Config> LoadConfig(const std::string& path,
                          const Environment& environment, Secrets secrets) {
  const auto text = ReadFile(path);
  if (!text) {
    return Fail(ErrorKind::kInvalid,
                text.error().message +
                    " (the configuration file; name another with --config or "
                    "$SMSWEB_CONFIG)");
  }
  auto config = ParseConfig(*text, path, environment, secrets);
  if (config) config->modified_at = ModifiedAt(path);
  return config;
}

Result<Config> ParseConfig(std::string_view toml, const std::string& file,
                           const Environment& environment, Secrets secrets) {
  ErrorList errors(file);
  const toml::parse_result parsed = toml::parse(toml, file);
  if (!parsed) {
    errors.Add(parsed.error().source(), parsed.error().description());
    return Fail(ErrorKind::kInvalid, errors.Text());
  }
  const toml::table& root = parsed.table();

  static const std::set<std::string> kTables = {
      "store", "endpoint",  "message", "spooler", "inbox", "window", "callback",
      "log",   "retention", "verify",  "guard",   "modem", "route"};
  for (const auto& [key, node] : root) {
    const std::string name(key.str());
    if (!kTables.contains(name)) {
      errors.Add(key.source(), fmt::format("{}: unknown key; known here: {}",
                                           name, fmt::join(kTables, ", ")));
    } else if (name != "modem" && name != "route" && !node.is_table()) {
      errors.Add(key.source(), fmt::format("{}: write it as [{}]", name, name));
    }
  }

  const auto section = [&](std::string_view name) {
    return TableReader(root[name].as_table(), std::string(name), errors);
  };
  Config config;
  config.file = file;
  ReadStore(section("store"), &config.store);
  ReadEndpoint(section("endpoint"), &config.endpoint);
  ReadMessage(section("message"), &config.message);
  ReadSpooler(section("spooler"), &config.spooler);
  ReadInbox(section("inbox"), environment, secrets, &config.inbox);
  ReadWindows(section("window"), &config.window);
  ReadCallback(section("callback"), environment, secrets, &config.callback);
  ReadRetention(section("retention"), &config.retention);
  ReadVerify(section("verify"), &config.verify);
  ReadGuard(section("guard"), config.message.default_region, config.verify.On(),
            &config.guard);
  ReadLog(section("log"), &config.log);
  ReadModems(root, environment, secrets, errors, &config.modems);
  ReadRoutes(root, config.modems, errors, &config.routes);
  if (!errors.empty()) return Fail(ErrorKind::kInvalid, errors.Text());
  return config;
}

}  // namespace smsweb

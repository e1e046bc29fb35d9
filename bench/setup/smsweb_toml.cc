#include "bench/setup/smsweb_toml.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/config/config.h"

namespace smsweb::bench {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// As many may wait for the disk as may be there at all.
std::string ConnectionSizes(std::uint64_t connections) {
  if (connections == 0) return "";
  const auto shipped = static_cast<std::uint64_t>(EndpointConfig{}.max_waiting);
  return fmt::format("max_connections = {}\nmax_waiting = {}\n", connections,
                     std::max(connections, shipped));
}

// Also where no spooler runs: a message for no modem would be refused.
std::string Modems(const SetupOptions& options, const Layout& layout) {
  if (!options.device.empty()) {
    return fmt::format(
        "\n[[modem]]\nname = \"modem-1\"\ndevice = {}\ntrace = {}\n",
        Quoted(options.device), Quoted(layout.Log("trace").string()));
  }
  std::string text;
  for (int number = 1; number <= options.modems; ++number) {
    text += fmt::format("\n[[modem]]\nname = \"sim-{}\"\ndevice = {}\n", number,
                        Quoted(layout.Modem(number).string()));
  }
  return text;
}

}  // namespace

std::string SmswebToml(const SetupOptions& options, const Layout& layout) {
  std::string text;
  text += fmt::format("[store]\nurl = {}\n\n",
                      Quoted("sqlite:" + layout.Queue().string()));
  text += fmt::format(
      "[endpoint]\nlisten = {}\n"
      "trusted_networks = [\"127.0.0.0/8\"]\n{}\n",
      Quoted("unix:" + layout.Endpoint(1).string()),
      ConnectionSizes(options.connections));
  text += fmt::format("[message]\ndefault_region = \"ID\"\nreport = {}\n\n",
                      options.reports);
  text += fmt::format("[spooler]\nbell = {}\nspawn = false\n\n",
                      Quoted("unix:" + layout.Bell().string()));
  // A real modem keeps no record of what was sent when; smswebd's log does.
  text += fmt::format("[log]\nlevel = \"{}\"\n",
                      options.device.empty() ? "warning" : "info");
  return text + Modems(options, layout);
}

Result<std::map<std::string, std::int64_t>> SmswebSizes(
    const std::filesystem::path& config) {
  const auto read = LoadConfig(config, SystemEnvironment);
  if (!read) return std::unexpected(read.error());
  const EndpointConfig& endpoint = read->endpoint;
  return std::map<std::string, std::int64_t>{
      {"endpoint.backlog", endpoint.backlog},
      {"endpoint.max_connections", endpoint.max_connections},
      {"endpoint.max_waiting", endpoint.max_waiting},
      {"endpoint.workers", endpoint.workers},
  };
}

}  // namespace smsweb::bench

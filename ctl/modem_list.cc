#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ctl/commands.h"
#include "ctl/modem_info.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

// A modem of the configuration, of the queue's records, or of both.
struct Row {
  std::string name;
  std::optional<std::string> device;  // none: not in the configuration
  std::optional<ModemStatus> status;  // none: no smswebd has said anything yet
};

std::vector<Row> Join(const std::vector<ModemConfig>& configured,
                      const std::vector<ModemStatus>& recorded) {
  std::vector<Row> rows;
  for (const auto& modem : configured) {
    rows.push_back({.name = modem.name, .device = modem.device});
  }
  for (const auto& status : recorded) {
    auto row = std::ranges::find(rows, status.name, &Row::name);
    if (row == rows.end()) {
      row = rows.insert(rows.end(), Row{.name = status.name});
    }
    row->status = status;
  }
  return rows;
}

std::string StateOf(const Row& row, bool spooler_runs) {
  if (!row.status) return "never used";
  return spooler_runs ? row.status->state
                      : fmt::format("({})", row.status->state);
}

std::string SignalOf(const Json& info) {
  const auto signal = InfoText(info, "signal_dbm");
  return signal.empty() ? "" : signal + " dBm";
}

// Nothing where there was none: a column of zeros says nothing.
std::string RecoveriesOf(const Json& info) {
  const int count = Recoveries(info);
  return count > 0 ? std::to_string(count) : "";
}

std::string ModemTable(const std::vector<Row>& rows, const ModemLimits& limits,
                       bool spooler_runs, std::size_t width) {
  Table table({{.title = "NAME"},
               {.title = "STATE"},
               {.title = "SIGNAL", .importance = 3, .right = true},
               {.title = "NETWORK", .importance = 4, .least = 8},
               {.title = "REGISTRATION", .importance = 5},
               {.title = "PROFILE", .importance = 8},
               {.title = "RECOVERIES", .importance = 6, .right = true},
               {.title = "SINCE", .importance = 7},
               {.title = "SENT", .importance = 1, .right = true},
               {.title = "LEFT", .importance = 3},
               {.title = "DEVICE", .importance = 9, .least = 16},
               {.title = "DETAIL", .importance = 2, .least = 16}});
  for (const Row& row : rows) {
    const bool seen = row.status.has_value();
    const Json info = seen ? InfoOf(*row.status) : Json::object();
    table.Add({row.name, StateOf(row, spooler_runs), SignalOf(info),
               InfoText(info, "network"), InfoText(info, "registration"),
               InfoText(info, "profile"), RecoveriesOf(info),
               seen ? FormatRfc3339(row.status->since) : "",
               seen ? std::to_string(row.status->parts_sent) : "",
               LeastLeft(limits, row.name),
               row.device.value_or("(not in the configuration)"),
               seen ? row.status->detail : ""});
  }
  return table.Render(width);
}

Json RowJson(const Row& row, const ModemLimits& limits) {
  Json json = {{"name", row.name},  {"configured", row.device.has_value()},
               {"device", nullptr}, {"state", nullptr},
               {"parts_sent", 0},   {"limits", LimitsJson(limits, row.name)}};
  if (row.device) json["device"] = *row.device;
  if (!row.status) return json;
  json["state"] = row.status->state;
  json["since"] = FormatRfc3339(row.status->since);
  json["parts_sent"] = row.status->parts_sent;
  if (!row.status->detail.empty()) json["detail"] = row.status->detail;
  const Json info = InfoOf(*row.status);
  for (const char* key : {"signal_dbm", "network", "registration", "profile"}) {
    if (info.contains(key)) json[key] = info[key];
  }
  json["recoveries"] = Recoveries(info);
  return json;
}

std::string NotRunning(bool spawn, bool any_recorded) {
  std::string text = spawn
                         ? "No smswebd is running: the next message starts it."
                         : "No smswebd is running, so nothing is sent: start "
                           "it.";
  if (any_recorded) text += " The states are what the last one said.";
  return text + "\n";
}

}  // namespace

Outcome ListModems(const Config& config,
                   const std::vector<ModemStatus>& recorded,
                   const ModemLimits& limits, bool spooler_runs,
                   std::size_t width) {
  const auto rows = Join(config.modems, recorded);
  Report report{
      .json = {{"spooler_running", spooler_runs}, {"items", Json::array()}}};
  for (const Row& row : rows)
    report.json["items"].push_back(RowJson(row, limits));
  report.text =
      rows.empty()
          ? fmt::format("{} has no modem; add one as [[modem]].\n", config.file)
          : ModemTable(rows, limits, spooler_runs, width);
  if (!spooler_runs) {
    report.text += "\n" + NotRunning(config.spooler.spawn, !recorded.empty());
  }
  return report;
}

}  // namespace smsweb::ctl

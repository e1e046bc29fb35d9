#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ctl/commands.h"
#include "ctl/modem_info.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

std::string Storage(const Json& info) {
  const auto used = InfoText(info, "storage_used");
  const auto size = InfoText(info, "storage_size");
  if (used.empty() || size.empty()) return "";
  return fmt::format("{} of {} messages", used, size);
}

std::string RecoveryText(const Json& info) {
  const auto steps = info.find("recoveries");
  if (steps == info.end() || !steps->is_object()) return "";
  std::string text;
  for (const auto& [step, count] : steps->items()) {
    if (count == 0) continue;
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", step, count.dump());
  }
  return text.empty() ? "none" : text;
}

std::string InfoFields(const Json& info) {
  std::string out = Field("manufacturer", InfoText(info, "manufacturer"));
  out += Field("model", InfoText(info, "model"));
  out += Field("revision", InfoText(info, "revision"));
  out += Field("imei", InfoText(info, "imei"));
  out += Field("imsi", InfoText(info, "imsi"));
  out += Field("profile", InfoText(info, "profile"));
  out += Field("network", InfoText(info, "network"));
  out += Field("registration", InfoText(info, "registration"));
  if (const auto signal = InfoText(info, "signal_dbm"); !signal.empty()) {
    out += Field("signal", signal + " dBm");
  }
  out += Field("smsc", InfoText(info, "smsc"));
  out += Field("storage", Storage(info));
  return out + Field("recoveries", RecoveryText(info));
}

}  // namespace

Outcome ShowModem(const std::string& name, const Config& config,
                  const std::vector<ModemStatus>& recorded,
                  const ModemLimits& limits, bool spooler_runs) {
  const auto modem = std::ranges::find(config.modems, name, &ModemConfig::name);
  const auto status = std::ranges::find(recorded, name, &ModemStatus::name);
  if (modem == config.modems.end() && status == recorded.end()) {
    return FailNoModem(name, config);
  }
  Report report{.text = Field("name", name),
                .json = {{"name", name},
                         {"configured", modem != config.modems.end()},
                         {"spooler_running", spooler_runs},
                         {"limits", LimitsJson(limits, name)}}};
  if (modem != config.modems.end()) {
    report.text += Field("device", modem->device);
    report.json["device"] = modem->device;
  }
  if (status == recorded.end()) {
    report.text += Field("state", "never used") + LimitLines(limits, name);
    report.json["state"] = nullptr;
    return report;
  }
  report.text +=
      Field("state", spooler_runs ? status->state : "(" + status->state + ")");
  report.text += Field("detail", status->detail);
  report.text += Field("since", FormatRfc3339(status->since));
  report.text += Field("parts sent", std::to_string(status->parts_sent));
  report.text += LimitLines(limits, name);
  const Json info = InfoOf(*status);
  report.text += InfoFields(info);
  report.json["state"] = status->state;
  report.json["detail"] = status->detail;
  report.json["since"] = FormatRfc3339(status->since);
  report.json["parts_sent"] = status->parts_sent;
  report.json["info"] = info;
  if (!spooler_runs) {
    report.note = "no smswebd is running: this is what the last one said";
  }
  return report;
}

std::unexpected<Failure> FailNoModem(const std::string& name,
                                     const Config& config) {
  std::string known;
  for (const auto& modem : config.modems) {
    known += (known.empty() ? "; there is " : ", ") + modem.name;
  }
  return Fail(
      ExitCode::kNotFound, "modem_not_found",
      fmt::format("no modem is called \"{}\"{}", Printable(name), known));
}

}  // namespace smsweb::ctl

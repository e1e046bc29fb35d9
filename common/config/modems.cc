// [[modem]]: how each is reached, and what it may do.
#include "common/base/imei.h"
#include "common/base/network.h"
#include "common/config/sections.h"

namespace smsweb {
namespace {

void ReadPin(TableReader& table, const Environment& environment,
             Secrets secrets, std::string* pin) {
  table.Read("pin", pin);
  if (secrets == Secrets::kLeave) return;
  auto secret = ResolveSecret(*pin, environment);
  if (!secret) {
    table.Refuse("pin", secret.error().message);
    return;
  }
  const bool digits =
      secret->find_first_not_of("0123456789") == std::string::npos;
  if (!secret->empty() &&
      (!digits || secret->size() < 4 || secret->size() > 8)) {
    table.Refuse("pin", "a PIN has 4 to 8 digits (the value is not shown)");
    return;
  }
  *pin = *secret;
}

// As the PDU can have it (3GPP TS 23.040 § 9.1.2.5): at most 20 digits.
bool IsSmsc(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 20 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsDevice(const std::string& text) {
  if (const auto address = After("tcp:", text)) {
    const auto parsed = ParseListenAddress(*address);
    return parsed && parsed->path.empty();
  }
  return text.starts_with('/');
}

void ReadGroups(TableReader& table, std::vector<std::string>* groups) {
  std::vector<std::string> names = {"default"};
  table.Read("groups", &names);
  std::set<std::string> seen;
  groups->clear();
  for (const auto& name : names) {
    if (!IsName(name)) {
      table.Refuse("groups", "takes letters, digits, '-', '_' and '.'");
    } else if (!seen.insert(name).second) {
      table.Refuse("groups", fmt::format("\"{}\" is there twice", name));
    }
    groups->push_back(GroupNamed(name));
  }
  if (names.empty()) table.Refuse("groups", "takes one group at least");
}

void ReadLimits(TableReader table, SimLimits* out) {
  constexpr std::int64_t kMost = 1'000'000'000;
  table.Read("per_minute", &out->per_minute, 1, kMost, "parts");
  table.Read("per_hour", &out->per_hour, 1, kMost, "parts");
  table.Read("per_day", &out->per_day, 1, kMost, "parts");
  table.Read("per_month", &out->per_month, 1, kMost, "parts");
  table.Read("recipients_per_month", &out->recipients_per_month, 1, kMost,
             "numbers");
  table.Read("otp_share", &out->otp_share, 0, 1);
  table.Read("zone", &out->zone.name);
  out->zone.line = table.LineOf("zone");
  table.RefuseUnknownKeys();
}

void ReadBehaviour(TableReader& table, ModemConfig* modem) {
  table.Read("profile", &modem->profile);
  modem->profile_line = table.LineOf("profile");
  if (!modem->profile.empty() && !IsName(modem->profile)) {
    table.Refuse("profile", "takes letters, digits, '-', '_' and '.'");
  }
  table.Read("imei", &modem->imei);
  if (!modem->imei.empty() && !IsImei(modem->imei)) {
    table.Refuse("imei",
                 "takes 15 digits, the last the check digit of the "
                 "others");
  }
  table.Read("roaming", &modem->roaming);
  table.ReadSeconds("keep_alive", &modem->keep_alive, 0, 86400);
  table.Read("trace", &modem->trace);
  if (!modem->trace.empty() && !modem->trace.starts_with('/')) {
    table.Refuse("trace", "takes the absolute path of a file");
  }
}

ModemConfig ReadModem(TableReader table, const Environment& environment,
                      Secrets secrets) {
  ModemConfig modem;
  table.Read("name", &modem.name);
  if (!IsName(modem.name)) {
    table.Refuse("name", "takes letters, digits, '-', '_' and '.'");
  }
  table.Read("device", &modem.device);
  if (!IsDevice(modem.device)) {
    table.Refuse("device", "takes \"/dev/...\" or \"tcp:HOST:PORT\"");
  }
  table.Read("baud", &modem.baud, 300, 4'000'000);
  table.Read("flow_control", &modem.flow_control);
  if (modem.flow_control != "none" && modem.flow_control != "rtscts") {
    table.Refuse("flow_control", "takes \"none\" or \"rtscts\"");
  }
  ReadPin(table, environment, secrets, &modem.pin);
  table.Read("smsc", &modem.smsc);
  if (!modem.smsc.empty() && !IsSmsc(modem.smsc)) {
    table.Refuse("smsc", "takes a number as \"+62811000000\"");
  }
  table.ReadSeconds("prompt_timeout", &modem.prompt_timeout, 1, 600);
  table.ReadSeconds("submit_timeout", &modem.submit_timeout, 1, 600);
  ReadBehaviour(table, &modem);
  ReadGroups(table, &modem.groups);
  ReadLimits(table.ReadTable("limits"), &modem.limits);
  table.RefuseUnknownKeys();
  return modem;
}

}  // namespace

void ReadModems(const toml::table& root, const Environment& environment,
                Secrets secrets, ErrorList& errors,
                std::vector<ModemConfig>* out) {
  const auto* node = root.get("modem");
  if (!node) return;
  const auto* array = node->as_array();
  if (!array || !array->is_homogeneous<toml::table>()) {
    errors.Add(node->source(), "modem: write each modem as [[modem]]");
    return;
  }
  std::set<std::string> names;
  std::set<std::string> devices;
  std::set<std::string> imeis;
  for (std::size_t i = 0; i < array->size(); ++i) {
    TableReader table((*array)[i].as_table(), fmt::format("modem[{}]", i),
                      errors);
    out->push_back(ReadModem(table, environment, secrets));
    if (!names.insert(out->back().name).second) {
      table.Refuse("name", fmt::format("\"{}\" is taken by another modem",
                                       out->back().name));
    }
    if (!devices.insert(out->back().device).second) {
      table.Refuse("device", "another modem has this device");
    }
    if (!out->back().imei.empty() && !imeis.insert(out->back().imei).second) {
      table.Refuse("imei", "another modem has this IMEI");
    }
  }
}

}  // namespace smsweb

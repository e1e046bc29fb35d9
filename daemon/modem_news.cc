#include "daemon/modem_news.h"

#include <nlohmann/json.hpp>

namespace smsweb {
namespace {

void RecordState(const Desk& desk, Station& station, const ModemEvent& event) {
  // That a modem waits for a prompt, for a result, is at a chore and is ready
  // again is no news to an operator.
  const bool sending = event.state == ModemState::kAwaitingPrompt ||
                       event.state == ModemState::kAwaitingResult ||
                       event.state == ModemState::kBusy;
  const bool news = event.state != station.told && !sending;
  if (!news && event.detail.empty()) return;
  station.told = event.state;
  desk.log.Info("modem", {{"modem", station.name()},
                          {"state", ToString(event.state)},
                          {"detail", event.detail}});
  desk.turn.modems.push_back({.name = station.name(),
                              .state = std::string(ToString(event.state)),
                              .detail = event.detail,
                              .since = desk.clock.Wall()});
}

// As docs/internals.md names them.
const char* KeyOf(RecoveryStep step) {
  switch (step) {
    case RecoveryStep::kResync:
      return "resync";
    case RecoveryStep::kReopen:
      return "reopen";
    case RecoveryStep::kSoftReset:
      return "soft_reset";
    case RecoveryStep::kRadioCycle:
      return "radio_cycle";
    case RecoveryStep::kRestart:
      return "restart";
    case RecoveryStep::kPause:
      return "pause";
  }
  return "unknown";
}

// Several changes of a turn are one row.
void RecordInfo(const Desk& desk, Station& station) {
  std::string info = InfoJson(station.modem().info());
  for (ModemStatus& status : desk.turn.modems) {
    if (status.name != station.name() || status.info.empty()) continue;
    status.info = std::move(info);
    return;
  }
  desk.turn.modems.push_back({.name = station.name(), .info = std::move(info)});
}

}  // namespace

std::string InfoJson(const ModemInfo& info) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  add("manufacturer", info.manufacturer);
  add("model", info.model);
  add("revision", info.revision);
  add("imei", info.imei);
  add("imsi", info.imsi);
  add("profile", info.profile);
  add("network", info.network);
  if (info.registration != Registration::kUnknown) {
    json["registration"] = ToString(info.registration);
  }
  if (info.signal_dbm != 0) json["signal_dbm"] = info.signal_dbm;
  add("smsc", info.smsc);
  if (info.storage_used >= 0) json["storage_used"] = info.storage_used;
  if (info.storage_size >= 0) json["storage_size"] = info.storage_size;
  auto& recoveries = json["recoveries"] = nlohmann::ordered_json::object();
  for (int i = 0; i < kRecoveryStepCount; ++i) {
    const auto step = static_cast<RecoveryStep>(i);
    recoveries[KeyOf(step)] = info.recoveries[static_cast<std::size_t>(i)];
  }
  // What a modem says of itself may be any octets.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void RecordNews(const Desk& desk, Station& station, const ModemEvent& event) {
  switch (event.kind) {
    case ModemEvent::Kind::kStateChanged:
      return RecordState(desk, station, event);
    case ModemEvent::Kind::kInfoChanged:
      return RecordInfo(desk, station);
    case ModemEvent::Kind::kReopenLine:
      return desk.log.Warning(
          "modem is opened again",
          {{"modem", station.name()}, {"reason", event.detail}});
    case ModemEvent::Kind::kRecovery:
      desk.log.Warning("modem recovers", {{"modem", station.name()},
                                          {"step", ToString(event.step)},
                                          {"reason", event.detail}});
      return RecordInfo(desk, station);  // it counts them
    case ModemEvent::Kind::kWrongModem:
      return desk.log.Error(
          "another modem is at this port",
          {{"modem", station.name()}, {"detail", event.detail}});
    default:
      return;
  }
}

}  // namespace smsweb

#include "daemon/lanes.h"

#include <algorithm>
#include <optional>

#include "common/store/lane.h"

namespace smsweb {
namespace {

bool IsIn(const Station& station, const std::string& group) {
  const auto& groups = station.port->config().groups;
  return std::ranges::find(groups, group) != groups.end();
}

// Where the messages of a lane belong that nobody sends; none: they stay.
std::optional<std::string> RefugeFrom(const Lane& lane,
                                      const std::vector<Station>& stations) {
  using enum Lane::Kind;
  const bool group_is_gone = std::ranges::none_of(
      stations, [&](const Station& s) { return IsIn(s, lane.group); });
  switch (lane.kind) {
    case kSim:
    case kBegun:
      return GroupLane(group_is_gone ? "" : lane.group);
    case kGroup:
      if (group_is_gone && !lane.group.empty()) return GroupLane("");
      return std::nullopt;
    case kModem:
      return std::nullopt;
  }
  return std::nullopt;
}

// The lane's is a SIM that sends only to numbers that it knows.
std::optional<SimMonth> KnownTo(const std::string& text, const Lane& lane,
                                MessageClass message_class,
                                const std::vector<Station>& stations) {
  if (lane.kind != Lane::Kind::kSim) return std::nullopt;
  const auto found = std::ranges::find_if(
      stations, [&](const Station& s) { return IsUp(s) && HasLane(s, text); });
  if (found == stations.end()) return std::nullopt;
  return found->known_to[Place(message_class)];
}

bool AnySendsToAll(const std::string& lane, MessageClass message_class,
                   const std::vector<Station>& stations) {
  const auto place = Place(message_class);
  return std::ranges::any_of(stations, [&](const Station& station) {
    return IsUp(station) && HasLane(station, lane) && !station.rests[place] &&
           !station.known_to[place];
  });
}

// For how long messages wait for the one who should send them; none: for ever.
std::optional<Millis> Patience(const std::string& text, const Lane& lane,
                               MessageClass message_class,
                               const std::vector<Station>& stations) {
  using enum Lane::Kind;
  if (message_class == MessageClass::kOtp) return Millis(0);
  if (lane.kind == kSim) return kConversationPatience;
  const bool may_come = std::ranges::any_of(
      stations, [&](const Station& s) { return HasLane(s, text); });
  if (lane.kind == kBegun && may_come) return std::nullopt;
  return Millis(0);
}

}  // namespace

std::vector<std::string> LanesOf(const Station& station) {
  const std::string& sim = station.port->modem().info().imsi;
  std::vector<std::string> lanes = {ModemLane(station.name())};
  for (const std::string& group : station.port->config().groups) {
    lanes.push_back(GroupLane(group));
    lanes.push_back(BegunLane(group, station.name()));
    if (!sim.empty()) lanes.push_back(SimLane(group, sim));
  }
  std::ranges::sort(lanes);
  return lanes;
}

bool HasLane(const Station& station, const std::string& lane) {
  return std::ranges::binary_search(station.lanes, lane);
}

bool Serves(const Station& station, const Message& message,
            const std::vector<Station>& stations) {
  if (!HasLane(station, message.lane)) return false;
  if (message.avoid != station.name()) return true;
  return std::ranges::none_of(stations, [&](const Station& other) {
    return &other != &station && IsUp(other) && HasLane(other, message.lane);
  });
}

void LaneWatch::Note(const std::vector<Station>& stations, MonoTime now) {
  any_known_to_ = std::ranges::any_of(stations, [](const Station& station) {
    return station.known_to != decltype(station.known_to){};
  });
  for (const MessageClass c : kMessageClasses) {
    Since& lanes = unserved_since_[Place(c)];
    for (auto& [lane, since] : lanes) since = since.value_or(now);
    for (const Station& station : stations) {
      const bool sends = IsUp(station) && !station.rests[Place(c)];
      for (const std::string& lane : station.lanes) {
        auto& since = lanes.try_emplace(lane, began_).first->second;
        if (sends) since.reset();
      }
    }
  }
}

bool LaneWatch::AnyUnserved() const {
  if (any_known_to_) return true;
  return std::ranges::any_of(unserved_since_, [](const Since& lanes) {
    return std::ranges::any_of(
        lanes, [](const auto& lane) { return lane.second.has_value(); });
  });
}

std::optional<MonoTime> LaneWatch::UnservedSince(
    const std::string& lane, MessageClass message_class) const {
  const Since& lanes = unserved_since_[Place(message_class)];
  const auto known = lanes.find(lane);
  return known == lanes.end() ? began_ : known->second;
}

std::vector<LaneChange> LaneWatch::Stranded(
    const std::vector<std::string>& queued,
    const std::vector<Station>& stations, MonoTime now) {
  std::vector<LaneChange> changes;
  next_stranded_.reset();
  for (const MessageClass c : kMessageClasses) {
    for (const std::string& text : queued) {
      const Lane lane = ParseLane(text);
      const auto refuge = RefugeFrom(lane, stations);
      const auto since = UnservedSince(text, c);
      if (!since) {
        const auto known_to = KnownTo(text, lane, c, stations);
        if (!known_to || !AnySendsToAll(*refuge, c, stations)) continue;
        changes.push_back({.from = text,
                           .to = *refuge,
                           .message_class = c,
                           .unknown_to = known_to});
        continue;
      }
      if (!refuge || UnservedSince(*refuge, c)) continue;
      const auto patience = Patience(text, lane, c, stations);
      if (!patience) continue;
      const MonoTime at = *since + *patience;
      if (at <= now) {
        changes.push_back({.from = text, .to = *refuge, .message_class = c});
      } else if (!next_stranded_ || at < *next_stranded_) {
        next_stranded_ = at;
      }
    }
  }
  return changes;
}

}  // namespace smsweb

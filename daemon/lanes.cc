#include "daemon/lanes.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "common/store/lane.h"

namespace smsweb {
namespace {

bool IsIn(const Station& station, const std::string& group) {
  const auto& groups = station.port->config().groups;
  return std::ranges::find(groups, group) != groups.end();
}

bool HasLane(const Station& station, const std::string& lane) {
  return std::ranges::binary_search(station.lanes, lane);
}

// Where the messages of a lane that no modem serves belong.
struct Refuge {
  std::string lane;
  bool for_all = false;  // else for class otp alone
};

std::optional<Refuge> RefugeFrom(const Lane& lane,
                                 const std::vector<Station>& stations,
                                 bool waited) {
  using enum Lane::Kind;
  const auto exists = [&](const std::string& name) {
    return std::ranges::find(stations, name, &Station::name) != stations.end();
  };
  switch (lane.kind) {
    case kSim:
      return Refuge{GroupLane(lane.group), waited};
    case kBegun:
      return Refuge{GroupLane(lane.group), !exists(lane.name)};
    case kGroup: {
      const bool none = std::ranges::none_of(
          stations, [&](const Station& s) { return IsIn(s, lane.group); });
      if (none && !lane.group.empty()) return Refuge{GroupLane(""), true};
      return std::nullopt;
    }
    case kModem:
      return std::nullopt;
  }
  return std::nullopt;
}

// Since when it is so; `before` is what was known at the last look.
MonoTime SinceOf(const std::map<std::string, MonoTime>& before,
                 const std::string& lane, MonoTime now) {
  const auto known = before.find(lane);
  return known == before.end() ? now : known->second;
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

bool Serves(const Station& station, const Message& message,
            const std::vector<Station>& stations) {
  if (!HasLane(station, message.lane)) return false;
  if (message.avoid != station.name()) return true;
  return std::ranges::none_of(stations, [&](const Station& other) {
    return &other != &station && IsUp(other) && HasLane(other, message.lane);
  });
}

std::vector<LaneChange> LaneWatch::Stranded(
    const std::vector<std::string>& queued,
    const std::vector<Station>& stations, MonoTime now) {
  const auto served = [&](const std::string& lane) {
    return std::ranges::any_of(stations, [&](const Station& station) {
      return IsUp(station) && HasLane(station, lane);
    });
  };
  std::vector<LaneChange> changes;
  std::map<std::string, MonoTime> unserved;
  for (const std::string& text : queued) {
    if (served(text)) continue;
    const MonoTime since = SinceOf(unserved_since_, text, now);
    unserved[text] = since;
    const bool waited = now - since >= kConversationPatience;
    const auto refuge = RefugeFrom(ParseLane(text), stations, waited);
    if (!refuge || !served(refuge->lane)) continue;
    LaneChange change{.from = text, .to = refuge->lane};
    if (!refuge->for_all) change.only = MessageClass::kOtp;
    changes.push_back(std::move(change));
  }
  unserved_since_ = std::move(unserved);
  for (int i = 0; i < kMessageClassCount; ++i) {
    AddResting(queued, stations, static_cast<MessageClass>(i), now, &changes);
  }
  return changes;
}

// Of lanes that are served, but for a class.
void LaneWatch::AddResting(const std::vector<std::string>& queued,
                           const std::vector<Station>& stations,
                           MessageClass message_class, MonoTime now,
                           std::vector<LaneChange>* changes) {
  const auto place = static_cast<std::size_t>(message_class);
  const auto any = [&](const std::string& lane, bool rests) {
    return std::ranges::any_of(stations, [&](const Station& station) {
      return IsUp(station) && HasLane(station, lane) &&
             station.rests[place] == rests;
    });
  };
  Since resting;
  for (const std::string& text : queued) {
    if (any(text, false) || !any(text, true)) continue;
    const Lane lane = ParseLane(text);
    const std::string refuge = GroupLane(lane.group);
    const MonoTime since = SinceOf(resting_since_[place], text, now);
    resting[text] = since;
    const bool otp = message_class == MessageClass::kOtp;
    const bool leaves = lane.kind == Lane::Kind::kSim
                            ? otp || now - since >= kConversationPatience
                            : lane.kind == Lane::Kind::kBegun && otp;
    if (!leaves || !any(refuge, false)) continue;
    changes->push_back({.from = text, .to = refuge, .only = message_class});
  }
  resting_since_[place] = std::move(resting);
}

}  // namespace smsweb

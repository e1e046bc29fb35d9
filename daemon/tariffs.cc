#include "daemon/tariffs.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "daemon/lanes.h"

namespace smsweb {
namespace {

using enum SimCounter;

bool IsCounted(const Station& station) {
  return HasLimits(station.port->config().limits);
}

SimMonth MonthOf(const SimUsage& usage) {
  return {usage.sim, usage.counts[Place(kRecipients)].began_at};
}

std::int64_t PartsToGo(const Message& message) {
  const auto gone = std::ranges::count(message.part_records,
                                       PartState::kAccepted, &Part::state);
  return std::max<std::int64_t>(message.parts - gone, 1);
}

// How many messages to new numbers: each may be another one.
std::int64_t NewLeft(const std::vector<LimitNow>& limits,
                     MessageClass message_class) {
  auto least = PartsLeft(limits, message_class);
  for (const LimitNow& limit : limits) {
    if (limit.counter != kRecipients) continue;
    least = std::min(least, limit.LeftFor(message_class));
  }
  return least;
}

// For the log; empty: everything.
std::string WhatIsLeft(const std::vector<LimitNow>& limits) {
  const auto closed = [&](MessageClass c) { return !HasRoom(limits, c, 1); };
  const auto known = [&](MessageClass c) { return OnlyToKnown(limits, c); };
  if (closed(MessageClass::kOtp)) return "nothing";
  const bool otp_alone = closed(MessageClass::kBulk);
  if (known(MessageClass::kOtp)) {
    return otp_alone ? "class otp, to numbers of this month"
                     : "numbers of this month";
  }
  if (otp_alone) return "class otp";
  if (known(MessageClass::kBulk)) return "class otp, and numbers of this month";
  return "";
}

}  // namespace

Result<void> Tariffs::Load() {
  if (!zones_) {
    auto zones = LimitZones::Find(config_, LoadTimeZones);
    if (!zones) return std::unexpected(zones.error());
    zones_ = std::move(*zones);
  }
  auto usage = store_.Usage();
  if (!usage) return std::unexpected(usage.error());
  used_.clear();
  Correct(*usage);
  return {};
}

SimUsage Tariffs::UsageOf(const Station& station) const {
  const std::string sim =
      CountedSim(station.port->modem().info().imsi, station.name());
  const auto found = used_.find(sim);
  return UsageAt(found == used_.end() ? SimUsage{.sim = sim} : found->second,
                 zones_->Of(station.name()), clock_.Wall());
}

std::vector<LimitNow> Tariffs::LimitsOf(const Station& station,
                                        const SimUsage& usage) const {
  return LimitsNow(station.port->config().limits, usage,
                   zones_->Of(station.name()));
}

std::vector<LimitNow> Tariffs::LimitsOf(const Station& station) const {
  return LimitsOf(station, UsageOf(station));
}

std::int64_t Tariffs::NeedOf(const Station& station,
                             MessageClass message_class) const {
  const auto found = needs_.find(station.name());
  return found == needs_.end() ? 1 : found->second[Place(message_class)].parts;
}

// A store that can't say lets nobody be known: at the worst, that one waits.
bool Tariffs::IsKnown(const SimMonth& month,
                      const std::string& recipient) const {
  return store_.SimKnows(month, recipient).value_or(false);
}

std::vector<LeaseRequest> Tariffs::Restrict(const Station& station,
                                            const LeaseRequest& request) const {
  if (!IsCounted(station)) return {request};
  const SimUsage usage = UsageOf(station);
  const auto limits = LimitsOf(station, usage);
  LeaseRequest to_all = request;
  LeaseRequest to_known = request;
  to_known.known_to = MonthOf(usage);
  for (const MessageClass c : kMessageClasses) {
    const bool open =
        request.classes[Place(c)] && HasRoom(limits, c, NeedOf(station, c));
    const bool only_known = OnlyToKnown(limits, c);
    const auto narrow = [&](LeaseRequest* asked, bool admits,
                            std::int64_t left) {
      asked->classes[Place(c)] = admits;
      if (!admits) return;
      asked->limit = static_cast<int>(std::min<std::int64_t>(
          asked->limit, std::max<std::int64_t>(left, 1)));
    };
    narrow(&to_all, open && !only_known, NewLeft(limits, c));
    narrow(&to_known, open && only_known, PartsLeft(limits, c));
  }
  std::vector<LeaseRequest> requests;
  for (auto* asked : {&to_all, &to_known}) {
    if (std::ranges::find(asked->classes, true) == asked->classes.end()) {
      continue;
    }
    requests.push_back(std::move(*asked));
  }
  return requests;
}

bool Tariffs::MaySend(const Station& station, const Message& message) const {
  if (!IsCounted(station)) return true;
  const SimUsage usage = UsageOf(station);
  const auto limits = LimitsOf(station, usage);
  if (!HasRoom(limits, message.message_class, PartsToGo(message))) return false;
  if (!OnlyToKnown(limits, message.message_class)) return true;
  return IsKnown(MonthOf(usage), message.recipient);
}

void Tariffs::LetWait(const Station& station, const Message& message) {
  if (!IsCounted(station)) return;
  const auto parts = PartsToGo(message);
  if (HasRoom(LimitsOf(station), message.message_class, parts)) return;
  Need& need = needs_[station.name()][Place(message.message_class)];
  if (parts > need.parts) need = {.parts = parts, .message = message.id};
}

void Tariffs::EndNeedOf(const Uuid& message) {
  for (auto& [modem, needs] : needs_) {
    for (Need& need : needs) {
      if (need.message == message) need = {};
    }
  }
}

void Tariffs::EndNeedsOfGone() {
  for (auto& [modem, needs] : needs_) {
    for (Need& need : needs) {
      if (need.parts > 1 && !MayStillCome(need.message)) need = {};
    }
  }
}

bool Tariffs::MayStillCome(const Uuid& id) const {
  const auto message = store_.Find(id);
  if (!message) return message.error().kind != ErrorKind::kNotFound;
  return message->state == MessageState::kQueued ||
         message->state == MessageState::kSending;
}

std::optional<SimUse> Tariffs::Count(const Station& station,
                                     const std::string& recipient) {
  if (!IsCounted(station)) return std::nullopt;
  SimUsage usage = UsageOf(station);
  SimUse use{.sim = usage.sim, .recipient = recipient};
  for (std::size_t i = 0; i < kSimCounterCount; ++i) {
    use.began_at[i] = usage.counts[i].began_at;
  }
  for (const SimCounter counter : kPartCounters) {
    ++usage.counts[Place(counter)].used;
  }
  if (!IsKnown({use.sim, use.BeganAt(kRecipients)}, recipient)) {
    ++usage.counts[Place(kRecipients)].used;
  }
  used_[use.sim] = std::move(usage);
  return use;
}

void Tariffs::Uncount(const SimUse& use) {
  TakeBack(use);
  auto& count = used_[use.sim].counts[Place(kRecipients)];
  const WallTime month = use.BeganAt(kRecipients);
  if (count.began_at != month || count.used == 0) return;
  if (!IsKnown({use.sim, month}, use.recipient)) --count.used;
}

// Whether it was the only one to its number, the queue's file knows.
void Tariffs::TakeBack(const SimUse& use) {
  SimUsage& usage = used_[use.sim];
  for (const SimCounter counter : kPartCounters) {
    auto& count = usage.counts[Place(counter)];
    if (count.began_at == use.BeganAt(counter) && count.used > 0) --count.used;
  }
}

void Tariffs::Correct(const std::vector<SimUsage>& committed) {
  for (const SimUsage& usage : committed) used_[usage.sim] = usage;
}

double Tariffs::UsedShare(const Station& station) const {
  return IsCounted(station) ? MostUsedShare(LimitsOf(station)) : 0;
}

bool Tariffs::Watch(std::vector<Station>& stations) {
  bool changed = false;
  for (Station& station : stations) {
    if (!IsCounted(station)) continue;
    const SimUsage usage = UsageOf(station);
    const auto limits = LimitsOf(station, usage);
    EndNeeds(station, limits);
    Tell(station, limits);
    const auto is_long = [&](std::optional<WallTime> until) {
      return until && *until > clock_.Wall() + kConversationPatience;
    };
    const auto rested = std::pair(station.rests, station.known_to);
    Rests rests;
    for (const MessageClass c : kMessageClasses) {
      const Rest rest{.to_all = RoomAt(limits, c, NeedOf(station, c), false),
                      .to_new = RoomAt(limits, c, NeedOf(station, c), true)};
      rests[Place(c)] = rest;
      station.rests[Place(c)] = is_long(rest.to_all);
      station.known_to[Place(c)] =
          is_long(rest.to_new) ? std::optional(MonthOf(usage)) : std::nullopt;
    }
    changed = changed || rests_[station.name()] != rests ||
              rested != std::pair(station.rests, station.known_to);
    rests_[station.name()] = rests;
  }
  return changed;
}

void Tariffs::EndNeeds(const Station& station,
                       const std::vector<LimitNow>& limits) {
  const auto found = needs_.find(station.name());
  if (found == needs_.end()) return;
  for (const MessageClass c : kMessageClasses) {
    auto& need = found->second[Place(c)];
    if (HasRoom(limits, c, need.parts)) need = {};
  }
}

void Tariffs::Tell(const Station& station,
                   const std::vector<LimitNow>& limits) {
  std::string left = WhatIsLeft(limits);
  std::string& told = told_[station.name()];
  if (left == told) return;
  if (left.empty()) {
    log_.Info("a SIM has room again", {{"modem", station.name()}});
  } else {
    const auto until = RoomAt(limits, MessageClass::kBulk, 1, true);
    log_.Info("a SIM has reached a limit",
              {{"modem", station.name()},
               {"left", left},
               {"until", until ? FormatRfc3339(*until) : ""}});
  }
  told = std::move(left);
}

std::optional<WallTime> Tariffs::NextRoom() const {
  std::optional<WallTime> earliest;
  for (const auto& [modem, rests] : rests_) {
    for (const Rest& rest : rests) {
      for (const auto& at : {rest.to_all, rest.to_new}) {
        if (at && (!earliest || *at < *earliest)) earliest = at;
      }
    }
  }
  return earliest;
}

}  // namespace smsweb

// The limits of SIMs at work: what each has used, in memory as in the queue's
// file, and what its modem may have for that.
//
// A part counts when its intent is recorded, in the same transaction, so that a
// crash forgets none that may have gone; it is taken back where it certainly
// did not go. Only SIMs whose modems have limits are counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/config/config.h"
#include "common/store/store.h"
#include "common/tariff/limit_zones.h"
#include "common/tariff/quota.h"
#include "daemon/station.h"

namespace smsweb {

class Tariffs {
 public:
  // All are kept by reference.
  Tariffs(const Config& config, Store& store, const Clock& clock,
          const Logger& log)
      : config_(config), store_(store), clock_(clock), log_(log) {}

  // What has been counted so far. Before anything is sent.
  Result<void> Load();

  // Of `request`, what the modem's SIM may send; empty: nothing at all.
  std::vector<LeaseRequest> Restrict(const Station& station,
                                     const LeaseRequest& request) const;
  // What is still to go of the message, now.
  bool MaySend(const Station& station, const Message& message) const;
  // It may not, and no other modem could. Messages of its class wait until
  // there is room for as many parts: else small ones would always go before it.
  void LetWait(const Station& station, const Message& message);
  // It does not wait any more; nor do those that have left the queue otherwise,
  // since they were cancelled, say.
  void EndNeedOf(const Uuid& message);
  void EndNeedsOfGone();

  // A part is going to leave; none: its SIM is not counted.
  std::optional<SimUse> Count(const Station& station,
                              const std::string& recipient);
  // It did not: before its intent was recorded, and after it. The turn that
  // tells of the latter has it, too.
  void Uncount(const SimUse& use);
  void TakeBack(const SimUse& use);
  // As it has come to be in the queue's file.
  void Correct(const std::vector<SimUsage>& committed);

  // How much of its narrowest limit is used, from 0 to 1.
  double UsedShare(const Station& station) const;

  // Says which SIMs have reached a limit, and which have room again; writes
  // down which classes rest. True: that has changed.
  bool Watch(std::vector<Station>& stations);
  // When, at the earliest, some SIM has room that it did not have when Watch()
  // looked.
  std::optional<WallTime> NextRoom() const;

 private:
  struct Need {
    std::int64_t parts = 1;
    Uuid message;  // whose it is, where it is more
  };
  using Needs = std::array<Need, kMessageClassCount>;
  // Until when it sends nothing of a class; nothing to new numbers.
  struct Rest {
    std::optional<WallTime> to_all;
    std::optional<WallTime> to_new;
    bool operator==(const Rest&) const = default;
  };
  using Rests = std::array<Rest, kMessageClassCount>;

  SimUsage UsageOf(const Station& station) const;
  std::vector<LimitNow> LimitsOf(const Station& station,
                                 const SimUsage& usage) const;
  std::vector<LimitNow> LimitsOf(const Station& station) const;
  std::int64_t NeedOf(const Station& station, MessageClass message_class) const;
  bool MayStillCome(const Uuid& message) const;
  bool IsKnown(const SimMonth& month, const std::string& recipient) const;
  void EndNeeds(const Station& station, const std::vector<LimitNow>& limits);
  void Tell(const Station& station, const std::vector<LimitNow>& limits);

  const Config& config_;
  Store& store_;
  const Clock& clock_;
  const Logger& log_;
  std::optional<LimitZones> zones_;
  std::map<std::string, SimUsage> used_;     // by SIM
  std::map<std::string, Needs> needs_;       // by modem
  std::map<std::string, Rests> rests_;       // by modem
  std::map<std::string, std::string> told_;  // by modem: what its limits leave
};

}  // namespace smsweb

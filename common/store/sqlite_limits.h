// What is counted, and who is kept out, in a SQLite store (limit.h). Part of
// sqlite_store.h, which opens the transactions: within one, each number is read
// once and written once, however many changes count in it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "common/store/limit.h"
#include "common/store/sqlite_db.h"

namespace smsweb {

// A limit that is reached, or a pause that lasts.
struct Refusal {
  LimitPer per = LimitPer::kNumber;
  GuardFinding finding;
  std::optional<WallTime> retry_at;
};

class SqliteLimits {
 public:
  explicit SqliteLimits(SqliteDb& db);

  // Within a transaction: Begin(), what is counted, End().
  void Begin();
  // The first that would be passed and is no dry run; what is only told of is
  // added to `told`.
  Result<std::optional<Refusal>> Find(
      std::span<const LimitUse> uses, WallTime now,
      std::vector<GuardFinding>* told = nullptr);
  Result<void> Count(const LimitUse& use, WallTime now);

  // As Find(). May begin a pause.
  Result<std::optional<Refusal>> Judge(std::span<const ConversionGuard> guards,
                                       WallTime now,
                                       std::vector<GuardFinding>* told);
  void CountStarted(const ConversionGuard& guard, WallTime now);
  // Of a start that was counted in that bucket.
  void CountApproved(LimitPer per, const std::string& key, WallTime bucket);
  Result<void> End();

  Result<std::vector<GuardPause>> Pauses(WallTime now);
  Result<bool> EndPause(LimitPer per, const std::string& key, WallTime now);

 private:
  struct Counted {
    SlidingCount count;
    bool changed = false;
  };
  struct Converted {
    std::int64_t started = 0;
    std::int64_t approved = 0;
  };
  using Whose = std::pair<LimitPer, std::string>;

  Result<Counted*> CountOf(const LimitUse& use);
  Result<std::optional<GuardPause>> PauseOf(const Whose& whose);
  Result<Converted> SumOf(const ConversionGuard& guard, WallTime since,
                          WallTime until);
  Result<GuardPause> BeginPause(const ConversionGuard& guard,
                                const Converted& sum, WallTime now);

  std::map<std::tuple<LimitPer, std::string, std::int64_t>, Counted> counts_;
  std::map<std::tuple<LimitPer, std::string, WallTime>, Converted> conversions_;
  std::map<Whose, std::optional<GuardPause>> pauses_;
  std::map<Whose, bool> judged_;  // in this transaction, and found well
  SqliteStatement count_, write_count_, sum_, write_conversion_, pause_,
      write_pause_, pauses_now_, end_pause_;
};

}  // namespace smsweb

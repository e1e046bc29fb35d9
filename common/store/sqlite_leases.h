// Which messages of a SQLite store wait, in which lanes, and who takes them.
// Part of sqlite_store.h, which opens the transactions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/sqlite_message_rows.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteLeases {
 public:
  // `keep_texts` as SqliteQueue has it.
  SqliteLeases(SqliteDb& db, bool keep_texts);

  // Within a transaction.
  Result<void> ChangeLanes(const SpoolerTurn& turn,
                           SpoolerTurnOutcome* outcome);
  // Whether some message is still queued whose life is over.
  Result<bool> AnyDead(WallTime now);
  Result<void> ExpireDead(WallTime now, SpoolerTurnOutcome* outcome);
  Result<void> Lease(const SpoolerTurn& turn, SpoolerTurnOutcome* outcome);
  Result<std::vector<Message>> TakeOver(LeaseToken token, LeaseToken except,
                                        WallTime now);
  Result<void> Renew(LeaseToken token, WallTime alive_until);

  Result<std::vector<Message>> Abandoned(LeaseToken token, WallTime now);
  Result<std::optional<WallTime>> NextDue(WallTime now);
  Result<std::vector<std::string>> QueuedLanes();
  Result<std::int64_t> CountQueuedCodes(WallTime now);

 private:
  Result<void> Expire(Message message, WallTime now,
                      SpoolerTurnOutcome* outcome);
  // True: there is no more for it now.
  Result<bool> LeaseFor(const SpoolerTurn& turn, const LeaseRequest& request,
                        SpoolerTurnOutcome* outcome);
  // Up to `most` of one class, due since `since` at the latest.
  Result<int> LeaseOfClass(const SpoolerTurn& turn, const LeaseRequest& request,
                           MessageClass message_class, WallTime since, int most,
                           SpoolerTurnOutcome* outcome);
  Result<std::vector<Message>> Candidates(const LeaseRequest& request,
                                          MessageClass message_class,
                                          WallTime since, WallTime now,
                                          int most);
  Result<void> Take(const SpoolerTurn& turn, Message message,
                    SpoolerTurnOutcome* outcome);

  std::size_t most_expired_ = 0;  // of the turn that leases
  SqliteMessageRows rows_;
  SqliteStatement next_due_, first_lane_, count_codes_, next_lane_, candidates_,
      newest_, known_, newest_known_, any_dead_, dead_, take_, expire_,
      abandoned_, take_over_, change_lane_, change_lane_unknown_, renew_, bury_;
};

}  // namespace smsweb

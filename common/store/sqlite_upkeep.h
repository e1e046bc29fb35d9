// What becomes of old rows in a SQLite store, and of the room that they leave
// in its files. Part of sqlite_store.h, which opens the transactions.
//
// Chores are done one after the other, each by an index that leads to what is
// due: messages by state, oldest first; texts; the inbox; what is nobody's any
// more. A walk ends at the first row that is too young. Messages are walked in
// the order in which they came, and one that came long before it ended is
// passed over: that is the only thing that is looked at in vain.
#pragma once

#include <optional>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteUpkeep {
 public:
  explicit SqliteUpkeep(SqliteDb& db);

  // Within a transaction.
  Result<UpkeepOutcome> Step(const UpkeepStep& step);
  // Whether there is more.
  Result<bool> Vacuum();

  // Outside of one. What others hold at this moment stays for the next time.
  Result<void> EmptyLog();

 private:
  struct Walk {
    const UpkeepStep& step;
    UpkeepOutcome& outcome;
    std::int64_t behind;  // the last row that was looked at
    int left;             // rows that may still be looked at; 0: it stops here
  };
  struct Ended {
    std::int64_t sequence;
    WallTime created_at;
    WallTime updated_at;
    std::optional<std::int64_t> batch;
    bool awaits_report;
  };

  Result<void> Do(int chore, Walk& walk);
  Result<void> EraseTexts(Walk& walk);
  Result<void> DeleteMessages(MessageState state, Walk& walk);
  Result<bool> IsLastOfGrowing(const Ended& message, WallTime now);
  Result<void> DeleteMessage(const Ended& message);
  Result<void> DeleteInbox(Walk& walk);
  Result<void> DeleteBefore(SqliteStatement& statement, WallTime limit,
                            Walk& walk);
  Result<void> DeleteOldMonths(Walk& walk);
  Result<void> DeleteVerifications(Walk& walk);
  Result<std::int64_t> Pragma(SqliteStatement& statement);

  SqliteDb& db_;
  SqliteStatement erase_, ended_, drop_parts_, drop_reports_, drop_message_,
      last_of_growing_, drop_batch_, inbox_, drop_inbound_parts_, drop_inbound_,
      drop_untold_, reports_, hollow_, keys_, recent_, conversations_,
      next_month_, drop_month_, verifications_, drop_verification_, lapse_,
      limits_, converted_, free_, pages_, vacuum_;
};

}  // namespace smsweb

// What receivers of webhooks have still to be told by a SQLite store. Part of
// sqlite_store.h, which opens the transactions: what is told of and that it is
// to be told are one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/sqlite_queue.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteOutbox {
 public:
  // `queue` is kept by reference.
  SqliteOutbox(SqliteDb& db, SqliteQueue& queue);

  // Within a transaction.
  //
  // Of a received message. `id` is that of the part that made it whole, or of
  // the message where it is shown without: each is told of once, by the same id
  // in any run.
  Result<void> TellOfInbound(const Uuid& id, std::int64_t subject,
                             WallTime now);
  // Of a message that wants a callback, if it is in this state since `at`, and
  // this may be the last that will be known of it. Any other costs a look at
  // its row, or not even that.
  Result<void> TellOfEnd(std::int64_t sequence, MessageState state,
                         WallTime at);
  // The same, of one that is sent and of which no other report will come.
  Result<void> TellOfLastReport(std::int64_t sequence);
  Result<void> Record(const OutboxTry& outcome);
  Result<std::int64_t> Drop(const std::string& receiver, WallTime due_before);

  Result<std::vector<OutboxReceiver>> Receivers();
  Result<std::vector<OutboxItem>> ItemsFor(const std::string& receiver,
                                           int limit);

  // Whether something was put in since the last call.
  bool TakeNews() { return std::exchange(news_, false); }

 private:
  Result<void> PutIn(std::int64_t sequence);

  SqliteQueue& queue_;
  bool news_ = false;
  SqliteStatement inbound_, ended_, reported_, put_in_, receiver_, items_,
      finish_, retry_, drop_;
};

}  // namespace smsweb

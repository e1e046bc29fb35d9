// What a SQLite store has received, and whom to tell of it. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteInbox {
 public:
  explicit SqliteInbox(SqliteDb& db);

  // Within a transaction. `webhook`: what is shown by this goes to the outbox.
  Result<void> Write(const InboundPart& part, bool webhook);
  Result<void> ShowIncomplete(WallTime before, WallTime now, bool webhook);
  Result<void> FinishOutbox(std::int64_t sequence);
  Result<void> RetryOutbox(std::int64_t sequence, WallTime due,
                           const std::string& error);

  Result<std::vector<InboundMessage>> List(const InboxFilter& filter);
  Result<InboundMessage> Find(const Uuid& id);
  Result<InboundMessage> Find(std::int64_t sequence);
  Result<std::vector<OutboxItem>> DueOutbox(WallTime now, int limit);
  Result<std::optional<WallTime>> NextOutboxDue();

 private:
  // A message that the part may belong to.
  struct Candidate {
    std::int64_t sequence;
    bool has_it;  // a part with this number and content
  };
  Result<std::optional<Candidate>> FindCandidate(const InboundPart& part);
  Result<void> Begin(const InboundPart& part, bool webhook);
  Result<void> Join(std::int64_t sequence, const InboundPart& part,
                    bool webhook);
  Result<void> WritePart(std::int64_t sequence, const InboundPart& part);
  Result<std::string> TextOf(std::int64_t sequence, int total);
  Result<void> Tell(const Uuid& id, std::int64_t subject, WallTime now);

  SqliteDb& db_;
  SqliteStatement known_, candidate_, begin_, part_, units_, join_, hidden_,
      show_, find_, find_sequence_, tell_, due_, next_due_, finish_, retry_;
};

}  // namespace smsweb

// What a SQLite store has received. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/sqlite_outbox.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteInbox {
 public:
  // Both are kept by reference.
  SqliteInbox(SqliteDb& db, SqliteOutbox& outbox);

  // Within a transaction. `webhook`: what is shown by this goes to the outbox.
  Result<void> Write(const InboundPart& part, bool webhook);
  Result<void> ShowIncomplete(WallTime before, WallTime now, bool webhook);

  Result<std::vector<InboundMessage>> List(const InboxFilter& filter);
  Result<InboundMessage> Find(const Uuid& id);
  Result<InboundMessage> Find(std::int64_t sequence);

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

  SqliteDb& db_;
  SqliteOutbox& outbox_;
  SqliteStatement known_, candidate_, begin_, part_, units_, join_, hidden_,
      show_, find_, find_sequence_;
};

}  // namespace smsweb

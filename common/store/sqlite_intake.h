// How messages come into a SQLite store: with their batch, once for each
// Idempotency-Key, and not again within a duplicate window. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/sqlite_limits.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteIntake {
 public:
  SqliteIntake(SqliteDb& db, SqliteLimits& limits);

  // Within a transaction: Begin(), what is taken, End().
  void Begin() { taken_ = 0; }
  Result<IntakeOutcome> Take(const Intake& intake);
  // A message by itself; false: its recipient wants nothing from us.
  Result<bool> Take(const NewMessage& message);
  Result<void> End();
  Result<void> WriteConversation(const Conversation& conversation);

  Result<Batch> FindBatch(const Uuid& id);

 private:
  struct BatchPlace {
    std::int64_t sequence;
    std::int64_t lines;
  };

  Result<std::optional<IntakeOutcome>> KnownKey(const Intake& intake);
  Result<void> WriteKey(const Intake& intake, IntakeOutcome* outcome);
  Result<std::optional<BatchPlace>> FindOrBeginBatch(const Intake& intake);
  Result<void> GrowBatch(const Intake& intake, std::int64_t batch,
                         std::int64_t accepted, bool some);
  Result<void> TakeMessage(const Intake& intake, std::size_t place,
                           std::optional<std::int64_t> batch,
                           IntakeOutcome* outcome);
  Result<std::optional<Uuid>> FindDuplicate(const Intake& intake,
                                            const Digest256& digest);
  Result<void> RememberText(const Intake& intake, const Digest256& digest,
                            const Uuid& id);
  Result<std::string> LaneOf(const Intake& intake, const NewMessage& message);

  Result<bool> Insert(const NewMessage& message, std::string_view lane,
                      std::optional<std::int64_t> batch);

  SqliteLimits& limits_;
  std::int64_t taken_ = 0;  // messages, in this transaction
  SqliteStatement insert_, count_, key_, forget_keys_, write_key_, batch_,
      begin_batch_, forget_batch_, grow_batch_, find_batch_, count_batch_,
      recent_, forget_recent_, remember_, conversation_, converse_;
};

}  // namespace smsweb

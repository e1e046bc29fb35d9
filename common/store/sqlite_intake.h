// How messages come into a SQLite store: with their batch, once for each
// Idempotency-Key, and not again within a duplicate window. Part of
// sqlite_store.h, which opens the transactions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

class SqliteIntake {
 public:
  explicit SqliteIntake(SqliteDb& db);

  // Within a transaction.
  Result<std::vector<IntakeOutcome>> Take(
      std::span<const Intake* const> intakes);
  Result<void> WriteConversation(const Conversation& conversation);

  Result<Batch> FindBatch(const Uuid& id);

 private:
  struct BatchPlace {
    std::int64_t sequence;
    std::int64_t lines;
  };

  Result<IntakeOutcome> TakeOne(const Intake& intake);
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

  std::int64_t taken_ = 0;  // messages, in this transaction
  SqliteStatement insert_, count_, key_, forget_keys_, write_key_, batch_,
      begin_batch_, forget_batch_, grow_batch_, find_batch_, count_batch_,
      recent_, forget_recent_, remember_, conversation_, converse_;
};

}  // namespace smsweb

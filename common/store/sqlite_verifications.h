// Verifications in a SQLite store. Part of sqlite_store.h, which opens the
// transactions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/store/sqlite_db.h"
#include "common/store/sqlite_intake.h"
#include "common/store/sqlite_limits.h"
#include "common/store/sqlite_outbox.h"
#include "common/store/sqlite_queue.h"
#include "common/store/verification.h"

namespace smsweb {

class SqliteVerifications {
 public:
  SqliteVerifications(SqliteDb& db, SqliteIntake& intake, SqliteLimits& limits,
                      SqliteQueue& queue, SqliteOutbox& outbox);

  // Within a transaction.
  Result<StartOutcome> Start(const VerificationStart& start);
  Result<CheckOutcome> Check(const VerificationCheck& check);
  Result<EndOutcome> End(const VerificationEnd& end);

  // kNotFound.
  Result<Verification> Find(const Uuid& id, WallTime now);
  Result<Verification> Find(const std::string& client,
                            const std::string& recipient, WallTime now);

 private:
  using Found = Result<std::optional<Verification>>;
  Found FindRow(SqliteStatement& statement);
  Found FindById(const Uuid& id, const std::optional<std::string>& client);
  Found FindLast(const std::string& client, const std::string& recipient);
  Result<Verification> Shown(Found found, WallTime now);
  Result<void> AddMessageState(Verification& verification);

  Result<std::optional<StartOutcome>> Refused(const VerificationStart& start,
                                              StartOutcome& outcome);
  Result<StartOutcome> Begin(const VerificationStart& start,
                             StartOutcome outcome);
  Result<StartOutcome> Resend(const VerificationStart& start,
                              Verification pending, StartOutcome outcome);
  Result<void> SendAgain(const VerificationStart& start, CodeText* text,
                         Verification& pending, StartOutcome& outcome);
  Result<void> CountStart(const VerificationStart& start);
  void CountStarted(const VerificationStart& start, Verification& verification);
  Result<void> Write(const Verification& verification);
  // Writes what has changed of one that is there.
  Result<void> Update(Verification& verification, WallTime now);
  // And takes its message out of the queue, where it has not gone.
  Result<void> Finish(Verification& verification, VerificationState state,
                      WallTime now);

  SqliteIntake& intake_;
  SqliteLimits& limits_;
  SqliteQueue& queue_;
  SqliteOutbox& outbox_;
  SqliteStatement insert_, find_, last_, update_, message_state_;
};

}  // namespace smsweb
